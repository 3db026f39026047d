namespace SoftPool.Operators;

/// <summary>x tanh(log(1 + exp(x))), as torch.nn.Mish.</summary>
public sealed record Mish : Pointwise
{
    internal override uint Code => 16;

    /// <summary>tanh(log(t)) = (t^2 - 1) / (t^2 + 1) with t = 1 + exp(x); both over exp(2 x) where that could
    /// overflow.</summary>
    internal override T Of<T>(T x)
    {
        bool negative = x < default(T);
        T one = T.Of(1f), two = T.Of(2f), e = T.ExpNonpositive(negative ? x : -x);
        T above = negative ? e * (e + two) : e * two + one;
        T below = negative ? above + two : e * e * two + above;
        return x * (above / below);
    }
}
