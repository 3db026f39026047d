namespace SoftPool.Operators;

/// <summary>1 / x, as torch.reciprocal.</summary>
public sealed record Reciprocal : Pointwise
{
    internal override uint Code => 23;

    internal override T Of<T>(T x) => T.Reciprocal(x);
}
