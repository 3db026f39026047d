using System.Globalization;
using SoftPool.Trainer.Shards;

namespace SoftPool.Trainer.Reports;

/// <summary>What a network answers to one image.</summary>
/// <param name="Label">The image's class.</param>
/// <param name="Answer">The class with the largest probability.</param>
/// <param name="Confidence">That probability, in [0, 1].</param>
internal readonly record struct ImageAnswer(int Label, int Answer, float Confidence) : IImageLine<ImageAnswer>
{
    public static string Columns => "label,answer,confidence";

    public string Fields => string.Create(CultureInfo.InvariantCulture, $"{Label},{Answer},{Confidence:R}");

    public static ImageAnswer? Parse(ReadOnlySpan<string> fields) =>
        fields.Length == 3 && ImageField.Integer(fields[0]) is { } label
            && ImageField.Integer(fields[1]) is { } answer && ImageField.Real(fields[2]) is { } confidence
                ? new ImageAnswer(label, answer, (float)confidence) : null;
}
