using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace SoftPool.Trainer.Reports;

/// <summary>Text that is HTML. It is made from interpolated strings alone, in which every inserted text is encoded,
/// unless it is HTML already.</summary>
internal readonly record struct Html
{
    private readonly string? _text;

    private Html(string text) => _text = text;

    /// <summary>The interpolated string, its insertions encoded.</summary>
    public static Html Of(Encoding text) => new(text.ToString());

    /// <summary>A PNG as a data URI, for an attribute.</summary>
    public static Html DataUri(byte[] png) => new($"data:image/png;base64,{Convert.ToBase64String(png)}");

    public override string ToString() => _text ?? "";

    /// <summary>Puts an interpolated string together.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Encoding(int literalLength, int formattedCount)
    {
        private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
        private readonly StringBuilder _text = new(literalLength + 16 * formattedCount);

        public void AppendLiteral(string text) => _text.Append(text);

        public void AppendFormatted(Html html) => _text.Append(html);

        public void AppendFormatted(IEnumerable<Html> parts) => _text.AppendJoin('\n', parts);

        public void AppendFormatted(string? text) => _text.Append(Encoder.Encode(text ?? ""));

        public void AppendFormatted<T>(T value, string? format = null) where T : IFormattable =>
            AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

        public override string ToString() => _text.ToString();
    }
}
