using SoftPool.Operators;
using SoftPool.Operators.Convolutions;

namespace SoftPool.Planning;

/// <summary>Which of several kernels computes a layer on a device.</summary>
/// <param name="Forced">The variant to take wherever it can be taken; for tests and measurements.</param>
/// <param name="StruckOff">Names of variants that are not to be used on this driver.</param>
internal sealed record VariantChoice(string? Forced = null, IReadOnlyCollection<string>? StruckOff = null)
{
    public static VariantChoice Default { get; } = new();

    /// <summary>The variant for a convolution. The one that takes every convolution is taken if nothing else is left, struck off
    /// or not.</summary>
    public ConvolutionVariant Choose(Conv2d convolution, LoweringStep step)
    {
        ConvolutionVariant[] candidates =
        [
            .. ConvolutionVariant.All.Where(variant =>
                StruckOff?.Contains(variant.Name) != true && variant.Takes(convolution, step)),
        ];
        return candidates.FirstOrDefault(variant => variant.Name == Forced)
            ?? candidates.MinBy(variant => variant.Cost(convolution, step))
            ?? ConvolutionVariant.All[^1];
    }
}
