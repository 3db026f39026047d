using System.Globalization;
using System.Runtime.InteropServices;

namespace SoftPool.Verification;

/// <summary>Collects what a framework computes into a certificate. For each layer, outputs come in the order of the
/// inputs, in pieces of any size; of the first input, layers come in the graph's order.</summary>
internal sealed class CertificateBuilder
{
    /// <summary>Beyond this many, more samples of a layer find nothing that these do not.</summary>
    private const int MostSamples = 1024;

    /// <summary>More outputs than these are kept as samples, of which there are so many.</summary>
    private const int MostOutputs = 150_000, OutputSamples = 65_536;

    /// <summary>Bytes of text for all samples, and for everything: the rest up to the limit is for what JSON adds to
    /// it.</summary>
    private const int SampleBudget = 800_000, WholeBudget = 1_700_000;

    /// <summary>About the bytes that a layer's statistics and a weight's hash take as JSON.</summary>
    private const int LayerText = 170, HashText = 67;

    private readonly Model _model;
    private readonly IReadOnlyList<CertificateInput> _inputs;
    private readonly LayerDigest[] _layers;
    private readonly TensorComparison[] _rounding;
    private readonly double[] _runningSums;
    private RunningSums? _sums;
    // The values of each of the graph's outputs, and how many of them are kept.
    private readonly List<float>[] _outputs;
    private readonly int[] _outputSamples;

    public CertificateBuilder(Model model, IReadOnlyList<CertificateInput> inputs)
    {
        (_model, _inputs) = (model, inputs);
        ModelGraph graph = model.Graph;
        long[] outputs = [.. Enumerable.Range(0, graph.Outputs.Count).Select(CountOf)];
        _outputs = [.. outputs.Select(_ => new List<float>())];
        int share = outputs.Sum() <= MostOutputs ? MostOutputs : OutputSamples / outputs.Length;
        _outputSamples = [.. outputs.Select(count => (int)Math.Min(count, share))];
        long taken = Base64(inputs.Sum(input => input.Picture?.Rgb.Length ?? 0))
            + Base64((long)_outputSamples.Sum() * sizeof(float))
            + (long)graph.Layers.Count * LayerText + (long)graph.Parameters.Count() * HashText;
        long bytes = Math.Min(SampleBudget, WholeBudget - taken) / 4 * 3 / graph.Layers.Count;
        int samples = (int)Math.Clamp(bytes / sizeof(float), 1, MostSamples);
        _layers = [.. Enumerable.Range(0, graph.Layers.Count)
            .Select(layer => (long)inputs.Count * graph.OutputShapeOf(layer).ElementCount)
            .Select(count => new LayerDigest(count, (int)Math.Min(samples, count)))];
        _rounding = [.. _layers.Select(_ => new TensorComparison())];
        _runningSums = new double[_layers.Length];
    }

    /// <summary>Adds a layer's output for the next inputs.</summary>
    /// <param name="layer">The layer's place in the graph.</param>
    /// <param name="values">(n, its output shape).</param>
    /// <param name="otherwise">The same, in 64 bits if the values were computed in 32, and the other way around; none
    /// where nobody measures what rounding does.</param>
    public void Add(int layer, ReadOnlySpan<float> values, ReadOnlySpan<float> otherwise = default)
    {
        _layers[layer].Add(values);
        if (!otherwise.IsEmpty)
        {
            if (_rounding[layer].Count == 0)
                _runningSums[layer] = (_sums ??= new RunningSums(_model, _inputs[0].ToItems(_model))).NmseOf(
                    layer, values[.._model.Graph.OutputShapeOf(layer).ElementCount].ToArray());
            _rounding[layer].Add(values, otherwise);
        }
        for (int i = 0; i < _outputs.Length; i++)
            if (_model.Graph.OutputLayers[i] == layer)
                _outputs[i].AddRange(values);
    }

    /// <summary>The certificate of what has been added, which is every output of every layer.</summary>
    /// <param name="framework">What computed it, with its version.</param>
    /// <param name="device">What it was computed on.</param>
    /// <param name="date">When.</param>
    /// <exception cref="ModelFormatException">It would take too much, or outputs are missing.</exception>
    public Certificate Build(string framework, string device, DateTimeOffset date) => Certificate.Of(
        new CertificateDocument(
            framework, device, date, Tolerances.Fp32, Tolerances.Fp16, CertificateHashes.Of(_model), _inputs,
            [.. Enumerable.Range(0, _outputs.Length).SelectMany(SamplesOf)],
            [.. Enumerable.Range(0, _layers.Length).Select(LayerOf)],
            Enumerable.Range(0, _outputs.Length).Any(i => _outputSamples[i] < CountOf(i)) ? Top1() : null),
        _model);

    private long CountOf(int output) => (long)_inputs.Count * _model.Graph.Outputs[output].Shape.ElementCount;

    /// <summary>The place of the largest element of the first output for each input.</summary>
    private int[] Top1() =>
    [
        .. _outputs[0].Chunk(_model.Graph.Outputs[0].Shape.ElementCount)
            .Select(values => CertificateOutputs.PlaceOfLargest(values)),
    ];

    private byte[] SamplesOf(int output)
    {
        var digest = new LayerDigest(CountOf(output), _outputSamples[output]);
        digest.Add(CollectionsMarshal.AsSpan(_outputs[output]));
        return MemoryMarshal.AsBytes(digest.Samples).ToArray();
    }

    private CertificateLayer LayerOf(int layer)
    {
        (LayerDigest digest, double rounding) = (_layers[layer], Math.Max(_rounding[layer].Nmse, _runningSums[layer]));
        (float min, float max, double mean, double norm, long nonFinite) = digest.Statistics;
        return new CertificateLayer(
            min, max, mean, norm, nonFinite, MemoryMarshal.AsBytes(digest.Samples).ToArray(),
            IsKnown(rounding) ? ThreeDigits(rounding) : null,
            _model.Graph.OutputLayers.Contains(layer) && IsKnown(_rounding[layer].RelativeError)
                ? ThreeDigits(_rounding[layer].RelativeError)
                : null);

        bool IsKnown(double measured) => _rounding[layer].Count == digest.Count && double.IsFinite(measured);
    }

    private static double ThreeDigits(double value) =>
        double.Parse(value.ToString("E2", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static long Base64(long bytes) => (bytes + 2) / 3 * 4;
}
