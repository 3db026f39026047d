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
    /// <exception cref="InvalidOperationException">The network has several inputs.</exception>
    public static IReadOnlyList<float[]> Run(Model model, ReadOnlySpan<float> input) =>
        Run<Exact>(model, OnlyInput(model, input));

    /// <summary>Computes each layer of a network with any number of inputs for one item, as
    /// <see cref="Run(Model, ReadOnlySpan{float})"/> does.</summary>
    /// <param name="model">The network and its weights.</param>
    /// <param name="inputs">One item of each of <see cref="ModelGraph.Inputs"/>, in their order.</param>
    /// <returns>The output of each layer, in the graph's order; each has the layer's output shape.</returns>
    /// <exception cref="ShapeMismatchException">The number of inputs, or the length of one, is not the
    /// graph's.</exception>
    public static IReadOnlyList<float[]> Run(Model model, ReadOnlySpan<ReadOnlyMemory<float>> inputs) =>
        Run<Exact>(model, inputs);

    /// <summary>Computes each layer for one item, with the same bits as a session with <see cref="Numerics.Strict"/> on
    /// any device.</summary>
    /// <param name="model">The network and its weights.</param>
    /// <param name="input">One item of <see cref="ModelGraph.InputShape"/>, (C, H, W).</param>
    /// <returns>The output of each layer, in the graph's order; each has the layer's output shape.</returns>
    /// <exception cref="ShapeMismatchException">The length of the input is not that of the graph's input
    /// shape.</exception>
    /// <exception cref="InvalidOperationException">The network has several inputs.</exception>
    public static IReadOnlyList<float[]> RunStrict(Model model, ReadOnlySpan<float> input) =>
        Run<Strict>(model, OnlyInput(model, input));

    /// <summary>Computes each layer of a network with any number of inputs for one item, as
    /// <see cref="RunStrict(Model, ReadOnlySpan{float})"/> does.</summary>
    /// <inheritdoc cref="Run(Model, ReadOnlySpan{ReadOnlyMemory{float}})"/>
    public static IReadOnlyList<float[]> RunStrict(Model model, ReadOnlySpan<ReadOnlyMemory<float>> inputs) =>
        Run<Strict>(model, inputs);

    private static ReadOnlyMemory<float>[] OnlyInput(Model model, ReadOnlySpan<float> input)
    {
        ArgumentNullException.ThrowIfNull(model);
        _ = model.Graph.InputShape;
        return [input.ToArray()];
    }

    private static float[][] Run<T>(Model model, ReadOnlySpan<ReadOnlyMemory<float>> inputs)
        where T : struct, IReal<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelGraph graph = model.Graph;
        if (inputs.Length != graph.Inputs.Count)
            throw new ShapeMismatchException(
                $"'{graph.Name}' takes {graph.Inputs.Count} inputs; got {inputs.Length}.");
        var items = new float[inputs.Length][];
        for (int k = 0; k < items.Length; k++)
        {
            TensorShape shape = graph.Inputs[k].Shape;
            if (inputs[k].Length != shape.ElementCount)
                throw new ShapeMismatchException(
                    $"'{graph.Name}' takes {(items.Length == 1 ? "" : $"as {graph.Inputs[k].Name} ")}{shape}, "
                    + $"{shape.ElementCount} elements; got {inputs[k].Length}.");
            items[k] = inputs[k].ToArray();
            foreach (ref float value in items[k].AsSpan())
                value = T.Of(value).Stored;
        }
        var outputs = new float[graph.Layers.Count][];
        for (int i = 0; i < outputs.Length; i++)
        {
            Layer layer = graph.Layers[i];
            outputs[i] = new float[graph.OutputShapeOf(i).ElementCount];
            layer.Operator.Compute<T>(new ReferenceStep(
                graph.InputShapesOf(i),
                [.. graph.InputsOf(i).Select(place => place < 0 ? items[~place] : outputs[place])],
                graph.OutputShapeOf(i), outputs[i], parameter => model.Weights[$"{layer.Name}.{parameter}"]));
        }
        return outputs;
    }
}
