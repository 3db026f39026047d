using SoftPool.Reference;

namespace SoftPool.Onnx.Import;

/// <summary>Nodes of constants alone that only converters know: they are converted as if their input were the
/// network's, and the layers are computed by the operators' references.</summary>
internal static class ConstantLayers
{
    /// <summary>Elements of a value that is computed: masks and tables of positions have fewer.</summary>
    private const int MostElements = 1 << 20;

    /// <summary>Beside the one that stands for the batch.</summary>
    private const int MostAxes = 7;

    /// <summary>What a node gives; null of a node that is not converted so.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">Its inputs, all of them constants.</param>
    /// <param name="opset">The version of the operator set.</param>
    public static Constant? Fold(OnnxNode node, IReadOnlyList<Value?> inputs, long opset)
    {
        if (ConverterTable.Find(node.OpType) is not { GivesSeveral: false } converter
            || inputs is not [Constant { Floats: { } floats, Shape: { Length: > 0 } shape, Count: > 0 } constant, ..]
            || constant.Count > MostElements || shape.Length > MostAxes)
            return null;
        var source = new Draft(constant.Name, null, [], new TensorShape(shape));
        var read = new Activation(source, shape, BatchAxis: Activation.NoAxis);
        if (new WholeItems(fixesBatch: true).Of(node, [read, .. inputs.Skip(1)], opset) is not { } lifted)
            return null;
        var step = new ImportStep(lifted.Node, lifted.Inputs, opset, batch: 1);
        if (converter.Convert(step) is not Activation { Pads: null, BatchAxis: 0 } given
            || step.UnreadAttributes.Any() || step.UnreadInputs.Any()
            || given.Layer.Shape.ElementCount > MostElements)
            return null;
        return new Constant(
            given.Shape[1..], node.Outputs[0],
            () => Compute(given.Layer, new Dictionary<Draft, float[]> { [source] = floats() }), null);
    }

    private static float[] Compute(Draft layer, Dictionary<Draft, float[]> known)
    {
        if (known.TryGetValue(layer, out float[]? values))
            return values;
        var output = new float[layer.Shape.ElementCount];
        layer.Operator!.Compute<Exact>(new ReferenceStep(
            [.. layer.Inputs.Select(input => input.Shape)], [.. layer.Inputs.Select(input => Compute(input, known))],
            layer.Shape, output,
            name => new Tensor(
                layer.Operator.Parameters.First(parameter => parameter.Name == name).Shape, layer.Weights[name]())));
        return known[layer] = output;
    }
}
