using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The probability that a normal variable is above |x|: exp(-x^2 / 2) t P(t) with t = 1 / (1 + |x| /
/// 4).</summary>
internal static class NormalTail
{
    // Interpolated at Chebyshev's points for |x| up to 14; beyond, the exponential is 0. Off by at most 2^-31 of the
    // result.
    private static readonly double[] Series =
    [
        0.033763730072498341, -0.04404571871820631, -0.027356287657081683, 0.092068995695798152, -0.065768438403350871,
        0.097426035671616355, 0.042284894210690185, 0.086485258507898519, 0.092612826006755788, 0.099819245270339851,
        0.099732113448636116,
    ];

    public static T Of<T>(T x)
        where T : struct, IReal<T>
    {
        T magnitude = x < default(T) ? -x : x, one = T.Of(1f);
        T t = one / (one + (magnitude > T.Of(16f) ? T.Of(16f) : magnitude) * T.Of(0.25f));
        T p = T.Of(-0.0070226541565649189);
        foreach (double term in Series)
            p = p * t + T.Of(term);
        return p * t * T.ExpNonpositive((x * x * T.Of(-0.5f)).Passed);
    }
}
