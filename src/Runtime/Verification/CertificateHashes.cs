using System.Runtime.InteropServices;
using System.Text;
using SoftPool.Files;

namespace SoftPool.Verification;

/// <summary>SHA-256 of each part of a model: of the texts as they stand in the file, and of the bytes of each weight,
/// in the order of <see cref="ModelGraph.Parameters"/>. One a part, so that what has changed can be named. The
/// certificate holds them, and a hash of the certificate's own text stands beside it: that one hash is thus of graph,
/// weights and certificate.</summary>
internal sealed record CertificateHashes(
    string Graph, string Classes, string Preprocessing, IReadOnlyList<string> Weights)
{
    public static CertificateHashes Of(Model model) => new(
        Of(model.Texts.Graph), Of(model.Texts.Classes), Of(model.Texts.Preprocessing),
        [.. model.Graph.Parameters.Select(parameter => Of(model.Weights[parameter.Name]))]);

    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static bool IsHash(string? text) =>
        text is { Length: 2 * Sha256.HashBytes } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The parts of a model that are not as they were when its certificate was made, the weights by their
    /// names. Of a certificate that has changed itself, it alone: its hashes say nothing then. Reads all
    /// weights.</summary>
    public static IReadOnlyList<string> ChangesOf(Model model, Certificate certificate)
    {
        if (certificate.Sha256 != Of(certificate.Text))
            return ["certificate"];
        CertificateHashes then = certificate.Document.Sha256, now = Of(model);
        var changes = new List<string>();
        Compare("graph", then.Graph, now.Graph);
        Compare("list of classes", then.Classes, now.Classes);
        Compare("preprocessing", then.Preprocessing, now.Preprocessing);
        foreach ((string weight, (string before, string after)) in
            model.Graph.Parameters.Select(parameter => parameter.Name).Zip(then.Weights.Zip(now.Weights)))
            Compare($"weight {weight}", before, after);
        return changes;

        void Compare(string part, string before, string after)
        {
            if (before != after)
                changes.Add(part);
        }
    }

    private static string Of(Tensor weight) => Of(MemoryMarshal.AsBytes(weight.Data.Span));

    private static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(Sha256.Hash(bytes));
}
