namespace SoftPool.Operators;

/// <summary>The largest integer that is not greater than x, as torch.floor.</summary>
public sealed record Floor : Pointwise
{
    internal override uint Code => 24;

    internal override T Of<T>(T x) => T.Floor(x);
}
