using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions;

/// <summary>One way to compute a convolution. All give the same numbers to within rounding; which is fastest depends on the
/// device, its driver and the shape.</summary>
internal abstract record ConvolutionVariant
{
    /// <summary>Every variant, the one that takes every convolution last.</summary>
    public static IReadOnlyList<ConvolutionVariant> All { get; } =
    [
        .. WordLoads.All.SelectMany(loads => (ConvolutionVariant[])
        [
            new WinogradConvolution(Taps: 3, Vectors: 4, Pixels: 16, loads),
            new WinogradConvolution(Taps: 5, Vectors: 4, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 8, Vectors: 4, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 8, Vectors: 3, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 8, Vectors: 2, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 8, Vectors: 1, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 4, Vectors: 6, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 4, Vectors: 4, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 4, Vectors: 3, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 4, Vectors: 2, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 4, Vectors: 1, Pixels: 16, loads),
        ]),
        new PlainWinogradConvolution(Taps: 3),
        new PlainWinogradConvolution(Taps: 5),
        new PackedConvolution(InPlanes: false),
        new PackedConvolution(InPlanes: true),
        new PackedConvolution(InPlanes: true, IsNarrow: true),
        new TiledConvolution(),
    ];

    /// <summary>What tells a convolution from others of which another variant may be the fastest.</summary>
    public static string KeyOf(Conv2d convolution, TensorShape input, PlanOptions options) =>
        $"{convolution} on {input}, batch {options.Batch}, {(options.Fp16 ? 16 : 32)} bits";

    /// <summary>The variant for a convolution: the forced one, else the fastest one, else the one that is guessed to be, but another
    /// one where the driver would end its loops early. The one that takes every convolution is taken if nothing else is left, rejected
    /// or not.</summary>
    public static ConvolutionVariant For(Conv2d convolution, LoweringStep step)
    {
        List<ConvolutionVariant> candidates = CandidatesFor(convolution, step);
        (string? forced, _, IReadOnlyDictionary<string, string>? measured) = step.Options.Variants;
        string? best = measured?.GetValueOrDefault(KeyOf(convolution, step.InputShape, step.Options));
        if (candidates.Find(variant => variant.Name == forced) is { } wanted)
            return wanted;
        ConvolutionVariant chosen = candidates.Find(variant => variant.Name == best) ?? candidates[0];
        return IsWithinTurns(chosen) ? chosen : candidates.Find(IsWithinTurns) ?? chosen;

        bool IsWithinTurns(ConvolutionVariant variant) =>
            step.Options.LargestTurns == long.MaxValue
            || step.TurnsOf(() => variant.Lower(convolution, step)) <= step.Options.LargestTurns;
    }

    /// <summary>The variants that can compute a convolution, the likely fastest first.</summary>
    public static List<ConvolutionVariant> CandidatesFor(Conv2d convolution, LoweringStep step)
    {
        List<ConvolutionVariant> candidates =
        [
            .. All.Where(variant => !step.IsRejected(variant.Name) && variant.Takes(convolution, step))
                .OrderBy(variant => variant.Cost(convolution, step)),
        ];
        return candidates.Count > 0 ? candidates : [All[^1]];
    }

    /// <summary>What tells it from the others, in what is remembered of devices and in messages.</summary>
    public abstract string Name { get; }

    /// <summary>The largest error of its results that rounding explains, relative to the largest of them: a few units in the last
    /// place of long sums.</summary>
    public virtual double Tolerance => 2e-6;

    /// <summary>Whether it can compute this convolution on this device.</summary>
    public abstract bool Takes(Conv2d convolution, LoweringStep step);

    /// <summary>A guess at its time, to compare with other variants' on the same device.</summary>
    public abstract double Cost(Conv2d convolution, LoweringStep step);

    /// <summary>Adds its kernel launches to a plan.</summary>
    public abstract void Lower(Conv2d convolution, LoweringStep step);

    /// <summary>The bias, or nothing, to (groups, padded channels of a group), zero beyond its own.</summary>
    protected static Constant PackBias(Conv2d convolution, LoweringStep step, int paddedChannels) => step.Constant(
        $"bias*{paddedChannels}", (long)convolution.Groups * paddedChannels, () =>
        {
            int channels = convolution.OutChannels / convolution.Groups;
            var packed = new float[convolution.Groups * paddedChannels];
            ReadOnlySpan<float> bias = step.Bias;
            for (int o = 0; o < bias.Length; o++)
                packed[o / channels * paddedChannels + o % channels] = bias[o];
            return packed;
        });
}
