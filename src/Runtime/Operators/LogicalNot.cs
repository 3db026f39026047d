namespace SoftPool.Operators;

/// <summary>1 of 0, 0 of all else, as torch.logical_not.</summary>
public sealed record LogicalNot : Pointwise
{
    internal override uint Code => 31;

    internal override T Of<T>(T x) => x == default(T) ? T.Of(1f) : default;
}
