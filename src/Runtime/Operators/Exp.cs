namespace SoftPool.Operators;

/// <summary>e^x, as torch.exp.</summary>
public sealed record Exp : Pointwise
{
    internal override uint Code => 20;

    internal override T Of<T>(T x) => T.Exp(x);
}
