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

    private const double TimesRoundingOfOutput = 10;

    /// <summary>An error that is none, however small the layer's values are. Weight decay drives the weights of channels
    /// that no longer matter below 1e-38, where devices may flush every term of a sum to zero, and do: a million terms
    /// of numbers below 2^-126, times inputs up to 80, are 1e-30.</summary>
    internal double Negligible { get; init; } = 1e-30;

    /// <summary>A file says how much rounding does to a layer, and may lie: beyond this no gate is widened.</summary>
    internal const double WidestLayerNmse = 1e-8;

    /// <summary>As <see cref="WidestLayerNmse"/>, of an output's largest error.</summary>
    internal const double WidestOutputError = 1e-3;

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

    /// <summary>The largest error of an output, where the gate of its layer's error is this: as much wider in each
    /// value, where that is wider. And ten times the largest error that rounding to 32 bits alone makes: in few values
    /// of a large map it is far above the root of the mean.</summary>
    /// <param name="layerNmse">The gate of the layer.</param>
    /// <param name="rounding">The largest error of rounding, relative to the largest value.</param>
    internal double OutputErrorWith(double layerNmse, double rounding) => Math.Max(
        layerNmse > LayerNmse ? Math.Max(OutputError, Math.Sqrt(layerNmse)) : OutputError,
        Math.Min(TimesRoundingOfOutput * rounding, WidestOutputError));

    /// <summary>Of each the tighter one: what a file asks for may be more than this version does, and never
    /// less.</summary>
    internal Tolerances And(Tolerances other) => this with
    {
        LayerNmse = Math.Min(LayerNmse, other.LayerNmse),
        OutputError = Math.Min(OutputError, other.OutputError),
        Top1Share = Math.Max(Top1Share, other.Top1Share),
    };
}
