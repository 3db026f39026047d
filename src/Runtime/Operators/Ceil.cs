namespace SoftPool.Operators;

/// <summary>The smallest integer that is not less than x, as torch.ceil.</summary>
public sealed record Ceil : Pointwise
{
    internal override uint Code => 25;

    internal override T Of<T>(T x) => -T.Floor(-x);
}
