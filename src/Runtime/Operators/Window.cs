namespace SoftPool.Operators;

/// <summary>A window that slides over 1 to 3 axes, and PyTorch's rule for how many places it takes; shared by
/// convolution and pooling. Axes that are not there have an extent of 1.</summary>
internal readonly record struct Window(Size3d Kernel, Size3d Stride, Size3d Padding, Size3d Dilation, bool CeilMode = false)
{
    /// <summary>Beyond any network's use, and small enough that no index can overflow.</summary>
    private const int Largest = 4096;

    /// <summary>A window over (C, L).</summary>
    public static Window Of(int kernel, int stride, int padding, bool ceilMode) =>
        new(new(1, 1, kernel), new(1, 1, stride), new(0, 0, padding), 1, ceilMode);

    /// <summary>A window over (C, H, W).</summary>
    public static Window Of(Size2d kernel, Size2d stride, Size2d padding, bool ceilMode, Size2d? dilation = null) =>
        new(Slice(kernel, 1), Slice(stride, 1), Slice(padding, 0), Slice(dilation ?? 1, 1), ceilMode);

    /// <summary>A window over (C, D, H, W).</summary>
    public static Window Of(Size3d kernel, Size3d stride, Size3d padding, bool ceilMode) =>
        new(kernel, stride, padding, 1, ceilMode);

    /// <summary>The window that covers a whole map, once.</summary>
    public static Window Whole(TensorShape input) => new(Extents(input), 1, 0, 1);

    /// <summary>The extents of a map of 1 to 3 axes behind its channels, those that are not there as 1.</summary>
    public static Size3d Extents(TensorShape map)
    {
        ReadOnlySpan<int> extents = map.Extents;
        return new Size3d(extents.Length > 3 ? extents[^3] : 1, extents.Length > 2 ? extents[^2] : 1, extents[^1]);
    }

    /// <summary>The number of places along each axis, behind a number of channels: (C, ...) as the input has
    /// it.</summary>
    public TensorShape OutputShape(int channels, TensorShape input)
    {
        Size3d map = Extents(input);
        ReadOnlySpan<int> all =
        [
            channels, Places(map.Depth, Kernel.Depth, Stride.Depth, Padding.Depth, Dilation.Depth),
            Places(map.Height, Kernel.Height, Stride.Height, Padding.Height, Dilation.Height),
            Places(map.Width, Kernel.Width, Stride.Width, Padding.Width, Dilation.Width),
        ];
        int axes = input.Rank - 1;
        return new TensorShape([all[0], .. all[(4 - axes)..]]);
    }

    /// <summary>Refuses input that is not a map of a number of axes, and attributes out of range.</summary>
    public void Check(string op, TensorShape input, int axes)
    {
        if (input.Rank != axes + 1)
            throw new ShapeMismatchException($"{op} takes {(axes == 1 ? "(C, L)" : axes == 2 ? "(C, H, W)" : "(C, D, H, W)")}; got {input}.");
        if (!Within(Kernel, 1) || !Within(Stride, 1) || !Within(Padding, 0) || !Within(Dilation, 1))
            throw new ShapeMismatchException(
                $"{op} takes a kernel, a stride and a dilation of 1 to {Largest} and a padding of 0 to {Largest}; got {Describe(axes)}.");
        Size3d map = Extents(input), reach = Reach;
        if (map.Depth + 2L * Padding.Depth < reach.Depth || map.Height + 2L * Padding.Height < reach.Height
            || map.Width + 2L * Padding.Width < reach.Width)
            throw new ShapeMismatchException($"{op} of {Describe(axes)} does not fit on an input of {input}.");
    }

    /// <summary>The same for pooling, where PyTorch bounds the padding so that no window lies in it whole.</summary>
    public void CheckPool(string op, TensorShape input, int axes)
    {
        Check(op, input, axes);
        if (2 * Padding.Depth > Kernel.Depth || 2 * Padding.Height > Kernel.Height || 2 * Padding.Width > Kernel.Width)
            throw new ShapeMismatchException(
                $"{op} takes a padding of at most half its kernel; got {Describe(axes)}.");
    }

    /// <summary>The attributes in words.</summary>
    public string Describe(int axes) =>
        $"kernel {Shown(Kernel, axes)}, stride {Shown(Stride, axes)}"
        + (Padding == 0 ? "" : $", padding {Shown(Padding, axes)}")
        + (Dilation == 1 ? "" : $", dilation {Shown(Dilation, axes)}") + (CeilMode ? ", ceil mode" : "");

    /// <summary>How far a window reaches, dilation included.</summary>
    private Size3d Reach => new(
        Dilation.Depth * (Kernel.Depth - 1) + 1, Dilation.Height * (Kernel.Height - 1) + 1,
        Dilation.Width * (Kernel.Width - 1) + 1);

    private static string Shown(Size3d size, int axes) => axes switch
    {
        1 => $"{size.Width}",
        2 => $"{new Size2d(size.Height, size.Width)}",
        _ => $"{size}",
    };

    private static Size3d Slice(Size2d size, int depth) => new(depth, size.Height, size.Width);

    private static bool Within(Size3d size, int lowest) =>
        size.Depth >= lowest && size.Height >= lowest && size.Width >= lowest
        && size is { Depth: <= Largest, Height: <= Largest, Width: <= Largest };

    private int Places(int input, int kernel, int stride, int padding, int dilation)
    {
        long free = input + 2L * padding - ((long)dilation * (kernel - 1) + 1);
        long places = (CeilMode ? (free + stride - 1) / stride : free / stride) + 1;
        // A window that ceil mode adds must begin inside the input or its leading padding.
        if (CeilMode && (places - 1) * stride >= (long)input + padding)
            places--;
        return (int)places;
    }
}
