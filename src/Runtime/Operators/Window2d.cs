namespace SoftPool.Operators;

/// <summary>PyTorch's rule for how many places a sliding window takes, shared by convolution and pooling.</summary>
internal static class Window2d
{
    /// <summary>Beyond any network's use, and small enough that no index can overflow.</summary>
    private const int Largest = 4096;

    public static (int Height, int Width) OutputSize(
        TensorShape input, Size2d kernel, Size2d stride, Size2d padding, bool ceilMode = false) =>
        (OutputSize(input[1], kernel.Height, stride.Height, padding.Height, ceilMode),
         OutputSize(input[2], kernel.Width, stride.Width, padding.Width, ceilMode));

    /// <summary>Refuses input that is not (C, H, W) and attributes out of range.</summary>
    public static void Check(string op, TensorShape input, Size2d kernel, Size2d stride, Size2d padding)
    {
        if (input.Rank != 3)
            throw new ShapeMismatchException($"{op} takes (C, H, W); got {input}.");
        if (kernel is not { Height: > 0 and <= Largest, Width: > 0 and <= Largest }
            || stride is not { Height: > 0 and <= Largest, Width: > 0 and <= Largest }
            || padding is not { Height: >= 0 and <= Largest, Width: >= 0 and <= Largest })
            throw new ShapeMismatchException(
                $"{op} takes a kernel and a stride of 1 to {Largest} and a padding of 0 to {Largest}; got kernel {kernel}, "
                + $"stride {stride}, padding {padding}.");
        if (input[1] + 2L * padding.Height < kernel.Height || input[2] + 2L * padding.Width < kernel.Width)
            throw new ShapeMismatchException(
                $"{op} of kernel {kernel} and padding {padding} does not fit on an input of {input}.");
    }

    /// <summary>The same for pooling, where PyTorch bounds the padding so that no window lies in it whole.</summary>
    public static void CheckPool(string op, TensorShape input, Size2d kernel, Size2d stride, Size2d padding)
    {
        Check(op, input, kernel, stride, padding);
        if (2 * padding.Height > kernel.Height || 2 * padding.Width > kernel.Width)
            throw new ShapeMismatchException(
                $"{op} takes a padding of at most half its kernel; got padding {padding} for kernel {kernel}.");
    }

    /// <summary>A window's attributes in words.</summary>
    public static string Describe(Size2d kernel, Size2d stride, Size2d padding, bool ceilMode) =>
        $"kernel {kernel}, stride {stride}" + (padding == 0 ? "" : $", padding {padding}") + (ceilMode ? ", ceil mode" : "");

    private static int OutputSize(int input, int kernel, int stride, int padding, bool ceilMode)
    {
        long free = input + 2L * padding - kernel;
        long places = (ceilMode ? (free + stride - 1) / stride : free / stride) + 1;
        // A window that ceil mode adds must begin inside the input or its leading padding.
        if (ceilMode && (places - 1) * stride >= (long)input + padding)
            places--;
        return (int)places;
    }
}
