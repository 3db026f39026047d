namespace SoftPool.Verification;

/// <summary>One layer's output on a device against the strict reference's, to the bit.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Shape">The shape of its output, without the batch.</param>
/// <param name="Comparison">What differs.</param>
internal sealed record LayerBits(string Layer, TensorShape Shape, BitComparison Comparison);

/// <summary>A network under strict numerics on one device against the reference, layer by layer, to the bit.</summary>
internal sealed class StrictReport
{
    private readonly Dictionary<string, LayerBits> _layers;

    /// <summary>Begins a report in which every layer of the graph is to be compared.</summary>
    public StrictReport(ModelGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        Layers =
        [
            .. graph.Layers.Select(
                (layer, i) => new LayerBits(layer.Name, graph.OutputShapeOf(i), new BitComparison())),
        ];
        _layers = Layers.ToDictionary(layer => layer.Layer);
    }

    /// <summary>The number of items compared.</summary>
    public int Items { get; set; }

    /// <summary>The layers, in the graph's order.</summary>
    public IReadOnlyList<LayerBits> Layers { get; }

    /// <summary>The network's outputs.</summary>
    public BitComparison Outputs { get; } = new();

    /// <summary>Whether every bit of every layer and of the outputs is equal.</summary>
    public bool Passed => Outputs.AreEqual && FirstDifference is null;

    /// <summary>The first layer that differs or was not compared: where to look. Null if there is none.</summary>
    public LayerBits? FirstDifference => Layers.FirstOrDefault(layer => !layer.Comparison.AreEqual);

    /// <summary>Adds a layer's output for some items.</summary>
    public void AddLayer(string layer, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        _layers[layer].Comparison.Add(expected, actual);
}
