namespace SoftPool.Operators;

/// <summary>The tangent of any x in radians, as torch.tan; NaN of infinity.</summary>
public sealed record Tan : Pointwise
{
    internal override uint Code => 30;

    internal override T Of<T>(T x) => T.Tan(x);
}
