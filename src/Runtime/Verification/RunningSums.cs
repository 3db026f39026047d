using SoftPool.Operators;
using SoftPool.Reference;

namespace SoftPool.Verification;

/// <summary>
/// What rounding does to a layer whose terms are added one after the other in 32 bits, as a device does. A framework
/// adds in blocks, where the roundings of equal terms do not add up, so its own error says too little of such layers.
/// </summary>
internal sealed class RunningSums
{
    // Independent roundings, each uniform within half an ulp of the sum so far, make about 2^-51 for each term. Of these
    // the gates take care already.
    private const double Independent = 1.0 / (1L << 51), TimesIndependent = 16;

    private readonly Model _model;
    private readonly float[][] _items;
    // A layer's output, until the last layer that reads it has been added.
    private readonly Dictionary<int, float[]> _outputs = [];
    private readonly int[] _lastReaders;

    /// <param name="model">The network and its weights.</param>
    /// <param name="items">One item of each of the network's inputs.</param>
    public RunningSums(Model model, IEnumerable<ReadOnlyMemory<float>> items)
    {
        (_model, _items) = (model, [.. items.Select(item => item.ToArray())]);
        _lastReaders = new int[model.Graph.Layers.Count];
        for (int layer = 0; layer < _lastReaders.Length; layer++)
            foreach (int input in model.Graph.InputsOf(layer).Where(input => input >= 0))
                _lastReaders[input] = layer;
    }

    /// <summary>The normalised mean square error of a layer's running sums, by samples of its outputs, each computed in
    /// 32 and in 64 bits from the same inputs; 0 for a layer that adds nothing up, or whose roundings do not add up.
    /// Layers come in the graph's order.</summary>
    /// <param name="layer">The layer's place in the graph.</param>
    /// <param name="output">What the layer gives for the item.</param>
    public double NmseOf(int layer, float[] output)
    {
        ModelGraph graph = _model.Graph;
        float[][] inputs =
        [
            .. graph.InputsOf(layer).Select(input => input >= 0 ? _outputs[input] : _items[-1 - input]),
        ];
        if (_lastReaders[layer] > layer)
            _outputs[layer] = output;
        foreach (int input in graph.InputsOf(layer).Where(input => input >= 0 && _lastReaders[input] == layer))
            _outputs.Remove(input);
        // Of a Reduce the reference computes all outputs, and its sums are of few kinds.
        if (graph.Layers[layer].Operator is not (Conv2d or Conv3d or ConvTranspose2d or Linear))
            return 0;
        int[] places = SampledReference.Places(output.Length);
        var wanted = new bool[output.Length];
        foreach (int place in places)
            wanted[place] = true;
        var comparison = new TensorComparison();
        comparison.Add(Compute<Exact>(), Compute<Strict>());
        double independent = Independent * SampledReference.TermsOf(graph, [layer]);
        return comparison.Nmse <= TimesIndependent * independent ? 0 : comparison.Nmse;

        float[] Compute<T>()
            where T : struct, IReal<T>
        {
            float[] all = SampledReference.Compute<T>(graph, name => _model.Weights[name], [layer], inputs, wanted);
            return [.. places.Select(place => all[place])];
        }
    }
}
