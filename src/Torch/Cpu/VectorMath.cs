using System.Numerics;

namespace SoftPool.Torch.Cpu;

/// <summary>The exponential function of vectors.</summary>
internal static class VectorMath
{
    private const float ReciprocalOfLn2 = 1.44269504f;
    // ln 2 as the nearest float and what that leaves.
    private const float Ln2 = 0.693147182f, Ln2Rest = -1.90465421e-9f;
    // Added to a small number, it leaves the nearest integer in the low bits.
    private const float Rounder = 3 << 22;
    private const int MantissaBits = 23;

    /// <summary>exp(x), to about one unit in the last place; of floats only for |x| of at most 80.</summary>
    public static Vector<T> Exp<T>(Vector<T> x) => typeof(T) == typeof(float)
        ? Exp(x.As<T, float>()).As<float, T>()
        : Vector.Exp(x.As<T, double>()).As<double, T>();

    /// <summary>.NET's own takes more than twice the time, for it computes in double.</summary>
    private static Vector<float> Exp(Vector<float> x)
    {
        // x = n ln 2 + r with |r| <= ln 2 / 2, where eight terms of exp's series are enough.
        Vector<float> rounded = Vector.FusedMultiplyAdd(x, new(ReciprocalOfLn2), new(Rounder));
        Vector<float> n = rounded - new Vector<float>(Rounder);
        Vector<float> r = Vector.FusedMultiplyAdd(n, new(-Ln2Rest), Vector.FusedMultiplyAdd(n, new(-Ln2), x));
        Vector<float> sum = new(1f / 5040);
        sum = Vector.FusedMultiplyAdd(sum, r, new(1f / 720));
        sum = Vector.FusedMultiplyAdd(sum, r, new(1f / 120));
        sum = Vector.FusedMultiplyAdd(sum, r, new(1f / 24));
        sum = Vector.FusedMultiplyAdd(sum, r, new(1f / 6));
        sum = Vector.FusedMultiplyAdd(sum, r, new(1f / 2));
        sum = Vector.FusedMultiplyAdd(sum, r, Vector<float>.One);
        sum = Vector.FusedMultiplyAdd(sum, r, Vector<float>.One);
        // Times 2 to the n: n goes into the exponent.
        return (sum.As<float, int>() + (rounded.As<float, int>() << MantissaBits)).As<int, float>();
    }
}
