namespace SoftPool.Operators;

/// <summary>The sine of any x in radians, as torch.sin; NaN of infinity.</summary>
public sealed record Sin : Pointwise
{
    internal override uint Code => 28;

    internal override T Of<T>(T x) => T.Sin(x);
}
