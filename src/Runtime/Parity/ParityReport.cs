namespace SoftPool.Parity;

/// <summary>How one layer's output compares with the one expected, and whether that is close enough.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Shape">The shape of its output, without the batch.</param>
/// <param name="Comparison">The measures.</param>
/// <param name="Passed">Whether it is within the gate.</param>
public sealed record LayerParity(string Layer, TensorShape Shape, TensorComparison Comparison, bool Passed);

/// <summary>A network's outputs on one device against those expected, layer by layer.</summary>
public sealed class ParityReport
{
    private readonly ModelGraph _graph;
    private readonly Dictionary<string, TensorComparison> _layers;

    /// <summary>Begins a report in which every layer of the graph is to be compared.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="gates">How close is close enough; those of 32 bits unless given.</param>
    public ParityReport(ModelGraph graph, ParityGates? gates = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        Gates = gates ?? ParityGates.Fp32;
        _layers = graph.Layers.ToDictionary(layer => layer.Name, _ => new TensorComparison());
    }

    /// <summary>How close is close enough.</summary>
    public ParityGates Gates { get; }

    /// <summary>The number of items compared.</summary>
    public int Items { get; private set; }

    /// <summary>The number of items whose largest output is at the same place as expected.</summary>
    public int Top1Agreements { get; private set; }

    /// <summary>The layers, in the graph's order.</summary>
    public IReadOnlyList<LayerParity> Layers =>
    [
        .. _graph.Layers.Select((layer, i) => new LayerParity(
            layer.Name, _graph.OutputShapeOf(i), _layers[layer.Name],
            Passes(_layers[layer.Name], isOutput: i == _graph.Layers.Count - 1))),
    ];

    /// <summary>Whether every layer is within its gate, and enough items' largest output is the expected one.</summary>
    public bool Passed =>
        Items > 0 && Top1Agreements >= Gates.Top1Share * Items && Layers.All(layer => layer.Passed);

    /// <summary>The first layer beyond its gate; null if there is none.</summary>
    public LayerParity? FirstFailure => Layers.FirstOrDefault(layer => !layer.Passed);

    /// <summary>Adds a layer's output for some items.</summary>
    public void AddLayer(string layer, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        _layers[layer].Add(expected, actual);

    /// <summary>Adds the network's output for some items, (n, classes), for the agreement of the largest.</summary>
    public void AddOutputs(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        int classes = _graph.OutputShape.Count;
        for (int begin = 0; begin < expected.Length; begin += classes, Items++)
            if (LargestOf(expected.Slice(begin, classes)) == LargestOf(actual.Slice(begin, classes)))
                Top1Agreements++;
    }

    // Comparisons with NaN are false: nothing passes by being NaN.
    private bool Passes(TensorComparison comparison, bool isOutput) =>
        comparison.Count > 0 && comparison.Nmse <= Gates.LayerNmse
        && (!isOutput || comparison.RelativeError <= Gates.OutputError);

    private static int LargestOf(ReadOnlySpan<float> values)
    {
        int largest = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i] > values[largest])
                largest = i;
        return largest;
    }
}
