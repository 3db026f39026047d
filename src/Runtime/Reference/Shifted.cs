namespace SoftPool.Reference;

/// <summary>What exponentials are taken of: differences to the largest value, so that they overflow for no finite
/// input.</summary>
internal static class Shifted
{
    /// <summary>The larger of two; the first one seen where it is NaN.</summary>
    public static T Larger<T>(T value, T largest)
        where T : struct, IReal<T> => value > largest ? value : largest;

    /// <summary>x - largest, held at the lowest float: a difference of two floats can lie below it, and as -infinity it
    /// would make 0 * infinity.</summary>
    public static T Difference<T>(T x, T largest)
        where T : struct, IReal<T>
    {
        T difference = x - largest, lowest = T.Of(float.MinValue);
        return difference < lowest ? lowest : difference.Passed;
    }
}
