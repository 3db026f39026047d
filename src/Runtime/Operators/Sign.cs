namespace SoftPool.Operators;

/// <summary>1 of a positive x, -1 of a negative one, otherwise 0, as torch.sign.</summary>
public sealed record Sign : Pointwise
{
    internal override uint Code => 27;

    internal override T Of<T>(T x) =>
        x > default(T) ? T.Of(1f) : x < default(T) ? T.Of(-1f) : default;
}
