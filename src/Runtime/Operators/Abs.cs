namespace SoftPool.Operators;

/// <summary>|x|, as torch.abs.</summary>
public sealed record Abs : Pointwise
{
    internal override uint Code => 19;

    internal override T Of<T>(T x) => x < default(T) ? -x : x;
}
