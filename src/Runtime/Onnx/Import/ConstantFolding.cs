namespace SoftPool.Onnx.Import;

/// <summary>Nodes that do not depend on the network's values: constants, and what exporters compute shapes with. Real
/// numbers are computed when they are asked for, integers at once.</summary>
internal static class ConstantFolding
{
    private static readonly Dictionary<string, Func<ImportStep, Value>> ByName = new(ConstantOperations.All)
    {
        ["Constant"] = Literal,
        ["ConstantOfShape"] = Filled,
        ["Shape"] = ShapeOf,
        ["Size"] = step => Constant.Of([Constant.CountOf(Extents(step))]),
        ["Identity"] = step => step.ConstantAt(0, "the input"),
        ["Cast"] = Cast,
        ["DequantizeLinear"] = Quantization.Dequantize,
        ["QuantizeLinear"] = Quantization.Quantize,
        ["Reshape"] = step => Shaped(step, 0, shape => Shapes.Resolve(
            shape, step.Integers(1, "the shape"), step.Int("allowzero", 0) != 0)),
        ["Squeeze"] = step => Shaped(step, 0, shape => Shapes.Squeeze(shape, step.Axes(shape.Length, 1))),
        ["Unsqueeze"] = step => Shaped(step, 0, shape => Unsqueeze(step, shape)),
        ["Flatten"] = step => Shaped(step, 0, shape => Flatten(step, shape)),
        ["Transpose"] = ConstantMoves.Transpose,
        ["Gather"] = ConstantMoves.Gather,
        ["Slice"] = ConstantMoves.Slice,
        ["ScatterND"] = ConstantMoves.ScatterND,
        ["Split"] = ConstantMoves.Split,
        ["Concat"] = ConstantMoves.Concat,
        ["Add"] = step => Pairwise(step, (a, b) => a + b, (a, b) => a + b),
        ["Sub"] = step => Pairwise(step, (a, b) => a - b, (a, b) => a - b),
        ["Mul"] = step => Pairwise(step, (a, b) => a * b, (a, b) => a * b),
        ["Div"] = step => Pairwise(step, (a, b) => a / b, Quotient),
        ["Neg"] = step => Each(step, a => -a, a => -a),
        ["Sqrt"] = step => Each(step, MathF.Sqrt, null),
        ["Exp"] = step => Each(step, MathF.Exp, null),
        ["Floor"] = step => Each(step, MathF.Floor, null),
        ["Ceil"] = step => Each(step, MathF.Ceiling, null),
    };

    public static IEnumerable<string> Operators => ByName.Keys.Order(StringComparer.Ordinal);

    /// <summary>What folds a node of these inputs; null where it does not depend on constants alone.</summary>
    public static Func<ImportStep, Value>? Find(string opType, IReadOnlyList<Value?> inputs) =>
        opType is "Shape" or "Size" || inputs.All(input => input is null or Constant)
            ? ByName.GetValueOrDefault(opType)
            : null;

    /// <summary>Whether nodes of this kind are folded at all.</summary>
    public static bool Knows(string opType) => ByName.ContainsKey(opType);

    private static Constant Literal(ImportStep step)
    {
        if (step.Tensor("value") is { } tensor)
            return Constant.Of(tensor);
        if (step.Has("value_float"))
        {
            float number = step.Float("value_float", 0);
            return new Constant([], "", () => [number], null);
        }
        if (step.Has("value_int"))
            return Constant.Of([step.Int("value_int", 0)]);
        if (step.Attribute<IReadOnlyList<long>?>("value_ints", null) is { } integers)
            return Constant.Of([.. integers], integers.Count);
        return step.Attribute<IReadOnlyList<float>?>("value_floats", null) is { } numbers
            ? new Constant([numbers.Count], "", () => [.. numbers], null)
            : throw new RefusalException("a constant without a tensor, a number or numbers");
    }

    private static Constant Filled(ImportStep step)
    {
        OnnxTensor? tensor = step.Tensor("value");
        int[] shape = step.Integers(0, "the shape");
        int count = Constant.CountOf(shape);
        if (tensor is null)
            return new Constant(shape, step.Node.Outputs[0], () => new float[count], null);
        Constant one = Constant.Of(tensor);
        if (one.Count != 1)
            throw new RefusalException($"attribute value has {one.Count} numbers; 1 is expected");
        if (one.Floats is { } floats)
            return new Constant(shape, step.Node.Outputs[0], () => Repeated(floats()[0], count), null);
        long[] ints = count <= Constant.MostInts
            ? Repeated(one.Ints!()[0], count)
            : throw new RefusalException($"{count} integers; at most {Constant.MostInts} are supported");
        return Constant.Of(ints, shape);

        static T[] Repeated<T>(T value, int count)
        {
            var filled = new T[count];
            Array.Fill(filled, value);
            return filled;
        }
    }

    private static int[] Extents(ImportStep step) => step.Input(0) switch
    {
        Activation layer => layer.Shape,
        Constant constant => constant.Shape,
        _ => throw new RefusalException("input 0 is missing"),
    };

    private static Constant ShapeOf(ImportStep step)
    {
        long begin = step.Int("start", 0), end = step.Int("end", long.MaxValue);
        int[] shape = Extents(step);
        int from = Clamp(begin), to = Clamp(end);
        return Constant.Of([.. shape[from..Math.Max(from, to)].Select(extent => (long)extent)], Math.Max(to - from, 0));

        int Clamp(long place) => (int)Math.Clamp(place < 0 ? place + shape.Length : place, 0, shape.Length);
    }

    private static Constant Cast(ImportStep step)
    {
        var to = (OnnxElement)step.Int("to", 0);
        step.Ignore("saturate"); // Of 8-bit floats, which are refused.
        Constant constant = step.ConstantAt(0, "the input");
        switch (to)
        {
            case OnnxElement.Float or OnnxElement.Double:
                return constant with { Floats = constant.Numbers, Ints = null };
            case OnnxElement.Float16:
                return constant with
                {
                    Floats = () => [.. constant.Numbers().Select(number => (float)(Half)number)],
                    Ints = null,
                };
            case OnnxElement.Int64 or OnnxElement.Int32 when constant.Ints is { } ints:
                return to == OnnxElement.Int64 || ints().All(number => number == (int)number)
                    ? constant
                    : throw new RefusalException("an integer that 32 bits cannot hold");
            case OnnxElement.Bool when constant.Count <= Constant.MostInts:
                long[] truth = constant.Ints is { } integers
                    ? [.. integers().Select(number => number != 0 ? 1L : 0)]
                    : [.. constant.Floats!().Select(number => number != 0 ? 1L : 0)];
                return constant with { Floats = null, Ints = () => truth };
            case OnnxElement.Int64 or OnnxElement.Int32 when constant.Count <= Constant.MostInts:
                long[] whole = [.. constant.Floats!().Select(number => float.IsFinite(number) ? (long)number : 0)];
                return constant with { Floats = null, Ints = () => whole };
            default:
                throw new RefusalException($"attribute to is {to}");
        }
    }

    private static Constant Shaped(ImportStep step, int input, Func<int[], int[]> rule)
    {
        Constant constant = step.ConstantAt(input, "the input");
        return constant with { Shape = rule(constant.Shape) };
    }

    private static int[] Unsqueeze(ImportStep step, int[] shape)
    {
        _ = step.Ints("axes");
        int count = (step.Ints("axes") ?? step.Integers(1, "axes")).Length;
        int[] axes = step.Axes(shape.Length + count, 1)!;
        var wide = new List<int>(shape);
        foreach (int axis in axes.Order())
            wide.Insert(Math.Min(axis, wide.Count), 1);
        return axes.Distinct().Count() == count ? [.. wide] : throw new RefusalException("axes name one twice");
    }

    private static int[] Flatten(ImportStep step, int[] shape)
    {
        long named = step.Int("axis", 1);
        int axis = named == shape.Length ? shape.Length : ImportStep.Axis(named, shape.Length);
        return [Constant.CountOf(shape.AsSpan(0, axis)), Constant.CountOf(shape.AsSpan(axis))];
    }

    /// <summary>Of real numbers or of integers, of which one may be repeated.</summary>
    public static Constant Pairwise(ImportStep step, Func<float, float, float> real, Func<long, long, long> whole)
    {
        (Constant a, Constant b) = (step.ConstantAt(0, "input"), step.ConstantAt(1, "input"));
        int[] shape = Shapes.Broadcast(a.Shape, b.Shape);
        if (a.Ints is null != b.Ints is null)
            throw new RefusalException("an integer and a real number");
        if (a.Ints is not null)
            return Constant.Of(Paired(a.Ints(), b.Ints!(), whole), shape);
        return new Constant(shape, a.Name, () => Paired(a.Floats!(), b.Floats!(), real), null);

        T[] Paired<T>(T[] left, T[] right, Func<T, T, T> of)
        {
            (int[] from, int[] other) = (Shapes.SourcesOf(a.Shape, shape), Shapes.SourcesOf(b.Shape, shape));
            return [.. from.Zip(other, (x, y) => of(left[x], right[y]))];
        }
    }

    // Both would end the process in ONNX Runtime.
    private static long Quotient(long a, long b) => (a, b) switch
    {
        (_, 0) => throw new RefusalException("a division by 0"),
        (long.MinValue, -1) => throw new RefusalException("a division that overflows"),
        _ => a / b,
    };

    /// <summary>Of real numbers or of integers, where there is one of these.</summary>
    public static Constant Each(ImportStep step, Func<float, float> real, Func<long, long>? whole)
    {
        Constant constant = step.ConstantAt(0, "the input");
        if (constant.Floats is { } floats)
            return constant with { Floats = () => [.. floats().Select(real)] };
        return whole is not null
            ? Constant.Of([.. constant.Ints!().Select(whole)], constant.Shape)
            : throw new RefusalException("integers; real numbers are expected");
    }
}
