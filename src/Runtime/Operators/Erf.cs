namespace SoftPool.Operators;

/// <summary>The error function, as torch.erf.</summary>
public sealed record Erf : Pointwise
{
    private const double Root2 = 1.4142135623730951;

    internal override uint Code => 13;

    /// <summary>1 - 2 tail(x sqrt(2)); below 1/4, where the difference would cancel, Taylor's series.</summary>
    internal override T Of<T>(T x)
    {
        T magnitude = x < default(T) ? -x : x, one = T.Of(1f);
        if (magnitude < T.Of(0.25f))
        {
            // 2 / sqrt(pi) times 1 / 216, -1 / 42, 1 / 10, -1 / 3 and 1.
            ReadOnlySpan<double> series =
                [-0.026866170645131252, 0.11283791670955126, -0.37612638903183754, 1.1283791670955126];
            T square = x * x, p = T.Of(0.0052239776254421878);
            foreach (double term in series)
                p = p * square + T.Of(term);
            return x * p;
        }
        T y = one - NormalTail.Of(x * T.Of(Root2)) * T.Of(2f);
        return x < default(T) ? -y : y;
    }
}
