using SoftPool.Operators;
using SoftPool.Operators.Convolutions;

namespace SoftPool.Planning;

/// <summary>Which of several kernels computes a layer on a device.</summary>
/// <param name="Forced">The variant to take wherever it can be taken; for tests and measurements.</param>
/// <param name="StruckOff">What is not to be used on this driver, by <see cref="KernelDispatch.JudgedAs"/>.</param>
/// <param name="Best">The variants that were measured to be the fastest, by <see cref="KeyOf"/>.</param>
internal sealed record VariantChoice(
    string? Forced = null, IReadOnlyCollection<string>? StruckOff = null, IReadOnlyDictionary<string, string>? Best = null)
{
    public static VariantChoice Default { get; } = new();

    /// <summary>What tells a convolution from others of which another variant may be the fastest.</summary>
    public static string KeyOf(Conv2d convolution, TensorShape input, PlanOptions options) =>
        $"{convolution} on {input}, batch {options.Batch}, {(options.Fp16 ? 16 : 32)} bits";

    /// <summary>The variant for a convolution: the forced one, else the fastest one, else the one that is guessed to be, but another
    /// one where the driver would end its loops early. The one that takes every convolution is taken if nothing else is left, struck
    /// off or not.</summary>
    public ConvolutionVariant Choose(Conv2d convolution, LoweringStep step)
    {
        List<ConvolutionVariant> candidates = Candidates(convolution, step);
        string? best = Best?.GetValueOrDefault(KeyOf(convolution, step.InputShape, step.Options));
        if (candidates.Find(variant => variant.Name == Forced) is { } forced)
            return forced;
        ConvolutionVariant chosen = candidates.Find(variant => variant.Name == best) ?? candidates[0];
        return IsWithinTurns(chosen) ? chosen : candidates.Find(IsWithinTurns) ?? chosen;

        bool IsWithinTurns(ConvolutionVariant variant) =>
            step.Options.LargestTurns == long.MaxValue
            || step.TurnsOf(() => variant.Lower(convolution, step)) <= step.Options.LargestTurns;
    }

    /// <summary>The variants that can compute a convolution, the likely fastest first.</summary>
    public static List<ConvolutionVariant> Candidates(Conv2d convolution, LoweringStep step)
    {
        List<ConvolutionVariant> candidates =
        [
            .. ConvolutionVariant.All
                .Where(variant => !step.IsStruckOff(variant.Name) && variant.Takes(convolution, step))
                .OrderBy(variant => variant.Cost(convolution, step)),
        ];
        return candidates.Count > 0 ? candidates : [ConvolutionVariant.All[^1]];
    }
}
