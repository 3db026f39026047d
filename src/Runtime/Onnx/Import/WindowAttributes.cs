namespace SoftPool.Onnx.Import;

/// <summary>The attributes of a window that slides, as Conv and the pools have them.</summary>
internal sealed record WindowAttributes(
    int[]? Kernel, int[]? Strides, int[]? Pads, int[]? Dilations, string AutoPad)
{
    public static WindowAttributes Read(ImportStep step) => new(
        step.Ints("kernel_shape"), step.Ints("strides"), step.Ints("pads"), step.Ints("dilations"),
        step.Text("auto_pad", "NOTSET"));

    /// <summary>The same window over one row of a map: of one axis it becomes one of two, the first of extent
    /// 1.</summary>
    public WindowAttributes OnARow()
    {
        if (Pads is not null)
            Expect("pads", Pads, 2);
        return new WindowAttributes(
            Before(Kernel, 1), Before(Strides, 1), Pads is [var begin, var end] ? [0, begin, 0, end] : null,
            Before(Dilations, 1), AutoPad);
    }

    /// <summary>Numbers of one axis as those of two; null where there are none.</summary>
    public static int[]? Before(int[]? numbers, int first) => numbers is null ? null : [first, .. numbers];

    /// <summary>The window over a map, with what <see cref="AutoPad"/> comes to and the zeros of a Pad
    /// before.</summary>
    /// <param name="map">The extents that the window slides over, those of a Pad included.</param>
    /// <param name="kernel">The kernel's, where it is known otherwise.</param>
    /// <param name="before">The zeros of a Pad before: those at the beginnings, then those at the ends.</param>
    public ResolvedWindow Resolve(ReadOnlySpan<int> map, int[]? kernel = null, int[]? before = null)
    {
        int axes = map.Length;
        kernel ??= Kernel ?? throw new RefusalException("attribute kernel_shape is missing");
        int[] strides = Strides ?? Filled(1), dilations = Dilations ?? Filled(1), pads = Pads ?? new int[2 * axes];
        Expect("kernel_shape", Kernel ?? kernel, axes);
        Expect("kernel_shape", kernel, axes);
        Expect("strides", strides, axes);
        Expect("dilations", dilations, axes);
        Expect("pads", pads, 2 * axes);
        if (Kernel is not null && !Kernel.SequenceEqual(kernel))
            throw new RefusalException($"attribute kernel_shape is {Show(Kernel)}; the weight has {Show(kernel)}");
        if (strides.Min() < 1 || dilations.Min() < 1 || kernel.Min() < 1)
            throw new RefusalException(
                $"kernel_shape {Show(kernel)}, strides {Show(strides)} and dilations {Show(dilations)} "
                + "of at least 1 are expected");
        switch (AutoPad)
        {
            case "NOTSET":
                break;
            case "VALID" or "SAME_UPPER" or "SAME_LOWER" when Pads is not null && Pads.Any(pad => pad != 0):
                throw new RefusalException($"attributes pads {Show(Pads)} and auto_pad {AutoPad} exclude each other");
            case "VALID":
                pads = new int[2 * axes];
                break;
            case "SAME_UPPER" or "SAME_LOWER":
                pads = new int[2 * axes];
                for (int axis = 0; axis < axes; axis++)
                {
                    long places = ((long)map[axis] + strides[axis] - 1) / strides[axis];
                    long reach = (long)dilations[axis] * (kernel[axis] - 1) + 1;
                    long total = Math.Max((places - 1) * strides[axis] + reach - map[axis], 0);
                    long begin = AutoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
                    pads[axis] = (int)Math.Min(begin, int.MaxValue);
                    pads[axes + axis] = (int)Math.Min(total - begin, int.MaxValue);
                }
                break;
            default:
                throw new RefusalException($"attribute auto_pad is {AutoPad}");
        }
        if (before is not null)
            pads = [.. pads.Zip(before, (pad, more) => pad + more)];
        return new ResolvedWindow(kernel, strides, dilations, pads, AutoPad);

        int[] Filled(int value) => [.. Enumerable.Repeat(value, axes)];
    }

    public static string Show(int[] numbers) => $"[{string.Join(", ", numbers)}]";

    private static void Expect(string name, int[] numbers, int count)
    {
        if (numbers.Length != count)
            throw new RefusalException($"attribute {name} has {numbers.Length} numbers; {count} are expected");
    }
}

/// <summary>A window whose padding is known: at the beginnings, then at the ends.</summary>
internal sealed record ResolvedWindow(int[] Kernel, int[] Strides, int[] Dilations, int[] Pads, string AutoPad)
{
    public int[] Begins => Pads[..(Pads.Length / 2)];

    public int[] Ends => Pads[(Pads.Length / 2)..];

    public bool IsSymmetric => Begins.SequenceEqual(Ends);

    public RefusalException Asymmetric() => new(
        $"attribute pads is {WindowAttributes.Show(Pads)}{(AutoPad == "NOTSET" ? "" : $" by auto_pad {AutoPad}")}; "
        + "only the same padding at the beginning and the end of an axis is supported");

    /// <summary>ONNX's number of places along an axis of a map without its padding.</summary>
    public long Places(int axis, int extent, bool ceil)
    {
        long free = (long)extent + Begins[axis] + Ends[axis] - ((long)Dilations[axis] * (Kernel[axis] - 1) + 1);
        long places = (ceil ? (free + Strides[axis] - 1) / Strides[axis] : free / Strides[axis]) + 1;
        // A window that begins in the padding of the end is left out.
        return ceil && (places - 1) * Strides[axis] >= (long)extent + Begins[axis] ? places - 1 : places;
    }

    public Size2d Kernel2d => new(Kernel[0], Kernel[1]);

    public Size2d Strides2d => new(Strides[0], Strides[1]);

    public Size2d Begins2d => new(Begins[0], Begins[1]);

    public Size2d Dilations2d => new(Dilations[0], Dilations[1]);
}
