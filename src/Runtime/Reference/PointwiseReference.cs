using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y = f(x), each element by itself; f stands with the operator.</summary>
internal static class PointwiseReference
{
    public static void Compute<T>(Pointwise op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        for (int i = 0; i < step.Input.Length; i++)
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
}
