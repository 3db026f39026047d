using System.Globalization;
using SoftPool.Trainer.Shards;

namespace SoftPool.Trainer.Verification;

/// <summary>What torch and a device made of one image.</summary>
/// <param name="Label">The image's class.</param>
/// <param name="Torch">The class of torch's largest logit.</param>
/// <param name="Vulkan">The class of the device's.</param>
/// <param name="Difference">The largest difference of two logits; NaN where one is.</param>
/// <param name="Largest">The largest of torch's logits, as an absolute value.</param>
internal readonly record struct ImageAgreement(int Label, int Torch, int Vulkan, double Difference, double Largest)
    : IImageLine<ImageAgreement>
{
    public static string Columns => "label,torch,vulkan,difference,largest_logit";

    public string Fields => string.Create(
        CultureInfo.InvariantCulture, $"{Label},{Torch},{Vulkan},{Difference:R},{Largest:R}");

    public static ImageAgreement? Parse(ReadOnlySpan<string> fields) =>
        fields.Length == 5 && ImageField.Integer(fields[0]) is { } label
            && ImageField.Integer(fields[1]) is { } torch && ImageField.Integer(fields[2]) is { } vulkan
            && ImageField.Real(fields[3]) is { } difference && ImageField.Real(fields[4]) is { } largest
                ? new ImageAgreement(label, torch, vulkan, difference, largest) : null;
}
