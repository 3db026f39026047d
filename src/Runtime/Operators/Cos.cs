namespace SoftPool.Operators;

/// <summary>The cosine of any x in radians, as torch.cos; NaN of infinity.</summary>
public sealed record Cos : Pointwise
{
    internal override uint Code => 29;

    internal override T Of<T>(T x) => T.Cos(x);
}
