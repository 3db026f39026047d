namespace SoftPool.Onnx.Import;

/// <summary>Operators that take elements of constants and put them in another order: each gives where every element of
/// its output comes from.</summary>
internal static class ConstantMoves
{
    public static Constant Transpose(ImportStep step)
    {
        int[]? perm = step.Ints("perm");
        Constant constant = step.ConstantAt(0, "the input");
        int rank = constant.Shape.Length;
        perm ??= [.. Enumerable.Range(0, rank).Reverse()];
        if (!perm.Order().SequenceEqual(Enumerable.Range(0, rank)))
            throw new RefusalException($"perm {WindowAttributes.Show(perm)} of {rank} axes");
        int[] strides = Strides(constant.Shape);
        return Moved(constant, [.. perm.Select(axis => constant.Shape[axis])], index =>
            index.Select((place, axis) => place * strides[perm[axis]]).Sum());
    }

    public static Constant Gather(ImportStep step)
    {
        long named = step.Int("axis", 0);
        Constant constant = step.ConstantAt(0, "the data");
        int[] indices = step.Integers(1, "the indices"), shape = constant.Shape;
        int axis = ImportStep.Axis(named, shape.Length);
        int[] picked = [.. indices.Select(index => ImportStep.Axis(index, shape[axis]))];
        int[] of = step.ConstantAt(1, "the indices").Shape, strides = Strides(shape), pickedStrides = Strides(of);
        return Moved(constant, [.. shape[..axis], .. of, .. shape[(axis + 1)..]], index =>
        {
            int pick = 0, from = 0;
            for (int i = 0; i < of.Length; i++)
                pick += index[axis + i] * pickedStrides[i];
            for (int i = 0; i < shape.Length; i++)
                from += strides[i] * (i < axis ? index[i] : i == axis ? picked[pick] : index[i + of.Length - 1]);
            return from;
        });
    }

    public static Constant Slice(ImportStep step)
    {
        long[]? starts = SliceConverters.Longs(step, "starts", 1), ends = SliceConverters.Longs(step, "ends", 2);
        long[]? axes = SliceConverters.Longs(step, "axes", 3), steps = SliceConverters.Longs(step, "steps", 4);
        Constant constant = step.ConstantAt(0, "the data");
        if (starts is null || ends is null)
            throw new RefusalException("starts or ends are missing");
        int[] shape = [.. constant.Shape], strides = Strides(shape), begins = new int[shape.Length];
        int[] distances = [.. shape.Select(_ => 1)];
        axes ??= [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        steps ??= [.. axes.Select(_ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw new RefusalException("starts, ends, axes and steps of one length are expected");
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = ImportStep.Axis(axes[i], shape.Length);
            (begins[axis], shape[axis]) = Shapes.Places(constant.Shape[axis], starts[i], ends[i], steps[i]);
            distances[axis] = (int)steps[i];
        }
        return Moved(constant, shape, index =>
            index.Select((place, axis) => (begins[axis] + place * distances[axis]) * strides[axis]).Sum());
    }

    /// <summary>Data of which some elements, or whole parts, are replaced by others.</summary>
    public static Constant ScatterND(ImportStep step)
    {
        string reduction = step.Text("reduction", "none");
        Constant data = step.ConstantAt(0, "the data"), indices = step.ConstantAt(1, "the indices");
        Constant updates = step.ConstantAt(2, "the updates");
        if (reduction != "none")
            throw new RefusalException($"attribute reduction is {reduction}; none is supported");
        int[] places = step.Integers(1, "the indices"), strides = Strides(data.Shape);
        int depth = indices.Shape.Length == 0 ? 0 : indices.Shape[^1];
        if (depth < 1 || depth > data.Shape.Length || data.Ints is null != updates.Ints is null)
            throw new RefusalException(
                $"indices of {string.Join('x', indices.Shape)} into {string.Join('x', data.Shape)}, or an integer and "
                + "a real number");
        int part = Constant.CountOf(data.Shape.AsSpan(depth));
        if (updates.Count != (long)places.Length / depth * part)
            throw new RefusalException(
                $"updates of {string.Join('x', updates.Shape)} for indices of {string.Join('x', indices.Shape)}");
        int[] begins = new int[places.Length / depth];
        for (int i = 0; i < places.Length; i++)
            begins[i / depth] += ImportStep.Axis(places[i], data.Shape[i % depth]) * strides[i % depth];
        return data.Floats is { } floats
            ? data with { Floats = () => Written(floats(), updates.Floats!()) }
            : Constant.Of(Written(data.Ints!(), updates.Ints!()), data.Shape);

        T[] Written<T>(T[] former, T[] values)
        {
            T[] written = [.. former];
            for (int i = 0; i < begins.Length; i++)
                values.AsSpan(i * part, part).CopyTo(written.AsSpan(begins[i]));
            return written;
        }
    }

    public static Several Split(ImportStep step)
    {
        int outputs = step.Node.Outputs.Count;
        long named = step.Int("axis", 0);
        long[]? lengths = SliceConverters.Longs(step, "split", 1);
        if (step.Opset >= 18)
            outputs = (int)Math.Clamp(step.Int("num_outputs", outputs), 0, int.MaxValue);
        Constant constant = step.ConstantAt(0, "the data");
        int axis = ImportStep.Axis(named, constant.Shape.Length);
        int[] strides = Strides(constant.Shape);
        var parts = new List<Value>();
        int start = 0;
        foreach (int length in SliceConverters.Parts(step, constant.Shape[axis], outputs, lengths))
        {
            int[] shape = [.. constant.Shape];
            shape[axis] = length;
            int begin = start * strides[axis];
            parts.Add(Moved(constant, shape, index => begin + index.Zip(strides, (place, by) => place * by).Sum()));
            start += length;
        }
        return new Several(parts);
    }

    public static Constant Concat(ImportStep step)
    {
        long named = step.Attribute<long>("axis", long.MinValue);
        Constant[] parts = [.. Enumerable.Range(0, step.InputCount).Select(index => step.ConstantAt(index, "a part"))];
        if (parts.Length == 0 || parts.Any(part => part.Ints is null != parts[0].Ints is null
            || part.Shape.Length != parts[0].Shape.Length))
            throw new RefusalException("parts of different kinds or of different numbers of axes");
        int axis = ImportStep.Axis(named, parts[0].Shape.Length);
        int[] shape = [.. parts[0].Shape];
        shape[axis] = 0;
        foreach (Constant part in parts)
        {
            int extent = part.Shape[axis];
            if (part.Shape.Where((other, at) => at != axis && other != shape[at]).Any())
                throw new RefusalException("parts that differ in more than the axis");
            shape[axis] = (int)Math.Min((long)shape[axis] + extent, int.MaxValue);
        }
        int count = Constant.CountOf(shape), outer = Constant.CountOf(shape.AsSpan(0, axis));
        if (parts[0].Ints is null)
            return new Constant(shape, "", () => Joined(part => part.Floats!()), null);
        return count <= Constant.MostInts
            ? Constant.Of(Joined(part => part.Ints!()), shape)
            : throw new RefusalException($"{count} integers; at most {Constant.MostInts} are supported");

        T[] Joined<T>(Func<Constant, T[]> elements)
        {
            T[][] all = [.. parts.Select(elements)];
            var joined = new List<T>(count);
            for (int row = 0; row < outer; row++)
                foreach (T[] part in all)
                    joined.AddRange(part.AsSpan(part.Length / outer * row, part.Length / outer));
            return [.. joined];
        }
    }

    private static int[] Strides(int[] shape)
    {
        var strides = new int[shape.Length];
        for (int axis = shape.Length - 1, stride = 1; axis >= 0; stride *= shape[axis--])
            strides[axis] = stride;
        return strides;
    }

    /// <summary>A constant of elements of another.</summary>
    private static Constant Moved(Constant constant, int[] shape, Func<int[], int> source)
    {
        int count = Constant.CountOf(shape);
        if (constant.Floats is { } floats)
            return constant with { Shape = shape, Floats = () => Take(floats()) };
        return count <= Constant.MostInts
            ? Constant.Of(Take(constant.Ints!()), shape)
            : throw new RefusalException($"{count} integers; at most {Constant.MostInts} are supported");

        T[] Take<T>(T[] from)
        {
            var to = new T[count];
            var index = new int[shape.Length];
            for (int place = 0; place < count; place++)
            {
                to[place] = from[source(index)];
                for (int axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
                    index[axis] = 0;
            }
            return to;
        }
    }
}
