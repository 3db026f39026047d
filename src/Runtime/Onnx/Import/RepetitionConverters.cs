using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Layers that are repeated, joined, padded, and parts of them in any order.</summary>
internal static class RepetitionConverters
{
    public static Converter[] All { get; } =
    [
        new("Concat", "Concat", "Layers and constants, along any axis but the batch.", Concat),
        new("Expand", "Expand, and Reshape for new axes", "A constant shape. The batch stays the first axis.", Expand),
        new("Tile", "Expand and Reshape", "Constant repeats; not of the batch.", Tile),
        new("Gather", "Slice, or IndexSelect where the places are at no equal distances; Reshape or Flatten",
            "Constant indices of any shape, of any axis but the batch; axis.", Gather),
        new("Pad",
            "the padding of the Conv or AveragePool behind it, else ZeroPad2d; ConstantPad, ReflectionPad2d, "
            + "ReplicationPad2d, IndexSelect, Slice",
            "mode constant, reflect, edge and wrap; pads, value and axes as attributes or constant inputs. Not of the "
            + "batch.", Pad),
    ];

    private static Activation Concat(ImportStep step)
    {
        long named = step.Attribute<long>("axis", long.MinValue);
        if (step.InputCount == 0)
            throw new RefusalException("no inputs");
        for (int i = 0; i < step.InputCount; i++)
            _ = step.Input(i);
        Value[] parts =
        [
            .. Enumerable.Range(0, step.InputCount).Select(index =>
                step.Input(index) is Constant constant ? constant : (Value)step.Layer(index)),
        ];
        Activation first = parts.OfType<Activation>().First();
        int rank = first.Shape.Length, axis = ImportStep.Axis(named, rank);
        if (axis == 0)
            throw new RefusalException($"axis {named}, the batch");
        return parts.Length == 1 ? first : step.Add(
            new Concat(axis),
            [.. parts.Select(part => part is Constant constant
                ? Broadcasting.Layer(step, first, constant, rank).Layer
                : ((Activation)part).Layer)]);
    }

    private static Activation Expand(ImportStep step)
    {
        Activation x = step.Layer(0);
        int[] shape = Shapes.Broadcast(x.Shape, step.Integers(1, "the shape"));
        if (shape.Length != x.Shape.Length || shape[0] != step.Batch)
            throw new RefusalException(
                "to a shape whose first axis is not the batch",
                $"from {string.Join('x', x.Shape)} to {string.Join('x', shape)}");
        return Expanded(step, x, shape.AsSpan(1));
    }

    private static Activation Expanded(ImportStep step, Activation x, ReadOnlySpan<int> item) =>
        x.Layer.Shape.Extents.SequenceEqual(item) ? x : step.Add(new Expand(new(item)), x);

    private static Activation Tile(ImportStep step)
    {
        Activation x = step.Layer(0);
        int[] repeats = step.Integers(1, "the repeats");
        if (repeats.Length != x.Shape.Length || repeats.Min() < 1 || repeats[0] != 1)
            throw new RefusalException(
                $"repeats {WindowAttributes.Show(repeats)} of {string.Join('x', x.Shape)}; at least 1 of each axis "
                + "and 1 of the batch are supported");
        // Expand repeats along a few groups of axes at a time.
        int[] axes = [.. Enumerable.Range(0, repeats.Length).Where(axis => repeats[axis] > 1)];
        for (int i = 0; i < axes.Length; i += 2)
            x = Tiled(step, x, [.. repeats.Select((times, axis) => axes.Skip(i).Take(2).Contains(axis) ? times : 1)]);
        return x;
    }

    private static Activation Tiled(ImportStep step, Activation x, int[] repeats)
    {
        // (e) to (1, e) to (r, e) to (r e), where an axis of 1 is the one that is repeated.
        List<int> split = [], repeated = [], joined = [];
        for (int axis = 1; axis < repeats.Length; axis++)
        {
            (int extent, int times) = (x.Shape[axis], repeats[axis]);
            joined.Add((int)Math.Min((long)extent * times, int.MaxValue));
            if (times > 1 && extent > 1)
            {
                split.Add(1);
                repeated.Add(times);
                (split, repeated) = ([.. split, extent], [.. repeated, extent]);
            }
            else
            {
                split.Add(extent);
                repeated.Add(extent * times);
            }
        }
        Activation parts = Reshaped(step, x, [.. split]);
        return Reshaped(step, Expanded(step, parts, repeated.ToArray()), [.. joined]);
    }

    private static Activation Reshaped(ImportStep step, Activation x, int[] item)
    {
        try
        {
            return x.Layer.Shape.Extents.SequenceEqual(item) ? x : step.Add(new Reshape(new(item)), x);
        }
        catch (ShapeMismatchException e)
        {
            throw new RefusalException(e.Message.TrimEnd('.'));
        }
    }

    private static Activation Gather(ImportStep step)
    {
        long named = step.Int("axis", 0);
        Activation x = step.Layer(0, movedToo: true);
        Constant indices = step.ConstantAt(1, "the indices");
        int axis = ImportStep.Axis(named, x.Shape.Length), extent = x.Shape[axis];
        if (indices.Ints is not { } ints || indices.Count == 0)
            throw new RefusalException("indices that are no integers");
        long[] places = [.. ints().Select(place => place < 0 ? place + extent : place)];
        if (places.Any(place => place < 0 || place >= extent))
            throw new RefusalException(
                $"place {ints().First(place => place < -extent || place >= extent)} of an axis of {extent}");
        if (indices.Shape.Length == 0)
            return ShapeConverters.Squeezed(
                step, SliceConverters.Cut(step, x, axis, places[0], places[0] + 1, 1), [axis]);
        if (x.BatchAxis != 0 || axis == 0)
            throw new RefusalException(
                $"several places of an axis where the batch is axis {x.BatchAxis}, or of the batch");
        long distance = places.Length == 1 ? 1 : places[1] - places[0];
        bool isSlice = distance != 0
            && places.Select((place, i) => place == places[0] + i * distance).All(isThere => isThere);
        Activation taken = isSlice
            ? SliceConverters.Of(step, x, new Slice(axis, (int)places[0], places.Length, (int)distance))
            : step.Add(new IndexSelect(axis, [.. places.Select(place => (int)place)]), x);
        return Reshaped(step, taken, [.. x.Shape[1..axis], .. indices.Shape, .. x.Shape[(axis + 1)..]]);
    }

    private static Activation Pad(ImportStep step)
    {
        string mode = step.Text("mode", "constant");
        int[]? pads = step.Ints("pads") ?? step.Ints("paddings");
        float value = step.Float("value", 0);
        Activation x = step.Layer(0);
        pads ??= step.Integers(1, "pads");
        if (step.Optional(2, "the value") is { } constant)
            value = constant.Numbers() is [float only]
                ? only
                : throw new RefusalException("a value that is not one number");
        int rank = x.Shape.Length;
        if (step.Optional(3, "axes") is not null)
        {
            int[] axes = step.Axes(rank, 3)!, all = new int[2 * rank];
            if (pads.Length != 2 * axes.Length)
                throw new RefusalException($"pads has {pads.Length} numbers; {2 * axes.Length} are expected");
            for (int i = 0; i < axes.Length; i++)
                (all[axes[i]], all[rank + axes[i]]) = (pads[i], pads[axes.Length + i]);
            pads = all;
        }
        if (pads.Length != 2 * rank)
            throw new RefusalException($"pads has {pads.Length} numbers; {2 * rank} are expected");
        if (mode is not ("constant" or "reflect" or "edge" or "wrap"))
            throw new RefusalException($"mode {mode}");
        if (pads[0] != 0 || pads[rank] != 0)
            throw new RefusalException($"pads {WindowAttributes.Show(pads)}; the batch is not padded");
        if (pads.All(pad => pad == 0))
            return x;
        bool isAroundMap = rank == 4 && pads.Min() >= 0 && pads[1] + pads[5] == 0 && pads.Max() <= ushort.MaxValue;
        if (isAroundMap && mode == "reflect")
            return step.Add(new ReflectionPad2d(pads[3], pads[7], pads[2], pads[6]), x);
        if (isAroundMap && mode == "edge")
            return step.Add(new ReplicationPad2d(pads[3], pads[7], pads[2], pads[6]), x);
        if (isAroundMap && mode == "constant" && value == 0)
            return x with
            {
                Shape = [x.Shape[0], x.Shape[1], x.Shape[2] + pads[2] + pads[6], x.Shape[3] + pads[3] + pads[7]],
                Pads = [pads[2], pads[3], pads[6], pads[7]],
            };
        for (int axis = 1; axis < rank; axis++)
            if (pads[axis] != 0 || pads[rank + axis] != 0)
                x = Padded(step, x, axis, pads[axis], pads[rank + axis], mode, value);
        return x;
    }

    private static Activation Padded(
        ImportStep step, Activation x, int axis, int before, int after, string mode, float value)
    {
        int extent = x.Shape[axis];
        if (mode != "constant")
        {
            int most = mode == "reflect" ? extent - 1 : 4096;
            if (Math.Min(before, after) < 0 || Math.Max(before, after) > most)
                throw new RefusalException($"{before} and {after} places around an axis of {extent} in mode {mode}");
            return step.Add(
                new IndexSelect(axis, [.. Enumerable.Range(-before, before + extent + after).Select(Place)]), x);
        }
        if (before > 0 || after > 0)
            x = step.Add(
                new ConstantPad(axis, Math.Max(before, 0), Math.Max(after, 0), PointwiseConverters.Meant(value)), x);
        long length = (long)x.Shape[axis] + Math.Min(before, 0) + Math.Min(after, 0);
        return before >= 0 && after >= 0
            ? x
            : SliceConverters.Of(step, x, new Slice(axis, Math.Max(-before, 0), (int)Math.Max(length, 0), 1));

        int Place(int place) => mode switch
        {
            "edge" => Math.Clamp(place, 0, extent - 1),
            "wrap" => (place % extent + extent) % extent,
            _ => place < 0 ? -place : place < extent ? place : 2 * (extent - 1) - place,
        };
    }
}
