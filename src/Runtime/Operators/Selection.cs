using SoftPool.Kernels;

namespace SoftPool.Operators;

/// <summary>What ArgMax, ArgMin and TopK have in common: the order of elements, and places that are numbers.</summary>
internal static class Selection
{
    /// <summary>Every integer up to this one is a half, the next one is not.</summary>
    private const int LargestHalfInteger = 2048;

    /// <summary>Whether a value comes before another: it is larger, or with <paramref name="least"/> smaller. NaN comes
    /// before all others or behind.</summary>
    public static bool ComesBefore(float value, float other, bool least, bool nanIsFirst) =>
        float.IsNaN(value) || float.IsNaN(other)
            ? float.IsNaN(value) == nanIsFirst && float.IsNaN(value) != float.IsNaN(other)
            : least ? value < other : value > other;

    /// <summary>The most elements along an axis whose places are floats: 2^24.</summary>
    public const int LongestAxis = 1 << 24;

    /// <exception cref="ShapeMismatchException">The places along the axis are no floats.</exception>
    public static void CheckPlaces(string name, TensorShape input, int dim)
    {
        if (input[dim - 1] > LongestAxis)
            throw new ShapeMismatchException(
                $"{name} gives places as floats, and takes an axis of at most {LongestAxis} elements for it; "
                + $"got {input}.");
    }

    /// <exception cref="Fp16RangeException">The places along the axis are no 16-bit floats.</exception>
    public static void CheckPlaces(LoweringStep step, int extent)
    {
        if (step.Options.Fp16 && extent - 1 > LargestHalfInteger)
            throw new Fp16RangeException(
                $"{step.Layer} gives places up to {extent - 1}", $"integers up to {LargestHalfInteger}");
    }
}
