namespace SoftPool.Operators;

/// <summary>The natural logarithm, as torch.log: -infinity for 0, NaN for negative inputs.</summary>
public sealed record Log : Pointwise
{
    internal override uint Code => 21;

    internal override T Of<T>(T x) => T.Log(x);
}
