using SoftPool.Kernels;

namespace SoftPool.Operators;

/// <summary>The launch of strided.comp.</summary>
internal static class Strided
{
    /// <summary>The most axes that the kernel knows, without the outermost.</summary>
    public const int Most = 4;

    /// <summary>Adds the launch.</summary>
    /// <param name="step">Where.</param>
    /// <param name="input">What is read.</param>
    /// <param name="item">The elements of the output at one place of the outermost axis.</param>
    /// <param name="source">The elements of the input from place to place of the outermost axis.</param>
    /// <param name="extents">The extents of the other axes.</param>
    /// <param name="strides">The elements of the input from place to place on each.</param>
    public static void Lower(
        LoweringStep step, Operand input, int item, int source, IReadOnlyList<int> extents, IReadOnlyList<int> strides)
    {
        int count = step.Batch * step.OutputShape.ElementCount, missing = Most - extents.Count;
        int[] all = [.. Enumerable.Repeat(1, missing), .. extents];
        int[] from = [.. Enumerable.Repeat(0, missing), .. strides];
        // A texel of the output is one of the input.
        bool isWhole = from[^1] == 1 && all[^1] % 4 == 0 && source % 4 == 0
            && Array.TrueForAll(from[..^1], stride => stride % 4 == 0);
        step.DispatchElements(
            "strided",
            [
                ("COUNT", count), ("ITEM", item), ("SOURCE", source), ("EXTENT_1", all[1]), ("EXTENT_2", all[2]),
                ("EXTENT_3", all[3]), ("STRIDE_0", from[0]), ("STRIDE_1", from[1]), ("STRIDE_2", from[2]),
                ("STRIDE_3", from[3]), ("WHOLE", isWhole ? 1 : 0),
            ],
            count, 0b1u, input, step.Output);
    }
}
