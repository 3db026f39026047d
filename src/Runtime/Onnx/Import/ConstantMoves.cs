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
        int[]? starts = step.Ints("starts"), ends = Limits(step, "ends"), axes = step.Ints("axes");
        Constant constant = step.ConstantAt(0, "the data");
        starts ??= step.Integers(1, "starts");
        ends ??= Limits(step.ConstantAt(2, "ends"));
        if (axes is null && step.Optional(3, "axes") is not null)
            axes = step.Integers(3, "axes");
        int[] shape = [.. constant.Shape], strides = Strides(shape), begins = new int[shape.Length];
        axes ??= [.. Enumerable.Range(0, starts.Length)];
        int[] steps = step.Optional(4, "steps") is not null ? step.Integers(4, "steps") : [.. axes.Select(_ => 1)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Any(size => size != 1))
            throw new RefusalException("starts, ends and axes of one length and steps of 1 are expected");
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = ImportStep.Axis(axes[i], shape.Length), extent = constant.Shape[axis];
            begins[axis] = Clamp(starts[i], extent);
            shape[axis] = Math.Max(Clamp(ends[i], extent) - begins[axis], 0);
        }
        return Moved(
            constant, shape, index => index.Select((place, axis) => (place + begins[axis]) * strides[axis]).Sum());

        static int Clamp(int place, int extent) => (int)Math.Clamp(place < 0 ? (long)place + extent : place, 0, extent);
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

    /// <summary>Ends may be as large as integers are, which means to the last.</summary>
    private static int[]? Limits(ImportStep step, string name) =>
        step.Attribute<IReadOnlyList<long>?>(name, null) is { } numbers ? Limits(numbers) : null;

    private static int[] Limits(Constant constant) =>
        Limits(constant.Ints?.Invoke() ?? throw new RefusalException("ends are not of integers"));

    private static int[] Limits(IEnumerable<long> numbers) =>
        [.. numbers.Select(number => (int)Math.Clamp(number, int.MinValue, int.MaxValue))];

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
