using SoftPool.Operators;
using SoftPool.Reference;

namespace SoftPool.Trainer.Verification;

/// <summary>Layers whose output jumps where their input hardly changes: comparisons, places of the largest, rounding to
/// integers, and what reads them. Two honest engines differ by a whole step there, as often as values are as good as
/// equal; and a detector that looks for peaks by comparing a map with its maxima has many of them. So these layers are
/// computed from what ONNX Runtime gave them to read, and then have to give what it gave.</summary>
internal sealed class JumpingLayers
{
    private readonly OnnxPair _pair;
    private readonly ModelGraph _graph;
    private readonly bool[] _jumps;
    private readonly Dictionary<string, int> _places = [];

    /// <param name="pair">The model, and which value of the file each layer gives.</param>
    public JumpingLayers(OnnxPair pair)
    {
        (_pair, _graph) = (pair, pair.Model.Graph);
        _jumps = new bool[_graph.Layers.Count];
        for (int i = 0; i < _jumps.Length; i++)
        {
            Operator op = _graph.Layers[i].Operator;
            _places.Add(_graph.Layers[i].Name, i);
            // The reference would take minutes for layers with weights.
            _jumps[i] = op is Comparison or ArgReduction or TopKIndices or Floor or Ceil or Round or Sign
                || (op.Parameters.Count == 0 && _graph.InputsOf(i).Any(input => input >= 0 && _jumps[input]));
        }
    }

    /// <summary>What a layer gives of what ONNX Runtime gave it to read; what it gave in the network itself, if it does
    /// not jump or the file does not have all that it reads.</summary>
    /// <param name="layer">The layer's name.</param>
    /// <param name="items">One item of each input of the network.</param>
    /// <param name="truth">ONNX Runtime's values of that item, by their names in the file.</param>
    /// <param name="computed">What the layer gave in the network.</param>
    public float[] Output(
        string layer, float[][] items, IReadOnlyDictionary<string, float[]> truth, float[] computed)
    {
        int i = _places[layer];
        if (!_jumps[i])
            return computed;
        float[]?[] inputs = [.. _graph.InputsOf(i).Select(Read)];
        return inputs.Contains(null) ? computed : Compute(i, inputs!);

        float[]? Read(int input) =>
            input < 0 ? items[~input]
            : _graph.Layers[input].Operator is ConstantTensor ? Compute(input, [[]])
            : _pair.ValueOf.TryGetValue(_graph.Layers[input].Name, out string? value) ? truth[value]
            : null;
    }

    private float[] Compute(int i, float[][] inputs)
    {
        Layer layer = _graph.Layers[i];
        var output = new float[_graph.OutputShapeOf(i).ElementCount];
        layer.Operator.Compute<Exact>(new ReferenceStep(
            _graph.InputShapesOf(i), inputs, _graph.OutputShapeOf(i), output,
            parameter => _pair.Model.Weights[$"{layer.Name}.{parameter}"]));
        return output;
    }
}
