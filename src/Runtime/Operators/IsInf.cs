namespace SoftPool.Operators;

/// <summary>1 of infinity and of -infinity, 0 of all else, as torch.isinf.</summary>
public sealed record IsInf : Pointwise
{
    internal override uint Code => 33;

    internal override T Of<T>(T x) => float.IsInfinity(x.Stored) ? T.Of(1f) : default;
}
