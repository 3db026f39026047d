using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>log(1 + exp(x)), as torch.nn.Softplus with a beta of 1.</summary>
public sealed record Softplus : Pointwise
{
    internal override uint Code => 14;

    /// <summary>max(x, 0) + log(1 + exp(-|x|)), without overflow for any x.</summary>
    internal override T Of<T>(T x)
    {
        T e = T.ExpNonpositive(x < default(T) ? x : -x);
        return (x < default(T) ? default : x) + LogarithmOfOneAnd(e);
    }

    /// <summary>log(1 + e) for an e of 0 to 1: 2 artanh(s) with s = e / (e + 2), by its series.</summary>
    private static T LogarithmOfOneAnd<T>(T e)
        where T : struct, IReal<T>
    {
        ReadOnlySpan<double> series = [1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3, 1];
        T s = e / (e + T.Of(2f)), square = s * s, p = T.Of(1.0 / 17);
        foreach (double term in series)
            p = p * square + T.Of(term);
        return s * T.Of(2f) * p;
    }
}
