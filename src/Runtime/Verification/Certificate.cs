using System.Text;
using System.Text.Json;

namespace SoftPool.Verification;

/// <summary>What torch computed with a model, stored in the model's file: some inputs, their logits in full, and
/// statistics and sampled values of each layer. <see cref="InferenceSession.Verify"/> compares a device with the
/// certificate, without torch.</summary>
public sealed class Certificate
{
    /// <summary>The largest text that is written or read, in bytes of UTF-8.</summary>
    internal const int LargestText = 2_000_000;

    private Certificate(string text, string sha256, CertificateDocument document)
    {
        Text = text;
        Sha256 = sha256;
        Document = document;
    }

    /// <summary>The framework that computed the certificate, and its version: "torch 2.10.0 through
    /// TorchSharp".</summary>
    public string Framework => Document.Framework;

    /// <summary>The framework's device on which the certificate was computed.</summary>
    public string Device => Document.Device;

    /// <summary>The time at which the certificate was computed.</summary>
    public DateTimeOffset Date => Document.Date;

    /// <summary>The number of inputs.</summary>
    public int Inputs => Document.Inputs.Count;

    /// <summary>The number of inputs that are pictures.</summary>
    public int Pictures => Document.Inputs.Count(input => input.Picture is not null);

    /// <summary>The SHA-256 of the certificate's text, in hexadecimal, as stored in the file. The text contains the
    /// SHA-256 of the graph, of the class names, of the preprocessing and of each weight. Only
    /// <see cref="InferenceSession.Verify"/> compares these hashes.</summary>
    public string Sha256 { get; }

    /// <summary>The JSON text, as it stands in the file.</summary>
    internal string Text { get; }

    internal CertificateDocument Document { get; }

    /// <summary>Seals what torch computed.</summary>
    /// <exception cref="ModelFormatException">The text would be too long, or it breaks another rule.</exception>
    internal static Certificate Of(CertificateDocument document, Model model)
    {
        document.Check(model);
        string text = JsonSerializer.Serialize(document, CertificateJson.Default.CertificateDocument);
        if (Encoding.UTF8.GetByteCount(text) is > LargestText and int bytes)
            throw new ModelFormatException(
                $"A certificate of '{model.Graph.Name}' would take {bytes} bytes; at most {LargestText} are written.");
        return new Certificate(text, CertificateHashes.Of(text), document);
    }

    /// <summary>Reads a certificate as untrusted text: every count in it is checked against the model.</summary>
    /// <exception cref="ModelFormatException">It breaks a rule, or is not of this model.</exception>
    internal static Certificate Read(string text, string sha256, Model model)
    {
        if (text.Length > LargestText || Encoding.UTF8.GetByteCount(text) > LargestText)
            throw new ModelFormatException($"its certificate has more than {LargestText} bytes.");
        if (!CertificateHashes.IsHash(sha256))
            throw new ModelFormatException("its certificate's hash is not 64 hexadecimal digits.");
        try
        {
            CertificateDocument document = JsonSerializer.Deserialize(text, CertificateJson.Default.CertificateDocument)
                ?? throw new JsonException("null");
            document.Check(model);
            return new Certificate(text, sha256, document);
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"its certificate is malformed ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
