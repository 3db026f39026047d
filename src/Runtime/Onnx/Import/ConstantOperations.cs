namespace SoftPool.Onnx.Import;

/// <summary>Comparisons, choices, repetitions and functions of constants, which exporters compute shapes, masks and
/// indices with.</summary>
internal static class ConstantOperations
{
    public static IEnumerable<KeyValuePair<string, Func<ImportStep, Value>>> All { get; } =
        new Dictionary<string, Func<ImportStep, Value>>
        {
            ["Equal"] = step => Compared(step, (a, b) => a == b, (a, b) => a == b),
            ["Greater"] = step => Compared(step, (a, b) => a > b, (a, b) => a > b),
            ["GreaterOrEqual"] = step => Compared(step, (a, b) => a >= b, (a, b) => a >= b),
            ["Less"] = step => Compared(step, (a, b) => a < b, (a, b) => a < b),
            ["LessOrEqual"] = step => Compared(step, (a, b) => a <= b, (a, b) => a <= b),
            ["And"] = step => Compared(step, (_, _) => false, (a, b) => a != 0 && b != 0),
            ["Or"] = step => Compared(step, (_, _) => false, (a, b) => a != 0 || b != 0),
            ["Xor"] = step => Compared(step, (_, _) => false, (a, b) => a != 0 != (b != 0)),
            ["Not"] = step => ConstantFolding.Each(step, _ => 0, a => a == 0 ? 1 : 0),
            ["Max"] = step => ConstantFolding.Pairwise(step, MathF.Max, Math.Max),
            ["Min"] = step => ConstantFolding.Pairwise(step, MathF.Min, Math.Min),
            ["Mod"] = Remainder,
            ["Pow"] = Power,
            ["Abs"] = step => ConstantFolding.Each(step, MathF.Abs, a => a == long.MinValue ? a : Math.Abs(a)),
            ["Reciprocal"] = step => ConstantFolding.Each(step, a => 1 / a, null),
            ["Log"] = step => ConstantFolding.Each(step, MathF.Log, null),
            ["Sin"] = step => ConstantFolding.Each(step, MathF.Sin, null),
            ["Cos"] = step => ConstantFolding.Each(step, MathF.Cos, null),
            ["Where"] = Chosen,
            ["Expand"] = Expanded,
            ["Tile"] = Tiled,
            ["Range"] = Range,
            ["CumSum"] = Cumulated,
            ["ReduceSum"] = step => Reduced(step, (a, b) => a + b, (a, b) => a + b),
            ["ReduceProd"] = step => Reduced(step, (a, b) => a * b, (a, b) => a * b),
            ["ReduceMax"] = step => Reduced(step, MathF.Max, Math.Max),
            ["ReduceMin"] = step => Reduced(step, MathF.Min, Math.Min),
        };

    private static Constant Compared(ImportStep step, Func<float, float, bool> real, Func<long, long, bool> whole)
    {
        (Constant a, Constant b) = (step.ConstantAt(0, "input"), step.ConstantAt(1, "input"));
        int[] shape = Shapes.Broadcast(a.Shape, b.Shape);
        if (a.Ints is null != b.Ints is null)
            throw new RefusalException("an integer and a real number");
        (int[] left, int[] right) = (Shapes.SourcesOf(a.Shape, shape), Shapes.SourcesOf(b.Shape, shape));
        return Truth(shape, a.Ints is not null
            ? Holds(a.Ints(), b.Ints!(), whole)
            : Holds(a.Floats!(), b.Floats!(), real));

        IEnumerable<bool> Holds<T>(T[] x, T[] y, Func<T, T, bool> holds) =>
            left.Zip(right, (i, j) => holds(x[i], y[j]));
    }

    private static Constant Truth(int[] shape, IEnumerable<bool> values) => Constant.CountOf(shape) <= Constant.MostInts
        ? Constant.Of([.. values.Select(holds => holds ? 1L : 0)], shape)
        : throw new RefusalException(
            $"{Constant.CountOf(shape)} truth values; at most {Constant.MostInts} are supported");

    /// <summary>Of integers with the sign of the divisor, or of the dividend where fmod says so.</summary>
    private static Constant Remainder(ImportStep step)
    {
        bool ofDividend = step.Int("fmod", 0) != 0;
        return ConstantFolding.Pairwise(
            step, (a, b) => ofDividend ? a % b : throw new RefusalException("attribute fmod is 0 of real numbers"),
            (a, b) => b == 0 ? throw new RefusalException("a division by 0")
                : b == -1 ? 0
                : ofDividend || a % b == 0 || a < 0 == b < 0 ? a % b : a % b + b);
    }

    private static Constant Power(ImportStep step) => ConstantFolding.Pairwise(step, MathF.Pow, (a, b) =>
        Math.Pow(a, b) is var power && Math.Abs(power) < 1L << 53 && power == Math.Floor(power)
            ? (long)power
            : throw new RefusalException($"the power {a}^{b} of integers"));

    private static Constant Chosen(ImportStep step)
    {
        Constant condition = step.ConstantAt(0, "the condition");
        (Constant a, Constant b) = (step.ConstantAt(1, "input"), step.ConstantAt(2, "input"));
        int[] shape = Shapes.Broadcast(Shapes.Broadcast(condition.Shape, a.Shape), b.Shape);
        if (a.Ints is null != b.Ints is null || condition.Ints is not { } holds)
            throw new RefusalException("a condition that is no truth value, or an integer and a real number");
        int[] of = Shapes.SourcesOf(condition.Shape, shape);
        (int[] left, int[] right) = (Shapes.SourcesOf(a.Shape, shape), Shapes.SourcesOf(b.Shape, shape));
        return a.Ints is not null
            ? Constant.Of(Choose(a.Ints(), b.Ints!()), shape)
            : new Constant(shape, a.Name, () => Choose(a.Floats!(), b.Floats!()), null);

        T[] Choose<T>(T[] x, T[] y)
        {
            long[] condition = holds();
            return [.. of.Select((place, i) => condition[place] != 0 ? x[left[i]] : y[right[i]])];
        }
    }

    private static Constant Expanded(ImportStep step)
    {
        Constant constant = step.ConstantAt(0, "the input");
        int[] shape = Shapes.Broadcast(constant.Shape, step.Integers(1, "the shape"));
        return Taken(constant, shape, () => Shapes.SourcesOf(constant.Shape, shape));
    }

    private static Constant Tiled(ImportStep step)
    {
        Constant constant = step.ConstantAt(0, "the input");
        int[] repeats = step.Integers(1, "the repeats");
        if (repeats.Length != constant.Shape.Length || repeats.Any(repeat => repeat < 0))
            throw new RefusalException(
                $"repeats {WindowAttributes.Show(repeats)} of {string.Join('x', constant.Shape)}");
        int[] shape =
            [.. constant.Shape.Zip(repeats, (extent, repeat) => (int)Math.Min((long)extent * repeat, int.MaxValue))];
        return Taken(constant, shape, () =>
        {
            var places = new int[Constant.CountOf(shape)];
            for (int place = 0; place < places.Length; place++)
                for (int axis = shape.Length - 1, rest = place, stride = 1; axis >= 0; axis--)
                {
                    places[place] += rest % shape[axis] % constant.Shape[axis] * stride;
                    rest /= shape[axis];
                    stride *= constant.Shape[axis];
                }
            return places;
        });
    }

    /// <summary>Each element with those before it along an axis, or with those behind it.</summary>
    private static Constant Cumulated(ImportStep step)
    {
        bool excludes = step.Int("exclusive", 0) != 0, isReverse = step.Int("reverse", 0) != 0;
        Constant constant = step.ConstantAt(0, "the input");
        int[] shape = constant.Shape;
        if (step.Integers(1, "the axis") is not [int named])
            throw new RefusalException("an axis that is not one number");
        int axis = ImportStep.Axis(named, shape.Length), extent = shape[axis];
        int inner = Constant.CountOf(shape.AsSpan(axis + 1));
        return constant.Floats is { } floats
            ? constant with { Floats = () => Sums(floats(), (a, b) => a + b) }
            : Constant.Of(Sums(constant.Ints!(), (a, b) => a + b), shape);

        T[] Sums<T>(T[] values, Func<T, T, T> add)
            where T : struct
        {
            var sums = new T[values.Length];
            for (int line = 0; line < values.Length / Math.Max(extent, 1); line++)
            {
                T sum = default;
                for (int k = 0; k < extent; k++)
                {
                    int along = isReverse ? extent - 1 - k : k;
                    int place = (line / inner * extent + along) * inner + line % inner;
                    T with = add(sum, values[place]);
                    sums[place] = excludes ? sum : with;
                    sum = with;
                }
            }
            return sums;
        }
    }

    private static Constant Reduced(ImportStep step, Func<float, float, float> real, Func<long, long, long> whole)
    {
        bool keeps = step.Int("keepdims", 1) != 0, takesNone = step.Int("noop_with_empty_axes", 0) != 0;
        _ = step.Ints("axes");
        Constant constant = step.ConstantAt(0, "the input");
        int[] shape = constant.Shape, axes = step.Axes(shape.Length, 1) ?? [];
        if (axes.Length == 0 && takesNone)
            return constant;
        if (axes.Length == 0)
            axes = [.. Enumerable.Range(0, shape.Length)];
        int[] kept = [.. shape.Select((extent, axis) => axes.Contains(axis) ? 1 : extent)];
        int[] given = keeps ? kept : [.. shape.Where((_, axis) => !axes.Contains(axis))];
        if (constant.Count == 0)
            throw new RefusalException($"a constant of {string.Join('x', shape)}, which has no elements");
        int[] to = Shapes.SourcesOf(kept, shape);
        return constant.Floats is { } floats
            ? new Constant(given, constant.Name, () => Folded(floats(), real), null)
            : Constant.Of(Folded(constant.Ints!(), whole), given);

        T[] Folded<T>(T[] values, Func<T, T, T> with)
        {
            var folded = new T[Constant.CountOf(kept)];
            var has = new bool[folded.Length];
            for (int place = 0; place < values.Length; place++)
            {
                folded[to[place]] = has[to[place]] ? with(folded[to[place]], values[place]) : values[place];
                has[to[place]] = true;
            }
            return folded;
        }
    }

    private static Constant Taken(Constant constant, int[] shape, Func<int[]> places)
    {
        int count = Constant.CountOf(shape);
        if (constant.Floats is { } floats)
            return constant with { Shape = shape, Floats = () => Take(floats()) };
        return count <= Constant.MostInts
            ? Constant.Of(Take(constant.Ints!()), shape)
            : throw new RefusalException($"{count} integers; at most {Constant.MostInts} are supported");

        T[] Take<T>(T[] from) => [.. places().Select(place => from[place])];
    }

    private static Constant Range(ImportStep step)
    {
        Constant[] inputs = [.. Enumerable.Range(0, 3).Select(index => step.ConstantAt(index, "input"))];
        if (inputs.Any(input => input.Count != 1))
            throw new RefusalException("inputs that are not one number each");
        bool whole = inputs.All(input => input.Ints is not null);
        double[] numbers = [.. inputs.Select(input => whole ? input.Ints!()[0] : (double)input.Numbers()[0])];
        double count = Math.Max(Math.Ceiling((numbers[1] - numbers[0]) / numbers[2]), 0);
        if (!(count <= Constant.MostInts))
            throw new RefusalException($"{count} numbers; at most {Constant.MostInts} are supported");
        double[] values = [.. Enumerable.Range(0, (int)count).Select(i => numbers[0] + i * numbers[2])];
        return whole
            ? Constant.Of([.. values.Select(value => (long)value)], values.Length)
            : new Constant([values.Length], "", () => [.. values.Select(value => (float)value)], null);
    }
}
