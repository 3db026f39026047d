namespace SoftPool.Verification;

/// <summary>The gates of a comparison: the largest differences that pass. NaN never passes.</summary>
/// <param name="LayerNmse">The largest normalised mean square error of a layer, the last layer included.</param>
/// <param name="OutputError">The largest error of the last layer, relative to its largest expected magnitude.</param>
/// <param name="Top1Share">The smallest share of items, 0 to 1, whose largest output must be at the expected
/// index.</param>
public sealed record Tolerances(double LayerNmse, double OutputError, double Top1Share)
{
    /// <summary>Ten times in each element: two orders of summation may differ by as much where rounding is
    /// amplified.</summary>
    private const double TimesRounding = 100;

    /// <summary>An error that is none, however small the layer's values are. Weight decay drives the weights of channels
    /// that no longer matter below 1e-38, where devices may flush every term of a sum to zero, and do: a million terms
    /// of numbers below 2^-126, times inputs up to 80, are 1e-30.</summary>
    internal double Negligible { get; init; } = 1e-30;

    /// <summary>A file says how much rounding does to a layer, and may lie: beyond this no gate is widened.</summary>
    internal const double WidestLayerNmse = 1e-8;

    /// <summary>For weights and activations stored in 32 bits: 1e-10, 1e-5, 1.</summary>
    public static Tolerances Fp32 { get; } = new(1e-10, 1e-5, 1);

    /// <summary>For weights and activations stored in 16 bits, which have 11 significant bits: 1e-5, 1e-2,
    /// 0.999.</summary>
    public static Tolerances Fp16 { get; } = new(1e-5, 1e-2, 0.999)
    {
        // 16 terms of the smallest 16-bit float, 2^-24.
        Negligible = 1e-6,
    };

    /// <summary>The largest normalised mean square error of a layer in which rounding to 32 bits alone makes one of
    /// <paramref name="rounding"/>.</summary>
    internal double LayerNmseWith(double rounding) =>
        Math.Max(LayerNmse, Math.Min(TimesRounding * rounding, WidestLayerNmse));

    /// <summary>The largest error of the output, where the gate of the last layer's error is this: as much wider in
    /// each value, where that is wider.</summary>
    internal double OutputErrorWith(double layerNmse) =>
        layerNmse > LayerNmse ? Math.Max(OutputError, Math.Sqrt(layerNmse)) : OutputError;

    /// <summary>Of each the tighter one: what a file asks for may be more than this version does, and never
    /// less.</summary>
    internal Tolerances And(Tolerances other) => this with
    {
        LayerNmse = Math.Min(LayerNmse, other.LayerNmse),
        OutputError = Math.Min(OutputError, other.OutputError),
        Top1Share = Math.Max(Top1Share, other.Top1Share),
    };
}
