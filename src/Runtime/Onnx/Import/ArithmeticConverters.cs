using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Operations on two layers, and on a layer and a constant of each channel.</summary>
internal static class ArithmeticConverters
{
    private const string Constants = "or a constant, as BatchNorm2d or in the weights before";

    private const string TwoLayers = "Two layers of as many axes, each repeated along axes of extent 1.";

    public static Converter[] All { get; } =
    [
        new("Add", $"Add, {Constants}", TwoLayers,
            step => Extended(step, new Add()) ?? Add(step)),
        new("Sum", "Add, one behind the other", "At least one layer, and constants; each like Add's.", Sum),
        new("Mul", $"Multiply, SiLU, Hardswish, Mish, GELU, {Constants}", TwoLayers,
            step => Extended(step, new Multiply()) ?? Multiply(step)),
        new("Sub", $"Subtract, {Constants}", $"{TwoLayers} A layer and a constant, either way around.",
            step => Extended(step, new Subtract()) ?? Subtract(step)),
        new("Div", $"{Constants[3..]}; LayerNorm where it is written out; Divide; Reciprocal",
            $"{TwoLayers} A layer and a constant, either way around.",
            step => Extended(step, new Divide()) ?? Divide(step)),
        new("Neg", Constants[3..], "Everything.", step => Affine.Apply(step, step.Layer(0), -1, 0)),
        new("Pow",
            "Pow; Multiply, Sqrt, Reciprocal or nothing where the exponent is one number of -1, -0.5, 0.5, 1, 2 and 3",
            "Layers and constants, each repeated along axes of extent 1; the layers of as many axes.", Power),
        new("Sqrt", "Sqrt; LayerNorm where one is written out", "Everything.", step => Root(step, step.Layer(0))),
        new("LayerNormalization", "LayerNorm", "axis, epsilon; constant Scale and B. No Mean, no InvStdDev.",
            LayerNormalize),
        new("BatchNormalization", "BatchNorm2d",
            "Any axes behind the channels; epsilon; constant scale, bias, mean and variance. Inference alone.",
            Normalize),
        new("LRN", "LocalResponseNorm", "alpha, bias, an odd size, and beta of 0.5, 0.75 or 1.", ResponseNorm),
    ];

    private static Activation ResponseNorm(ImportStep step)
    {
        double alpha = PointwiseConverters.Meant(step.Float("alpha", 1e-4f)),
            beta = PointwiseConverters.Meant(step.Float("beta", 0.75f));
        double k = PointwiseConverters.Meant(step.Float("bias", 1));
        int size = (int)Math.Clamp(step.Int("size", 0), 0, int.MaxValue);
        return step.Add(new LocalResponseNorm(size, beta, k, alpha), step.Layer(0));
    }

    private static Activation Add(ImportStep step) => Split(step) switch
    {
        (var x, { } constant) => Shift(step, x, constant),
        _ => Broadcasting.Apply(step, new Add(), 0, 1),
    };

    private static Activation Sum(ImportStep step) => ElementwiseConverters.Chain(step, new Add());

    private static Activation Multiply(ImportStep step)
    {
        (Activation x, Constant? constant) = Split(step);
        if (constant is not null)
            return Scale(step, x, constant);
        Activation other = step.Layer(1);
        if (x.Layer == other.Layer)
            return Square(step, x);
        return WrittenOut.ByLayer(x.Layer, other.Layer) is { } pattern
            ? step.Add(pattern.Op, [pattern.Input])
            : Broadcasting.Apply(step, new Multiply(), 0, 1);
    }

    private static Activation Square(ImportStep step, Activation x)
    {
        Activation square = step.Add(new Multiply(), [x.Layer, x.Layer]);
        return square with { Layer = square.Layer with { Statistic = WrittenOut.BySquare(x.Layer) } };
    }

    private static Activation Power(ImportStep step)
    {
        step.ReadBroadcast();
        if (step.Input(0) is Constant || step.Input(1) is not Constant { Count: 1 } exponent
            || exponent.Shape.Length > step.Layer(0).Shape.Length)
            return Broadcasting.Apply(step, new Pow(), 0, 1);
        Activation x = step.Layer(0);
        return exponent.Numbers()[0] switch
        {
            -1 => step.Add(new Reciprocal(), x),
            -0.5f => step.Add(new Reciprocal(), Root(step, x)),
            0.5f => Root(step, x),
            1 => x,
            2 => Square(step, x),
            3 => step.Add(new Multiply(), [Square(step, x).Layer, x.Layer]),
            _ => Broadcasting.Apply(step, new Pow(), x, exponent),
        };
    }

    private static Activation Root(ImportStep step, Activation x)
    {
        Activation root = step.Add(new Sqrt(), x);
        return root with { Layer = root.Layer with { Statistic = WrittenOut.ByRoot(x.Layer) } };
    }

    private static Activation Subtract(ImportStep step)
    {
        (Activation x, Constant? constant) = Split(step);
        if (constant is null)
        {
            Activation other = step.Layer(1);
            Activation difference = Broadcasting.Apply(step, new Subtract(), 0, 1);
            Statistic? statistic = WrittenOut.ByDifference(x.Layer, other.Layer);
            return difference with { Layer = difference.Layer with { Statistic = statistic } };
        }
        return step.Input(0) is Constant
            ? Shift(step, x, constant, factor: -1)
            : Shift(step, x, constant, sign: -1);
    }

    private static Activation Divide(ImportStep step)
    {
        (Activation x, Constant? constant) = Split(step);
        if (constant is not null && step.Input(1) is Constant)
            return Scale(step, x, constant, inverse: true);
        if (constant is not null)
            return Scale(step, step.Add(new Reciprocal(), x), constant);
        Activation divisor = step.Layer(1);
        if (WrittenOut.ByQuotient(x.Layer, divisor.Layer) is not { } pattern)
            return Broadcasting.Apply(step, new Divide(), 0, 1);
        int count = pattern.Op.NormalizedShape.ElementCount;
        return step.Add(pattern.Op, [pattern.Input], new Dictionary<string, Func<float[]>>
        {
            ["weight"] = () => [.. Enumerable.Repeat(1f, count)],
            ["bias"] = () => new float[count],
        });
    }

    /// <summary>The operator on a layer and a constant that makes it larger; null where there are none.</summary>
    private static Activation? Extended(ImportStep step, Elementwise op) =>
        Split(step) is (var x, { } constant) && Broadcasting.Extends(x, constant)
            ? Broadcasting.Apply(step, op, 0, 1)
            : null;

    /// <summary>The layer and the constant of two inputs; the first layer alone where both are layers.</summary>
    private static (Activation X, Constant? Constant) Split(ImportStep step)
    {
        step.ReadBroadcast();
        (Value? left, Value? right) = (step.Input(0), step.Input(1));
        if (left is Constant first && right is Activation)
            return (step.Layer(1), first);
        return (step.Layer(0), right as Constant);
    }

    /// <summary>A layer times 1 or -1, and a constant that is added or subtracted.</summary>
    private static Activation Shift(ImportStep step, Activation x, Constant constant, int factor = 1, int sign = 1)
    {
        if (Single(constant) is { } number)
            return Affine.Apply(step, x, factor, sign * number);
        Factors summands = Factors.Of(x, constant);
        Func<float[]> values = summands.Values;
        return Affine.Apply(
            step, x, factor == 1 ? null : Factors.Single(x, factor),
            sign == 1 ? summands : summands with { Values = () => [.. values().Select(value => -value)] });
    }

    private static Activation Scale(ImportStep step, Activation x, Constant constant, bool inverse = false)
    {
        if (Single(constant) is { } number)
            return Affine.Apply(step, x, inverse ? 1 / number : number, 0);
        Factors factors = Factors.Of(x, constant);
        Func<float[]> values = factors.Values;
        if (inverse)
            factors = factors with { Values = () => [.. values().Select(value => 1 / value)] };
        return Affine.Apply(step, x, factors, null);
    }

    private static double? Single(Constant constant) =>
        constant.Count == 1 && constant.Shape.Length < 5 ? PointwiseConverters.Meant(constant.Numbers()[0]) : null;

    private static Activation LayerNormalize(ImportStep step)
    {
        float epsilon = step.Float("epsilon", 1e-5f);
        long named = step.Int("axis", -1);
        step.Only("stash_type", 1);
        Activation x = step.Layer(0);
        int axis = ImportStep.Axis(named, x.Shape.Length);
        if (axis == 0)
            throw new RefusalException("axis 0, the batch");
        var shape = new TensorShape(x.Shape.AsSpan(axis));
        Constant scale = step.ConstantAt(1, "Scale");
        var weights = new Dictionary<string, Func<float[]>>
        {
            ["weight"] = Over(scale, "Scale"),
            ["bias"] = step.Optional(2, "B") is { } bias ? Over(bias, "B") : () => new float[shape.ElementCount],
        };
        var norm = new LayerNorm(shape, PointwiseConverters.Meant(epsilon));
        return step.Add(norm, [x.Layer], weights, step.NameBy(scale));

        Func<float[]> Over(Constant constant, string name) =>
            constant.Floats is { } values && constant.Shape.AsSpan().SequenceEqual(shape.Extents)
                ? values
                : throw new RefusalException($"{name} of {string.Join('x', constant.Shape)}; {shape} is expected");
    }

    private static Activation Normalize(ImportStep step)
    {
        float epsilon = step.Float("epsilon", 1e-5f);
        step.Ignore("momentum"); // Of training.
        step.Only("training_mode", 0);
        step.Only("spatial", 1);
        step.ExpectInference();
        Activation x = step.Layer(0);
        TensorShape shape = x.Layer.Shape;
        if (shape.Rank == 0)
            throw new RefusalException($"an input of {string.Join('x', x.Shape)}; (N, C, ...) is expected");
        // From set 7 to 13 other outputs, read or not, said that the norm is of training.
        if (step.Opset is >= 7 and < 14 && step.Node.Outputs.Skip(1).Any(output => output.Length > 0))
            throw new RefusalException(
                "outputs of training, which takes mean and variance of the batch; only inference is supported");
        int channels = shape[0];
        string[] names = ["weight", "bias", "running_mean", "running_var"];
        var weights = new Dictionary<string, Func<float[]>>();
        for (int i = 0; i < names.Length; i++)
        {
            Constant constant = step.ConstantAt(i + 1, names[i]);
            weights[names[i]] = constant.Floats is { } values && constant.Shape.AsSpan().SequenceEqual([channels])
                ? values
                : throw new RefusalException(
                    $"{names[i]} of {string.Join('x', constant.Shape)}; {channels} is expected");
        }
        var op = new BatchNorm2d(channels, PointwiseConverters.Meant(epsilon));
        bool isImage = shape.Rank == 3;
        Activation image = isImage ? x : step.Add(new Reshape(new(channels, 1, shape.Plane())), x);
        Activation normed = step.Add(op, [image.Layer], weights, step.NameBy(step.ConstantAt(1, "weight")));
        return isImage ? normed : step.Add(new Reshape(shape), normed);
    }
}
