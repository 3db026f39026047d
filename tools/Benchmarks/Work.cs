using SoftPool.Operators;

namespace SoftPool.Benchmarks;

/// <summary>The arithmetic of a layer, counted as if computed directly: a multiplication and an addition for each pair.
/// What saves some of it, such as Winograd's transform, comes out as more than it did.</summary>
internal static class Work
{
    /// <summary>Floating-point operations of one item; 0 for what only moves numbers or compares them.</summary>
    public static double Of(Operator op, TensorShape output) => op switch
    {
        Conv2d conv =>
            2.0 * output.ElementCount * conv.KernelSize.Height * conv.KernelSize.Width * conv.InChannels / conv.Groups,
        Linear linear => 2.0 * linear.InFeatures * linear.OutFeatures,
        _ => 0,
    };

    /// <summary>The operations of one item of a whole network.</summary>
    public static double Of(ModelGraph graph) =>
        Enumerable.Range(0, graph.Layers.Count).Sum(i => Of(graph.Layers[i].Operator, graph.OutputShapeOf(i)));
}
