using System.Numerics;
using System.Runtime.InteropServices;

namespace SoftPool.Torch.Cpu;

/// <summary>
/// The one number to subtract before exponentials are taken, for values that lie close enough together: then no
/// exponential vanishes beside another, and no sum or product overflows. Almost every map of a network is like that.
/// Where one is not, each window needs an origin of its own.
/// </summary>
internal static class CommonOrigin
{
    /// <summary>The farthest from the origin that a value may be: exp(40) is 2e17.</summary>
    private const int Reach = 40;

    /// <summary>Finds the origin, the middle of values between two bounds.</summary>
    /// <returns>False where they lie too far apart, or the bounds are NaN.</returns>
    public static bool TryFind<T>((T Low, T High) bounds, out T origin)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T range = bounds.High - bounds.Low;
        origin = bounds.Low + range / T.CreateChecked(2);
        return range <= T.CreateChecked(2 * Reach);
    }

    /// <summary>The number to measure values from in their mean. From zero, where that is within reach: so a mean of
    /// zeros is zero, and small values keep their digits.</summary>
    public static T Reference<T>(T origin) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        T.Abs(origin) <= T.CreateChecked(Reach) ? T.Zero : origin;

    /// <summary>The smallest and the largest; NaN for both where a value is not finite.</summary>
    public static (T Low, T High) Bounds<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ReadOnlySpan<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(values);
        Vector<T> lows = new(values[0]), highs = lows, notFinite = Vector<T>.Zero;
        foreach (Vector<T> vector in vectors)
        {
            lows = Vector.MinNative(lows, vector);
            highs = Vector.MaxNative(highs, vector);
            notFinite += vector - vector;
        }
        (T low, T high, T poison) = (values[0], values[0], Vector.Sum(notFinite));
        for (int i = 0; i < Vector<T>.Count; i++)
            (low, high) = (T.Min(low, lows[i]), T.Max(high, highs[i]));
        foreach (T value in values[(vectors.Length * Vector<T>.Count)..])
            (low, high) = (T.Min(low, value), T.Max(high, value));
        return (low + poison, high + poison);
    }
}
