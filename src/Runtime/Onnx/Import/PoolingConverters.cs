using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Pools that slide, and those that cover the whole map.</summary>
internal static class PoolingConverters
{
    private const string Window = "kernel_shape, strides, dilations, ceil_mode, pads and auto_pad";

    public static Converter[] All { get; } =
    [
        new("MaxPool", "MaxPool1d, MaxPool2d or MaxPool3d",
            $"{Window}; dilations, and padding that PyTorch does not have, by IndexSelect before it. No output "
            + "Indices.",
            step => Pool(step, isMax: true)),
        new("AveragePool", "AvgPool1d, AvgPool2d or AvgPool3d",
            $"{Window}; count_include_pad, without cells that ceil_mode adds. Dilations, and padding that PyTorch "
            + "does not have, by ZeroPad2d or ConstantPad and IndexSelect before it, and a Multiply behind it.",
            step => Pool(step, isMax: false)),
        new("GlobalAveragePool", "GlobalAvgPool", "Everything.", step => step.Add(new GlobalAvgPool(), step.Layer(0))),
    ];

    private static Activation Pool(ImportStep step, bool isMax)
    {
        WindowAttributes attributes = WindowAttributes.Read(step);
        bool ceil = step.Int("ceil_mode", 0) != 0;
        bool countsPads = !isMax && step.Int("count_include_pad", 0) != 0;
        if (isMax)
            step.Ignore("storage_order"); // It says how Indices are written, which are refused.
        Activation x = step.Layer(0, padsToo: !isMax);
        int axes = x.Shape.Length - 2;
        if (axes is < 1 or > 3)
            throw new RefusalException($"an input of {axes} axes; 1 to 3 behind the channels are supported");
        ResolvedWindow window = attributes.Resolve(x.Shape.AsSpan(2));
        // PyTorch's pools take padding of at most half the kernel.
        bool isFar = window.Begins.Zip(window.Kernel).Any(axis => 2L * axis.First > axis.Second);
        if (isMax && (isFar || window.Dilations.Any(dilation => dilation != 1)))
            return Spread(step, x, window, ceil);
        if (x.Pads is not null)
        {
            // Zeros before a pool are cells of its map. They are padding only where that comes to the same.
            ResolvedWindow merged = window with { Pads = x.Pads };
            if (window.Pads.All(pad => pad == 0) && merged.IsSymmetric
                && !merged.Begins.Zip(merged.Kernel).Any(axis => 2L * axis.First > axis.Second)
                && Enumerable.Range(0, axes).All(axis => merged.Places(axis, x.Layer.Shape[axis + 1], ceil)
                    == window.Places(axis, x.Shape[axis + 2], ceil)))
                (window, countsPads) = (merged, true);
            else
                x = step.Layer(0);
        }
        if (!isMax && (isFar || window.Dilations.Any(dilation => dilation != 1)))
            return Averaged(step, x with { Pads = null }, window, ceil, countsPads);
        if (countsPads && !window.IsSymmetric)
            return Averaged(step, x with { Pads = null }, window, ceil, countsPads);
        ReadOnlySpan<int> map = x.Layer.Shape.Extents[1..];
        int[] places = new int[axes];
        for (int axis = 0; axis < axes; axis++)
            places[axis] = (int)Math.Clamp(window.Places(axis, map[axis], ceil), 0, int.MaxValue);
        if (!window.IsSymmetric && Enumerable.Range(0, axes).All(axis => IsWhole(axis)))
            return isMax
                ? step.Add(Operator(Whole(), ceil, isMax, countsPads, x), [x.Layer])
                : step.Add(new GlobalAvgPool(), [x.Layer]);
        // Padding has no part in a maximum, nor in a mean that does not count it: what lies behind the end is where the
        // last window may reach, so one that gives the same number of places is the same.
        foreach (bool mode in new[] { ceil, !ceil })
        {
            Activation pooled = step.Add(Operator(window, mode, isMax, countsPads, x), [x.Layer]);
            if (pooled.Shape.AsSpan(2).SequenceEqual(places))
                return pooled;
            if (window.IsSymmetric && !isMax)
                throw new RefusalException(
                    $"an output of {string.Join('x', places)} places, where PyTorch's rule gives "
                    + $"{string.Join('x', pooled.Shape[2..])}");
        }
        return isMax ? Spread(step, x, window, ceil) : Averaged(step, x with { Pads = null }, window, ceil, countsPads);

        bool IsWhole(int axis) =>
            places[axis] == 1 && window.Kernel[axis] - window.Begins[axis] >= x.Layer.Shape[axis + 1];

        ResolvedWindow Whole() => window with
        {
            Kernel = [.. x.Layer.Shape.Extents[1..]],
            Pads = new int[2 * axes],
        };
    }

    /// <summary>The cells of each window side by side, and a pool of windows that do not overlap. In the place of
    /// padding stands a cell of the same window, which its maximum does not change by.</summary>
    private static Activation Spread(ImportStep step, Activation x, ResolvedWindow window, bool ceil)
    {
        for (int axis = 0; axis < window.Kernel.Length; axis++)
        {
            (int extent, int kernel) = (x.Shape[axis + 2], window.Kernel[axis]);
            long places = window.Places(axis, extent, ceil);
            if (places < 1 || places * kernel > ushort.MaxValue)
                throw new RefusalException($"{places} windows of {kernel} cells along an axis of {extent}");
            var cells = new List<int>();
            for (int place = 0; place < places; place++)
            {
                long[] all =
                [
                    .. Enumerable.Range(0, kernel).Select(tap =>
                        (long)place * window.Strides[axis] - window.Begins[axis] + (long)tap * window.Dilations[axis]),
                ];
                long[] real = [.. all.Where(cell => cell >= 0 && cell < extent)];
                if (real.Length == 0)
                    throw new RefusalException($"a window that lies in the padding alone, along an axis of {extent}");
                cells.AddRange(all.Select(cell => (int)(cell >= 0 && cell < extent ? cell : real[0])));
            }
            x = step.Add(new IndexSelect(axis + 2, cells), x);
        }
        ResolvedWindow apart = window with { Strides = window.Kernel, Pads = new int[window.Pads.Length] };
        return step.Add(Operator(apart, ceil: false, isMax: true, countsPads: false, x), [x.Layer]);
    }

    /// <summary>Zeros around the map, the mean of whole windows, and, where zeros do not count, a factor for each
    /// place.</summary>
    private static Activation Averaged(
        ImportStep step, Activation x, ResolvedWindow window, bool ceil, bool countsPads)
    {
        int axes = window.Kernel.Length;
        int[] extents = [.. x.Layer.Shape.Extents[1..]];
        var factors = new float[axes][];
        int[] ends = new int[axes];
        var cells = new int[axes][];
        for (int axis = 0; axis < axes; axis++)
        {
            (int extent, int kernel, int dilation) = (extents[axis], window.Kernel[axis], window.Dilations[axis]);
            (int stride, int begin) = (window.Strides[axis], window.Begins[axis]);
            long places = window.Places(axis, extent, ceil);
            long end = (places - 1) * stride + (long)dilation * (kernel - 1) + 1 - begin - extent;
            if (places < 1 || places * kernel > ushort.MaxValue || Math.Max(begin, end) > ushort.MaxValue)
                throw new RefusalException($"{places} windows of {kernel} cells along an axis of {extent}");
            // Of cells behind the padding, where ceil mode has the last window reach, engines think differently.
            if (countsPads && end > window.Ends[axis])
                throw new RefusalException("attribute count_include_pad where ceil_mode makes a window reach further");
            int[][] windows =
            [
                .. Enumerable.Range(0, (int)places).Select(place => Enumerable.Range(0, kernel)
                    .Select(tap => place * stride + tap * dilation).ToArray()),
            ];
            int[] real = [.. windows.Select(taps => taps.Count(cell => cell >= begin && cell < begin + extent))];
            if (!countsPads && real.Contains(0))
                throw new RefusalException($"a window that lies in the padding alone, along an axis of {extent}");
            factors[axis] = [.. real.Select(count => countsPads ? 1 : (float)kernel / count)];
            ends[axis] = (int)Math.Max(end, 0);
            cells[axis] = [.. windows.SelectMany(taps => taps)];
        }
        if (axes == 2 && window.Begins.Concat(ends).Any(pad => pad != 0))
            x = step.Padded(x, [.. window.Begins, .. ends]);
        for (int axis = 0; axis < axes; axis++)
        {
            if (axes != 2 && (window.Begins[axis] != 0 || ends[axis] != 0))
                x = step.Add(new ConstantPad(axis + 2, window.Begins[axis], ends[axis], 0), x);
            if (window.Dilations[axis] != 1)
                x = step.Add(new IndexSelect(axis + 2, cells[axis]), x);
        }
        ResolvedWindow apart = window with
        {
            Strides = [.. window.Strides.Select((stride, axis) =>
                window.Dilations[axis] == 1 ? stride : window.Kernel[axis])],
            Pads = new int[window.Pads.Length],
        };
        Activation mean = step.Add(Operator(apart, ceil: false, isMax: false, countsPads: true, x), [x.Layer]);
        for (int axis = 0; axis < axes; axis++)
        {
            float[] each = factors[axis];
            int[] shape = [.. Enumerable.Repeat(1, axes + 2)];
            shape[axis + 2] = each.Length;
            if (each.Any(factor => factor != 1))
                mean = Broadcasting.Apply(step, new Multiply(), mean, new Constant(shape, "", () => each, null));
        }
        return mean;
    }

    public static Operator Operator(ResolvedWindow window, bool ceil, bool isMax, bool countsPads, Activation x)
    {
        (int[] k, int[] s, int[] p) = (window.Kernel, window.Strides, window.Begins);
        return (x.Shape.Length - 2, isMax) switch
        {
            (1, true) => new MaxPool1d(k[0], s[0], p[0], ceil),
            (2, true) => new MaxPool2d(window.Kernel2d, window.Strides2d, window.Begins2d, ceil),
            (3, true) => new MaxPool3d(Size(k), Size(s), Size(p), ceil),
            (1, false) => new AvgPool1d(k[0], s[0], p[0], ceil) { CountIncludePad = countsPads },
            (2, false) => new AvgPool2d(window.Kernel2d, window.Strides2d, window.Begins2d, ceil)
            {
                CountIncludePad = countsPads,
            },
            _ => new AvgPool3d(Size(k), Size(s), Size(p), ceil) { CountIncludePad = countsPads },
        };

        static Size3d Size(int[] numbers) => new(numbers[0], numbers[1], numbers[2]);
    }
}
