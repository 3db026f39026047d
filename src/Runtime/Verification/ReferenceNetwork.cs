using SoftPool.Reference;

namespace SoftPool.Verification;

/// <summary>Runs a network on the CPU as plain loops, written to be read. It is slow, and no replacement for a
/// device.</summary>
public static class ReferenceNetwork
{
    /// <summary>Computes each layer for one item, as the standard of correctness. Sums are computed in double, so each
    /// result is correctly rounded except for its last step.</summary>
    /// <param name="model">The network and its weights.</param>
    /// <param name="input">One item of <see cref="ModelGraph.InputShape"/>, (C, H, W).</param>
    /// <returns>The output of each layer, in the graph's order; each has the layer's output shape.</returns>
    /// <exception cref="ShapeMismatchException">The length of the input is not that of the graph's input
    /// shape.</exception>
    public static IReadOnlyList<float[]> Run(Model model, ReadOnlySpan<float> input) => Run<Exact>(model, input);

    /// <summary>Computes each layer for one item, with the same bits as a session with <see cref="Numerics.Strict"/> on
    /// any device.</summary>
    /// <param name="model">The network and its weights.</param>
    /// <param name="input">One item of <see cref="ModelGraph.InputShape"/>, (C, H, W).</param>
    /// <returns>The output of each layer, in the graph's order; each has the layer's output shape.</returns>
    /// <exception cref="ShapeMismatchException">The length of the input is not that of the graph's input
    /// shape.</exception>
    public static IReadOnlyList<float[]> RunStrict(Model model, ReadOnlySpan<float> input) => Run<Strict>(model, input);

    private static float[][] Run<T>(Model model, ReadOnlySpan<float> input)
        where T : struct, IReal<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelGraph graph = model.Graph;
        if (input.Length != graph.InputShape.ElementCount)
            throw new ShapeMismatchException(
                $"'{graph.Name}' takes {graph.InputShape}, {graph.InputShape.ElementCount} elements; "
                + $"got {input.Length}.");

        float[] item = input.ToArray();
        for (int i = 0; i < item.Length; i++)
            item[i] = T.Of(item[i]).Stored;
        var outputs = new float[graph.Layers.Count][];
        for (int i = 0; i < outputs.Length; i++)
        {
            Layer layer = graph.Layers[i];
            outputs[i] = new float[graph.OutputShapeOf(i).ElementCount];
            layer.Operator.Compute<T>(new ReferenceStep(
                graph.InputShapesOf(i), [.. graph.InputsOf(i).Select(place => place < 0 ? item : outputs[place])],
                graph.OutputShapeOf(i), outputs[i], parameter => model.Weights[$"{layer.Name}.{parameter}"]));
        }
        return outputs;
    }
}
