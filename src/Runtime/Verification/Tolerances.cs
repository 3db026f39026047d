namespace SoftPool.Verification;

/// <summary>How close is close enough. NaN never is.</summary>
/// <param name="LayerNmse">The largest normalised mean square error that a layer may have.</param>
/// <param name="OutputError">The largest error that the last layer may have, relative to its largest value.</param>
/// <param name="Top1Share">The part of items, at the least, whose largest output is at the place expected.</param>
public sealed record Tolerances(double LayerNmse, double OutputError, double Top1Share)
{
    /// <summary>Weights and activations in 32 bits.</summary>
    public static Tolerances Fp32 { get; } = new(1e-10, 1e-5, 1);

    /// <summary>Weights and activations stored in 16 bits, which have eleven bits of mantissa.</summary>
    public static Tolerances Fp16 { get; } = new(1e-5, 1e-2, 0.999);

    /// <summary>Of each the tighter one: what a file asks for may be more than this version does, and never
    /// less.</summary>
    internal Tolerances And(Tolerances other) => new(
        Math.Min(LayerNmse, other.LayerNmse), Math.Min(OutputError, other.OutputError), Math.Max(Top1Share, other.Top1Share));
}
