using System.Runtime.InteropServices;

namespace SoftPool.Verification;

/// <summary>Collects what a framework computes into a certificate. For each layer, outputs come in the order of the
/// inputs, in pieces of any size.</summary>
internal sealed class CertificateBuilder
{
    /// <summary>Beyond this many, more samples of a layer find nothing that these do not.</summary>
    private const int MostSamples = 1024;

    /// <summary>Bytes of text for all samples, and for everything: the rest up to the limit is for what JSON adds to
    /// it.</summary>
    private const int SampleBudget = 800_000, WholeBudget = 1_700_000;

    /// <summary>About the bytes that a layer's statistics and a weight's hash take as JSON.</summary>
    private const int LayerText = 140, HashText = 67;

    private readonly Model _model;
    private readonly IReadOnlyList<CertificateInput> _inputs;
    private readonly LayerDigest[] _layers;
    private readonly List<float> _logits = [];

    public CertificateBuilder(Model model, IReadOnlyList<CertificateInput> inputs)
    {
        (_model, _inputs) = (model, inputs);
        ModelGraph graph = model.Graph;
        long taken = Base64(inputs.Sum(input => input.Picture?.Rgb.Length ?? 0))
            + Base64((long)inputs.Count * graph.OutputShape.ElementCount * sizeof(float))
            + (long)graph.Layers.Count * LayerText + (long)graph.Parameters.Count() * HashText;
        long bytes = Math.Min(SampleBudget, WholeBudget - taken) / 4 * 3 / graph.Layers.Count;
        int samples = (int)Math.Clamp(bytes / sizeof(float), 1, MostSamples);
        _layers = [.. Enumerable.Range(0, graph.Layers.Count)
            .Select(layer => (long)inputs.Count * graph.OutputShapeOf(layer).ElementCount)
            .Select(count => new LayerDigest(count, (int)Math.Min(samples, count)))];
    }

    /// <summary>Adds a layer's output for the next inputs.</summary>
    /// <param name="layer">The layer's place in the graph.</param>
    /// <param name="values">(n, its output shape).</param>
    public void Add(int layer, ReadOnlySpan<float> values)
    {
        _layers[layer].Add(values);
        if (layer == _layers.Length - 1)
            _logits.AddRange(values);
    }

    /// <summary>The certificate of what has been added, which is every output of every layer.</summary>
    /// <param name="framework">What computed it, with its version.</param>
    /// <param name="device">What it was computed on.</param>
    /// <param name="date">When.</param>
    /// <exception cref="ModelFormatException">It would take too much, or outputs are missing.</exception>
    public Certificate Build(string framework, string device, DateTimeOffset date) => Certificate.Of(
        new CertificateDocument(
            framework, device, date, Tolerances.Fp32, Tolerances.Fp16, CertificateHashes.Of(_model), _inputs,
            MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_logits)).ToArray(), [.. _layers.Select(LayerOf)]),
        _model);

    private static CertificateLayer LayerOf(LayerDigest digest)
    {
        (float min, float max, double mean, double norm, long nonFinite) = digest.Statistics;
        return new CertificateLayer(min, max, mean, norm, nonFinite, MemoryMarshal.AsBytes(digest.Samples).ToArray());
    }

    private static long Base64(long bytes) => (bytes + 2) / 3 * 4;
}
