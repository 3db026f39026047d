using SoftPool.Operators;

namespace SoftPool.Trainer.Onnx;

/// <summary>The pools that slide a window or cover a map, as nodes. SoftPool is made of others, and stable as it is
/// everywhere: a softmax over the cells of each window subtracts the window's own maximum.</summary>
internal static class OnnxPools
{
    /// <summary>A window of SoftPool becomes a Slice for each cell.</summary>
    private const int MostCells = 256;

    /// <summary>Stands for cells beyond the map, whose weight in a softmax is 0: minus infinity times 0 would be
    /// NaN.</summary>
    private const float Lowest = float.MinValue;

    public static string? Write(OnnxStep step, Pooling op) => op switch
    {
        MaxPooling => Sliding(step, "MaxPool", Places.Of(step, op)),
        AvgPooling average => Average(step, average),
        GlobalSoftPool soft => GlobalSoft(step, soft.Weights),
        SoftPooling soft => Soft(step, soft),
        _ => null,
    };

    /// <summary>A window's places: how far it slides, and what it reads beyond the map.</summary>
    /// <param name="Kernel">The window's extents.</param>
    /// <param name="Stride">The steps.</param>
    /// <param name="Begin">The cells before the map.</param>
    /// <param name="End">The cells behind it.</param>
    /// <param name="Count">The number of places along each axis.</param>
    private sealed record Places(long[] Kernel, long[] Stride, long[] Begin, long[] End, long[] Count)
    {
        public static Places Of(OnnxStep step, Pooling op)
        {
            Window window = op.WindowOn(step.InputShape);
            int axes = step.InputShape.Rank - 1;
            long[] kernel = Last(window.Kernel), stride = Last(window.Stride), padding = Last(window.Padding);
            long[] count = [.. step.OutputShape.Extents[1..].ToArray().Select(extent => (long)extent)];
            long[] end = [.. padding];
            // With ceil mode, the last window may reach farther than the padding does.
            for (int axis = 0; axis < axes; axis++)
                end[axis] = Math.Max(
                    padding[axis],
                    (count[axis] - 1) * stride[axis] + kernel[axis] - step.InputShape[axis + 1] - padding[axis]);
            return new Places(kernel, stride, padding, end, count);

            long[] Last(Size3d size) => ((long[])[size.Depth, size.Height, size.Width])[(3 - axes)..];
        }

        /// <summary>Whether windows reach beyond the padding.</summary>
        public bool ReachBeyond => !Begin.SequenceEqual(End);
    }

    private static string Sliding(OnnxStep step, string type, Places places, params (string, object)[] attributes) =>
        Sliding(step, type, step.Input, places, attributes);

    private static string Sliding(
        OnnxStep step, string type, string input, Places places, (string, object)[] attributes) => step.Node(
        type, [input],
        [
            ("kernel_shape", places.Kernel), ("strides", places.Stride),
            ("pads", (long[])[.. places.Begin, .. places.End]), .. attributes,
        ]);

    /// <summary>Padding may count, but never what ceil mode adds beyond it: where both are there, the padding is a node
    /// of its own.</summary>
    private static string Average(OnnxStep step, AvgPooling op)
    {
        Places places = Places.Of(step, op);
        if (!op.CountIncludePad || !places.ReachBeyond)
            return Sliding(
                step, "AveragePool", places,
                ("count_include_pad", op.CountIncludePad && !places.ReachBeyond ? 1L : 0L));
        string padded = step.Node("Pad", [step.Input, step.Draft.Ints([0, 0, .. places.Begin, 0, 0, .. places.Begin])]);
        Places beyond = places with
        {
            Begin = [.. places.Begin.Select(_ => 0L)],
            End = [.. places.End.Zip(places.Begin, (end, padding) => end - padding)],
        };
        return Sliding(step, "AveragePool", padded, beyond, [("count_include_pad", 0L)]);
    }

    /// <summary>The cells of all windows behind one another as channels, (K C, ...), weighed by softmax and summed over
    /// K.</summary>
    private static string Soft(OnnxStep step, SoftPooling op)
    {
        Places places = Places.Of(step, op);
        int axes = places.Kernel.Length;
        long cells = places.Kernel.Aggregate(1L, (count, extent) => count * extent), channels = step.InputShape[0];
        if (cells > MostCells)
            throw new NotSupportedException($"a window of {cells} cells; at most {MostCells} are written");
        string map = step.Input;
        if (places.Begin.Concat(places.End).Any(pad => pad != 0))
            map = step.Node(
                "Pad",
                [map, step.Draft.Ints([0, 0, .. places.Begin, 0, 0, .. places.End]), step.Draft.Scalar(Lowest)]);
        string along = step.Draft.Ints([.. Enumerable.Range(2, axes).Select(axis => (long)axis)]);
        string strides = step.Draft.Ints(places.Stride);
        var slices = new string[cells];
        for (long cell = 0; cell < cells; cell++)
        {
            var start = new long[axes];
            long rest = cell;
            for (int axis = axes - 1; axis >= 0; rest /= places.Kernel[axis], axis--)
                start[axis] = rest % places.Kernel[axis];
            long[] end =
                [.. start.Select((first, axis) => first + (places.Count[axis] - 1) * places.Stride[axis] + 1)];
            slices[cell] = step.Node(
                "Slice", [map, step.Draft.Ints(start), step.Draft.Ints(end), along, strides]);
        }
        if (cells == 1)
            return slices[0];
        string all = step.Node("Concat", slices, ("axis", 1L));
        return op.Weights == SoftPoolWeighting.PerChannel
            ? PerChannel(step, all, places, cells, channels)
            : Shared(step, all, slices, cells);
    }

    private static string PerChannel(OnnxStep step, string all, Places places, long cells, long channels)
    {
        string grouped = step.Reshaped(all, cells, -1);
        string weights = step.Reshaped(
            step.Node("Softmax", [grouped], ("axis", 1L)), [cells * channels, .. places.Count]);
        string weighed = step.Node("Mul", [all, weights]);
        return step.Node("Sum", Split(step, weighed, cells, channels));
    }

    /// <summary>One softmax over the cells of all channels; a cell's weight is the sum over the channels.</summary>
    private static string Shared(OnnxStep step, string all, string[] slices, long cells)
    {
        string[] shares = Split(step, step.Node("Softmax", [all], ("axis", 1L)), cells, step.InputShape[0]);
        return step.Node(
            "Sum", [.. slices.Zip(shares, (cell, share) => step.Node("Mul", [cell, SumOfChannels(step, share)]))]);
    }

    private static string[] Split(OnnxStep step, string value, long parts, long length) => step.Nodes(
        "Split", [value, step.Draft.Ints([.. Enumerable.Repeat(length, (int)parts)])], (int)parts, ("axis", 1L));

    private static string SumOfChannels(OnnxStep step, string value) =>
        step.Node("ReduceSum", [value, step.Draft.Ints(1)], ("keepdims", 1L));

    /// <summary>The whole map as one window: the mean of what is weighed, times the number of cells, is its
    /// sum.</summary>
    private static string GlobalSoft(OnnxStep step, SoftPoolWeighting weighting)
    {
        long channels = step.InputShape[0], cells = step.InputShape.ElementCount / channels;
        long[] map = [.. step.InputShape.Extents.ToArray().Select(extent => (long)extent)];
        bool perChannel = weighting == SoftPoolWeighting.PerChannel;
        string flat = perChannel
            ? step.Reshaped(step.Input, channels, cells) : step.Reshaped(step.Input, channels * cells);
        string weights = step.Reshaped(step.Node("Softmax", [flat], ("axis", perChannel ? 2L : 1L)), map);
        if (!perChannel)
            weights = SumOfChannels(step, weights);
        string mean = step.Node("GlobalAveragePool", [step.Node("Mul", [step.Input, weights])]);
        return step.Node("Mul", [mean, step.Draft.Scalar(cells)]);
    }
}
