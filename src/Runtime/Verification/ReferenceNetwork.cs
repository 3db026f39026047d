using SoftPool.Reference;

namespace SoftPool.Verification;

/// <summary>
/// Runs a network as plain loops on the CPU, written to be read. It is slow and no fall-back for a device.
///</summary>
public static class ReferenceNetwork
{
    /// <summary>Computes every layer for one item and says what is right: sums are in double, so that a result is the
    /// correctly rounded one but for its last step.</summary>
    /// <param name="model">The network and its weights.</param>
    /// <param name="input">One item of the graph's input shape, (C, H, W).</param>
    /// <returns>The output of each layer, in the graph's order, each of the layer's output shape.</returns>
    /// <exception cref="ShapeMismatchException">The input has not the elements of the graph's input shape.</exception>
    public static IReadOnlyList<float[]> Run(Model model, ReadOnlySpan<float> input) => Run<Exact>(model, input);

    /// <summary>Computes every layer for one item as a session of <see cref="Numerics.Strict"/> does on any device, to
    /// the bit.</summary>
    /// <param name="model">The network and its weights.</param>
    /// <param name="input">One item of the graph's input shape, (C, H, W).</param>
    /// <returns>The output of each layer, in the graph's order, each of the layer's output shape.</returns>
    /// <exception cref="ShapeMismatchException">The input has not the elements of the graph's input shape.</exception>
    public static IReadOnlyList<float[]> RunStrict(Model model, ReadOnlySpan<float> input) => Run<Strict>(model, input);

    private static float[][] Run<T>(Model model, ReadOnlySpan<float> input)
        where T : struct, IReal<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelGraph graph = model.Graph;
        if (input.Length != graph.InputShape.ElementCount)
            throw new ShapeMismatchException(
                $"'{graph.Name}' takes {graph.InputShape}, {graph.InputShape.ElementCount} elements; got {input.Length}.");

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
