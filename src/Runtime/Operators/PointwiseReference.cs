using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = f(x), each element by itself; f stands with the operator.</summary>
internal static class PointwiseReference
{
    public static void Compute<T>(Pointwise op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        for (int i = 0; i < step.Input.Length; i++)
            if (step.Wants(i))
                step.Output[i] = op.Of(T.Of(step.Input[i])).Stored;
    }

    /// <summary>1 / (1 + exp(-x)) without overflow for any x: the exponential is of -|x|.</summary>
    public static T Sigmoid<T>(T x)
        where T : struct, IReal<T>
    {
        bool negative = x < default(T);
        T one = T.Of(1f), e = T.ExpNonpositive(negative ? x : -x);
        return (negative ? e : one) / (one + e);
    }

    /// <summary>From 0 at -3 to 1 at 3.</summary>
    public static T Hardsigmoid<T>(T x)
        where T : struct, IReal<T>
    {
        T shifted = x + T.Of(3f), six = T.Of(6f);
        return (shifted < default(T) ? default : shifted > six ? six : shifted) * T.Of(1 / 6.0);
    }

    /// <summary>(1 - e) / (1 + e) with e = exp(-2 |x|); below 1/4, where 1 - e would cancel, Taylor's series.</summary>
    public static T Tanh<T>(T x)
        where T : struct, IReal<T>
    {
        T magnitude = x < default(T) ? -x : x, one = T.Of(1f);
        if (magnitude < T.Of(0.25f))
        {
            T square = x * x;
            ReadOnlySpan<double> series = [62.0 / 2835, -17.0 / 315, 2.0 / 15, -1.0 / 3, 1];
            T p = T.Of(-1382.0 / 155925);
            foreach (double term in series)
                p = p * square + T.Of(term);
            return x * p;
        }
        T e = T.ExpNonpositive(magnitude > T.Of(64f) ? T.Of(-128f) : magnitude * T.Of(-2f));
        T quotient = (one - e) / (one + e);
        return x < default(T) ? -quotient : quotient;
    }

    /// <summary>exp(x) - 1 for an x not above 0; above -1/4, where the difference would cancel, Taylor's
    /// series.</summary>
    public static T ExponentialLessOne<T>(T x)
        where T : struct, IReal<T>
    {
        if (!(x > T.Of(-0.25f)))
            return T.ExpNonpositive(x) - T.Of(1f);
        ReadOnlySpan<double> series = [1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1];
        T p = T.Of(1.0 / 5040);
        foreach (double term in series)
            p = p * x + T.Of(term);
        return x * p;
    }
}
