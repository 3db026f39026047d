using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace SoftPool.Verification;

/// <summary>A certificate as it stands in a model file, and the rules that it keeps. Of large outputs the logits are
/// samples, as of a layer, and the place of the largest output for each input stands beside them.</summary>
internal sealed record CertificateDocument(
    string Framework, string Device, DateTimeOffset Date, Tolerances Fp32, Tolerances Fp16, CertificateHashes Sha256,
    IReadOnlyList<CertificateInput> Inputs, byte[] Logits, IReadOnlyList<CertificateLayer> Layers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<int>? Top1 = null)
{
    public const int MostInputs = 64;
    private const int LongestName = 200;

    /// <exception cref="ModelFormatException">It breaks a rule, or is not of this model.</exception>
    public void Check(Model model)
    {
        ModelGraph graph = model.Graph;
        Require(Framework.Length <= LongestName && Device.Length <= LongestName,
            $"names a framework or a device in more than {LongestName} characters");
        CheckGates(Fp32);
        CheckGates(Fp16);
        int parameters = graph.Parameters.Count();
        Require(
            Sha256.Weights.Count == parameters,
            $"has hashes of {Sha256.Weights.Count} weights; the network has {parameters}");
        IEnumerable<string> hashes =
            Sha256.Weights.Prepend(Sha256.Graph).Append(Sha256.Classes).Append(Sha256.Preprocessing);
        foreach (string hash in hashes)
            Require(
                CertificateHashes.IsHash(hash), $"has '{hash}' where a SHA-256 of 64 hexadecimal digits is expected");
        Require(Inputs.Count is >= 1 and <= MostInputs, $"has {Inputs.Count} inputs; 1 to {MostInputs} are expected");
        foreach (CertificateInput? input in Inputs)
        {
            Require(
                input is { Seed: null } != input is { Picture: null },
                "has an input that is not either a seed or a picture");
            if (input!.Picture is { } picture)
                CheckPicture(picture, graph);
        }
        CheckOutputs(graph);
        Require(Layers.Count == graph.Layers.Count, $"has {Layers.Count} layers; the network has {graph.Layers.Count}");
        for (int i = 0; i < Layers.Count; i++)
            CheckLayer(Layers[i], graph.Layers[i].Name, (long)Inputs.Count * graph.OutputShapeOf(i).ElementCount);
    }

    private static void CheckGates(Tolerances tolerances) => Require(
        tolerances.LayerNmse >= 0 && tolerances.OutputError >= 0 && tolerances.Top1Share is >= 0 and <= 1
            && double.IsFinite(tolerances.LayerNmse) && double.IsFinite(tolerances.OutputError),
        "has a tolerance that is negative or not finite");

    private void CheckOutputs(ModelGraph graph)
    {
        long logits = Inputs.Count * graph.Outputs.Sum(output => (long)output.Shape.ElementCount) * sizeof(float);
        if (Top1 is null)
        {
            Require(
                Logits.Length == logits, $"has {Logits.Length} bytes of logits; {Inputs.Count} inputs give {logits}");
            return;
        }
        Require(
            Logits.Length % sizeof(float) == 0 && Logits.Length < logits
                && CertificateOutputs.SamplesOfEach(this, graph) is { } samples && samples.Min() >= Inputs.Count,
            $"has {Logits.Length} bytes of samples of logits; {Inputs.Count} inputs give {logits} in all");
        int elements = graph.Outputs[0].Shape.ElementCount;
        Require(
            Top1.Count == Inputs.Count && Top1.All(place => place >= 0 && place < elements),
            $"does not have, for each of {Inputs.Count} inputs, one place of {elements} for the largest logit");
    }

    private static void CheckPicture(CertificatePicture picture, ModelGraph graph)
    {
        Require(graph.Inputs is [{ Shape: { Rank: 3 } shape }] && shape[0] == CertificatePicture.Channels,
            "has a picture, which has three channels; the network takes "
            + string.Join(" and ", graph.Inputs.Select(input => input.Shape)));
        Require(
            picture is { Width: >= 1, Height: >= 1 }
                && (Int128)picture.Width * picture.Height * CertificatePicture.Channels == picture.Rgb.Length,
            $"has a picture of {picture.Width}x{picture.Height} pixels in {picture.Rgb.Length} bytes");
    }

    private static void CheckLayer(CertificateLayer? layer, string name, long values)
    {
        Require(layer is not null, $"has null for layer {name}");
        Require(
            layer!.Samples.Length % sizeof(float) == 0 && layer.Samples.Length >= sizeof(float)
                && layer.Samples.Length / sizeof(float) <= values,
            $"has {layer.Samples.Length} bytes of samples of layer {name}, whose outputs have {values} values");
        Require(
            float.IsFinite(layer.Min) && float.IsFinite(layer.Max)
                && double.IsFinite(layer.Mean) && double.IsFinite(layer.Norm)
                && layer.Min <= layer.Max && layer.Norm >= 0 && layer.NonFinite >= 0 && layer.NonFinite <= values,
            $"has statistics of layer {name} that no values have");
        Require(
            layer.RoundingNmse is null || (double.IsFinite(layer.RoundingNmse.Value) && layer.RoundingNmse >= 0),
            $"has a rounding of layer {name} that is negative or not finite");
        Require(
            layer.RoundingError is null || (double.IsFinite(layer.RoundingError.Value) && layer.RoundingError >= 0),
            $"has a largest rounding of layer {name} that is negative or not finite");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new ModelFormatException($"its certificate {otherwise}.");
    }
}

/// <summary>What a certificate keeps of one layer.</summary>
/// <param name="Min">The smallest finite value over all inputs; 0 without any.</param>
/// <param name="Max">The largest.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Norm">The square root of the sum of their squares.</param>
/// <param name="NonFinite">How many others there are.</param>
/// <param name="Samples">Some of the values, as little-endian floats; <see cref="LayerDigest"/> says which.</param>
/// <param name="RoundingNmse">How far the layer in 32 bits is from the layer in 64 bits, both computed by the
/// framework; null where that was not measured.</param>
/// <param name="RoundingError">Of an output, the largest error between the two, relative to the largest value; null
/// elsewhere, and where that was not measured.</param>
internal sealed record CertificateLayer(
    float Min, float Max, double Mean, double Norm, long NonFinite, byte[] Samples,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? RoundingNmse = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? RoundingError = null)
{
    public LayerStatistics ToStatistics() => new(Min, Max, Mean, Norm, NonFinite);

    public ReadOnlySpan<float> SampledValues() => MemoryMarshal.Cast<byte, float>(Samples);
}
