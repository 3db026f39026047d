using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Parts of axes.</summary>
internal static class SliceConverters
{
    public static Converter[] All { get; } =
    [
        new("Slice", "Slice, one for each axis that is cut, or nothing",
            "Channels and the axes behind them; constant starts, ends, axes and steps, as attributes or inputs. The "
            + "batch stays whole.", Slice),
        new("Split", "Slice, one for each output",
            "Channels or an axis behind them; axis, num_outputs; split as an attribute or a constant input.", Split,
            GivesSeveral: true),
    ];

    /// <summary>Some places of an axis; the layer itself where they are all.</summary>
    public static Activation Of(ImportStep step, Activation x, Slice slice) =>
        slice is { Start: 0, Step: 1 } && slice.Length == x.Layer.Shape[slice.Dim - 1] ? x : step.Add(slice, x);

    private static Activation Slice(ImportStep step)
    {
        long[]? starts = Longs(step, "starts", 1), ends = Longs(step, "ends", 2);
        long[]? axes = Longs(step, "axes", 3), steps = Longs(step, "steps", 4);
        Activation x = step.Layer(0, movedToo: true);
        if (starts is null || ends is null)
            throw new RefusalException("starts or ends are missing");
        axes ??= [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        steps ??= [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw new RefusalException("starts, ends, axes and steps of one length are expected");
        if (axes.Select(axis => ImportStep.Axis(axis, x.Shape.Length)).Distinct().Count() != axes.Length)
            throw new RefusalException("axes name one twice");
        for (int i = 0; i < starts.Length; i++)
            x = Cut(step, x, ImportStep.Axis(axes[i], x.Shape.Length), starts[i], ends[i], steps[i]);
        return x;
    }

    /// <summary>The places of an axis from one on and before another, both counted from the end where they are
    /// negative, and held to the axis.</summary>
    public static Activation Cut(ImportStep step, Activation x, int axis, long start, long end, long distance)
    {
        int extent = x.Shape[axis];
        (int first, int length) = Shapes.Places(extent, start, end, distance);
        if (length < 1)
            throw new RefusalException($"no places of an axis of {extent}, from {start} to {end} by {distance}");
        if (axis != x.BatchAxis)
        {
            int[] shape = [.. x.Shape];
            shape[axis] = length;
            return Of(step, x, new Slice(x.DimOf(axis), first, length, (int)distance)) with
            {
                Shape = shape,
                BatchAxis = x.BatchAxis,
            };
        }
        return first == 0 && distance == 1 && length == extent
            ? x
            : throw new RefusalException($"a part of the batch, axis {axis}");
    }

    private static Several Split(ImportStep step)
    {
        int outputs = step.Node.Outputs.Count;
        long named = step.Int("axis", 0);
        long[]? lengths = Longs(step, "split", 1);
        if (step.Opset >= 18)
            outputs = (int)Math.Clamp(step.Int("num_outputs", outputs), 0, int.MaxValue);
        Activation x = step.Layer(0);
        int axis = ImportStep.Axis(named, x.Shape.Length), extent = x.Shape[axis];
        if (axis == 0)
            throw new RefusalException("a part of the batch, axis 0");
        int[] all = Parts(step, extent, outputs, lengths);
        var parts = new List<Value>();
        for (int part = 0, start = 0; part < all.Length; start += all[part++])
            parts.Add(Of(step, x, new Slice(axis, start, all[part], 1)));
        return new Several(parts);
    }

    /// <summary>The extents of the parts into which an axis is split.</summary>
    /// <param name="step">The node.</param>
    /// <param name="extent">The axis's extent.</param>
    /// <param name="outputs">How many parts the node says.</param>
    /// <param name="lengths">The parts where the node says them.</param>
    public static int[] Parts(ImportStep step, int extent, int outputs, long[]? lengths)
    {
        if (outputs != step.Node.Outputs.Count || outputs > extent)
            throw new RefusalException($"{outputs} parts of an axis of {extent} for {step.Node.Outputs.Count} outputs");
        if (lengths is null && step.Opset < 18 && extent % outputs != 0)
            throw new RefusalException($"{outputs} parts of an axis of {extent}, which are not equal");
        int most = (extent + outputs - 1) / outputs;
        lengths ??= [.. Enumerable.Range(0, outputs).Select(part => (long)Math.Min(most, extent - part * most))];
        bool fits = lengths.Length == outputs && lengths.All(length => length >= 1 && length <= extent);
        if (!fits || lengths.Sum() != extent)
            throw new RefusalException(
                $"attribute or input split is [{string.Join(", ", lengths)}] of an axis of {extent}");
        return ImportStep.Narrow(lengths, "split");
    }

    /// <summary>Integers as an attribute or a constant input; null where there are none.</summary>
    public static long[]? Longs(ImportStep step, string name, int input) =>
        step.Attribute<IReadOnlyList<long>?>(name, null) is { } attribute ? [.. attribute]
        : step.Optional(input, name) is not { } constant ? null
        : constant.Ints?.Invoke() ?? throw new RefusalException($"{name}, input {input}, is not of integers");
}
