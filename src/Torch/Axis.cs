namespace SoftPool.Torch;

/// <summary>Windows along one axis of the maps, by PyTorch's shape rule for pooling.</summary>
/// <param name="Input">The extent of the maps in cells.</param>
/// <param name="Kernel">The extent of a window in cells.</param>
/// <param name="Stride">The step from window to window in cells.</param>
/// <param name="Padding">Cells before the first; they take no part.</param>
/// <param name="Output">The number of windows.</param>
internal readonly record struct Axis(int Input, int Kernel, int Stride, int Padding, int Output)
{
    /// <summary>The largest kernel and stride: beyond any use, and small enough that no index can overflow.</summary>
    public const long Largest = 1 << 24;

    /// <summary>The most cells along an axis, for the same reason.</summary>
    private const long MostCells = 1 << 30;

    /// <summary>An axis that is not pooled.</summary>
    public static Axis Single => new(1, 1, 1, 0, 1);

    /// <summary>Whether one window covers more than one cell, and all that there are.</summary>
    public bool IsCovered => Input > 1 && Kernel == Input && Padding == 0;

    /// <summary>Infers the number of windows; errors name the function.</summary>
    /// <exception cref="ArgumentException">A value is out of range, or the window does not fit on the
    /// input.</exception>
    public static Axis Of(string function, long input, long kernel, long stride, long padding, bool ceilMode)
    {
        if (kernel is < 1 or > Largest || stride is < 1 or > Largest)
            throw new ArgumentException(
                $"{function} takes a kernel and a stride of 1 to {Largest}; got kernel {kernel}, stride {stride}.");
        if (padding < 0 || padding > kernel / 2)
            throw new ArgumentException(
                $"{function} takes a padding of 0 to half its kernel; got padding {padding} for kernel {kernel}.");
        if (input > MostCells)
            throw new ArgumentException($"{function} takes at most {MostCells} cells along an axis; got {input}.");
        if (input < 1 || input + 2 * padding < kernel)
            throw new ArgumentException(
                $"{function} of kernel {kernel} and padding {padding} does not fit on an input of {input} cells.");
        long free = input + 2 * padding - kernel;
        long output = (ceilMode ? (free + stride - 1) / stride : free / stride) + 1;
        // A window that ceil mode adds must begin inside the input or its leading padding.
        if (ceilMode && (output - 1) * stride >= input + padding)
            output--;
        return new Axis((int)input, (int)kernel, (int)stride, (int)padding, (int)output);
    }

    /// <summary>The first cell of a window that is in the maps.</summary>
    public int First(int window) => Math.Max(window * Stride - Padding, 0);

    /// <summary>The cell after the last of a window that is in the maps.</summary>
    public int End(int window) => Math.Min(window * Stride - Padding + Kernel, Input);
}
