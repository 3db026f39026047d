namespace SoftPool.Operators;

/// <summary>1 of NaN, 0 of all else, as torch.isnan.</summary>
public sealed record IsNaN : Pointwise
{
    internal override uint Code => 32;

    internal override T Of<T>(T x) => T.IsNaN(x) ? T.Of(1f) : default;
}
