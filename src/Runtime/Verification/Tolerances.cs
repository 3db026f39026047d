namespace SoftPool.Verification;

/// <summary>The gates of a comparison: the largest differences that pass. NaN never passes.</summary>
/// <param name="LayerNmse">The largest normalised mean square error of a layer, the last layer included.</param>
/// <param name="OutputError">The largest error of the last layer, relative to its largest expected magnitude.</param>
/// <param name="Top1Share">The smallest share of items, 0 to 1, whose largest output must be at the expected
/// index.</param>
public sealed record Tolerances(double LayerNmse, double OutputError, double Top1Share)
{
    /// <summary>For weights and activations stored in 32 bits: 1e-10, 1e-5, 1.</summary>
    public static Tolerances Fp32 { get; } = new(1e-10, 1e-5, 1);

    /// <summary>For weights and activations stored in 16 bits, which have 11 significant bits: 1e-5, 1e-2,
    /// 0.999.</summary>
    public static Tolerances Fp16 { get; } = new(1e-5, 1e-2, 0.999);

    /// <summary>Of each the tighter one: what a file asks for may be more than this version does, and never
    /// less.</summary>
    internal Tolerances And(Tolerances other) => new(
        Math.Min(LayerNmse, other.LayerNmse), Math.Min(OutputError, other.OutputError),
        Math.Max(Top1Share, other.Top1Share));
}
