namespace SoftPool.Verification;

/// <summary>A comparison of a network's results on a device with the expected results, layer by layer.</summary>
public sealed class ParityReport
{
    private readonly ModelGraph _graph;
    private readonly Dictionary<string, TensorComparison> _layers;
    private readonly Dictionary<string, StatisticsComparison> _statistics = [];
    private readonly Dictionary<string, double> _rounding = [];
    private readonly Dictionary<string, double> _roundingOfOutputs = [];
    private readonly bool _sampled;
    private readonly StatisticsComparison?[] _outputStatistics;
    // One an output; none without pictures.
    private readonly TensorComparison[] _pictures = [];

    /// <summary>Creates a report in which each layer of the graph must be compared.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="tolerances">The gates; null for <see cref="Tolerances.Fp32"/>.</param>
    public ParityReport(ModelGraph graph, Tolerances? tolerances = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        Tolerances = tolerances ?? Tolerances.Fp32;
        _layers = graph.Layers.ToDictionary(layer => layer.Name, _ => Comparison());
        _outputStatistics = new StatisticsComparison?[graph.Outputs.Count];
    }

    /// <summary>Begins the report of a certificate's replay.</summary>
    internal ParityReport(
        ModelGraph graph, Tolerances tolerances, Certificate certificate, IReadOnlyList<string> changes)
        : this(graph, tolerances)
    {
        (_sampled, Certificate, Changes) = (true, certificate, changes);
        if (certificate.Pictures > 0)
            _pictures = [.. graph.Outputs.Select(_ => Comparison())];
        for (int i = 0; i < graph.Layers.Count; i++)
        {
            CertificateLayer layer = certificate.Document.Layers[i];
            LayerStatistics whole = layer.ToStatistics();
            // A layer reads the errors of the layers before it: where torch's own cancelled each other, a device's
            // need not.
            _rounding[graph.Layers[i].Name] = graph.InputsOf(i).Where(input => input >= 0)
                .Select(input => _rounding[graph.Layers[input].Name]).Append(layer.RoundingNmse ?? 0).Max();
            _roundingOfOutputs[graph.Layers[i].Name] = layer.RoundingError ?? 0;
            long count = (long)certificate.Inputs * graph.OutputShapeOf(i).ElementCount;
            _layers[graph.Layers[i].Name] = new TensorComparison(whole.Largest, whole.Norm * whole.Norm / count)
            {
                Negligible = Tolerances.Negligible,
            };
        }
    }

    /// <summary>The network's name.</summary>
    public string Network => _graph.Name;

    /// <summary>The gates: the largest differences that pass.</summary>
    public Tolerances Tolerances { get; }

    /// <summary>The device that was compared; null if not set.</summary>
    public GpuDeviceInfo? Device { get; init; }

    /// <summary>The options of the session that was compared; null if not set.</summary>
    public SessionOptions? Options { get; init; }

    /// <summary>What the device's driver does not promise to keep of floats, so that another driver may differ there:
    /// "NaN, infinity and the sign of zero", "16-bit floats rounded to the nearest", "16-bit floats below 6.1e-5",
    /// "32-bit floats below 1.2e-38". The last is never asked for, because some GPUs would compute more slowly. A host's
    /// device promises nothing, for the host may not have enabled VK_KHR_shader_float_controls. Empty if the device is
    /// not known.</summary>
    public IReadOnlyList<string> NotPromised { get; init; } = [];

    /// <summary>The certificate that the device was compared with; null if the comparison was with torch
    /// itself.</summary>
    public Certificate? Certificate { get; }

    /// <summary>The parts of the model that have changed since its certificate was made: "graph", "list of classes",
    /// "preprocessing", "certificate", "weight features.3.weight". If there is one, the report fails.</summary>
    public IReadOnlyList<string> Changes { get; } = [];

    /// <summary>The comparison of the output for the certificate's pictures when the device resizes and normalises the
    /// pictures; of several outputs the one that is furthest off. Null if there are no pictures.</summary>
    public TensorComparison? Pictures => _pictures.MaxBy(
        output => double.IsNaN(output.Nmse) ? double.PositiveInfinity : output.Nmse);

    /// <summary>The number of items of the network's output that were compared.</summary>
    public int Items { get; private set; }

    /// <summary>The number of items whose only or first output has its largest element at the expected
    /// index.</summary>
    public int Top1Agreements { get; private set; }

    /// <summary>The comparison of each layer, in the graph's order.</summary>
    public IReadOnlyList<LayerParity> Layers =>
    [
        .. _graph.Layers.Select((layer, i) => new LayerParity(
            layer.Name, _graph.OutputShapeOf(i), _layers[layer.Name], _statistics.GetValueOrDefault(layer.Name),
            LargestNmse(layer.Name), Passes(i))),
    ];

    /// <summary>Whether the report passes: the model has not changed, each layer and the pictures are within their
    /// gates, and enough items have their largest output at the expected index.</summary>
    public bool Passed => Failure is null;

    /// <summary>The first layer that is not within its gate; null if there is none.</summary>
    public LayerParity? FirstFailure => Layers.FirstOrDefault(layer => !layer.Passed);

    /// <summary>The reason why the report does not pass, one sentence without the full stop; null if it
    /// passes.</summary>
    public string? Failure
    {
        get
        {
            LayerParity? first = FirstFailure;
            string? layer = first is null ? null
                : first.Statistics?.Expected.NonFinite is > 0 and long wrong
                    ? $"{Certificate!.Framework} itself gave {wrong} values that are not finite in layer {first.Layer}"
                    : $"layer {first.Layer} is the first beyond its gate";
            if (Changes.Count > 0)
                return $"the {Changes[0]} has changed since the certificate was made"
                    + (Changes.Count > 1 ? $", and {Changes.Count - 1} more" : "")
                    + (layer is null ? "" : $"; {layer}");
            return layer
                ?? (!_pictures.Zip(_graph.Outputs).All(output => PassesAsOutput(output.First, output.Second.Layer))
                ? "the logits of pictures that the device resizes are beyond their gate"
                : Items > 0 && Top1Agreements >= Tolerances.Top1Share * Items ? null
                : $"the largest output is the expected one for {Top1Agreements} of {Items} items only");
        }
    }

    /// <summary>Returns the whole report as JSON. The field names are stable; docs/parity.md lists them.</summary>
    public string ToJson() => ParityJson.Of(this);

    /// <summary>Adds the output of a layer for some items to the comparison.</summary>
    /// <param name="layer">The layer's name.</param>
    /// <param name="expected">The expected values.</param>
    /// <param name="actual">The device's values, as many as expected.</param>
    /// <exception cref="ShapeMismatchException">The lengths differ.</exception>
    /// <exception cref="KeyNotFoundException">The graph has no layer of this name.</exception>
    public void AddLayer(string layer, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        _layers[layer].Add(expected, actual);

    /// <summary>Adds the statistics of a layer's output for all items.</summary>
    internal void AddStatistics(string layer, StatisticsComparison statistics) => _statistics.Add(layer, statistics);

    /// <summary>Adds the statistics of an output of the session itself for all items.</summary>
    internal void AddOutputStatistics(int output, StatisticsComparison statistics) =>
        _outputStatistics[output] = statistics;

    /// <summary>Adds an output for some of the certificate's pictures to the comparison.</summary>
    internal void AddPictures(int output, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        _pictures[output].Add(expected, actual);

    /// <summary>Adds the network's only or first output for one item, of which the place of the largest value is
    /// known.</summary>
    internal void AddOutput(int largest, ReadOnlySpan<float> actual)
    {
        Items++;
        if (largest == CertificateOutputs.PlaceOfLargest(actual))
            Top1Agreements++;
    }

    /// <summary>Adds the network's only or first output for some items, to count the items whose largest output is at
    /// the expected index.</summary>
    /// <param name="expected">The expected output, (n, classes).</param>
    /// <param name="actual">The device's output, (n, classes).</param>
    /// <exception cref="ShapeMismatchException">The lengths differ, or are not those of whole items.</exception>
    public void AddOutputs(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        int classes = _graph.Outputs[0].Shape.ElementCount;
        if (expected.Length != actual.Length || expected.Length % classes != 0)
            throw new ShapeMismatchException(
                $"Outputs of {classes} elements each were expected; {expected.Length} and {actual.Length} "
                + "elements came.");
        for (int begin = 0; begin < expected.Length; begin += classes)
            AddOutput(
                CertificateOutputs.PlaceOfLargest(expected.Slice(begin, classes)), actual.Slice(begin, classes));
    }

    // Comparisons with NaN are false: nothing passes by being NaN.
    private bool Passes(int layer)
    {
        string name = _graph.Layers[layer].Name;
        double nmse = LargestNmse(name);
        TensorComparison comparison = _layers[name];
        bool isOutput = _graph.OutputLayers.Contains(layer);
        return comparison.Count > 0 && (isOutput ? PassesAsOutput(comparison, name) : comparison.Nmse <= nmse)
            && (!_sampled || (_statistics.GetValueOrDefault(name)?.Passes(nmse, Tolerances.Negligible) ?? false))
            && (!_sampled || _graph.OutputLayers.Zip(_outputStatistics).All(
                output => output.First != layer || (output.Second?.Passes(nmse, Tolerances.Negligible) ?? false)));
    }

    private bool PassesAsOutput(TensorComparison comparison, string layer)
    {
        double nmse = LargestNmse(layer);
        return comparison.Nmse <= nmse
            && comparison.RelativeError
                <= Tolerances.OutputErrorWith(nmse, _roundingOfOutputs.GetValueOrDefault(layer));
    }

    private TensorComparison Comparison() => new() { Negligible = Tolerances.Negligible };

    private double LargestNmse(string layer) => Tolerances.LayerNmseWith(_rounding.GetValueOrDefault(layer));
}
