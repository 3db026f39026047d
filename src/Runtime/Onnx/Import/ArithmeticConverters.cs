using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Operations on two layers, and on a layer and a constant of each channel.</summary>
internal static class ArithmeticConverters
{
    private const string Constants = "or a constant of each channel, as BatchNorm2d or in the weights before";

    private const string TwoLayers = "Two layers of one shape, or one of them of a value a channel or a place.";

    public static Converter[] All { get; } =
    [
        new("Add", $"Add, {Constants}", TwoLayers, Add),
        new("Sum", "Add, one behind the other", "At least one layer; each like Add's.", Sum),
        new("Mul", $"Multiply, SiLU, Hardswish, Mish, GELU, {Constants}", TwoLayers, Multiply),
        new("Sub", $"Subtract, {Constants}", $"{TwoLayers} A layer and a constant, either way around.", Subtract),
        new("Div", Constants[3..], "A layer by a constant.", Divide),
        new("Neg", Constants[3..], "Images.", step => Affine.Apply(step, step.Layer(0), -1, 0)),
        new("BatchNormalization", "BatchNorm2d", "Images; epsilon; constant scale, bias, mean and variance. Inference alone.", Normalize),
        new("LRN", "LocalResponseNorm", "alpha, bias, an odd size, and beta of 0.5, 0.75 or 1.", ResponseNorm),
    ];

    private static Activation ResponseNorm(ImportStep step)
    {
        double alpha = PointwiseConverters.Meant(step.Float("alpha", 1e-4f)), beta = PointwiseConverters.Meant(step.Float("beta", 0.75f));
        double k = PointwiseConverters.Meant(step.Float("bias", 1));
        int size = (int)Math.Clamp(step.Int("size", 0), 0, int.MaxValue);
        return step.Add(new LocalResponseNorm(size, beta, k, alpha), step.Layer(0));
    }

    private static Activation Add(ImportStep step) => Split(step) switch
    {
        (var x, { } constant) => Shift(step, x, constant, 1),
        var (x, _) => Elementwise(step, new Add(), x, step.Layer(1)),
    };

    private static Activation Sum(ImportStep step)
    {
        if (step.InputCount == 0)
            throw new RefusalException("no inputs");
        Activation sum = step.Layer(0);
        for (int i = 1; i < step.InputCount; i++)
            sum = Elementwise(step, new Add(), sum, step.Layer(i));
        return sum;
    }

    private static Activation Multiply(ImportStep step)
    {
        (Activation x, Constant? constant) = Split(step);
        if (constant is not null)
            return Scale(step, x, constant);
        Activation other = step.Layer(1);
        return WrittenOut.ByLayer(x.Layer, other.Layer) is { } pattern
            ? step.Add(pattern.Op, [pattern.Input])
            : Elementwise(step, new Multiply(), x, other);
    }

    private static Activation Subtract(ImportStep step)
    {
        (Activation x, Constant? constant) = Split(step);
        if (constant is null)
        {
            Activation other = step.Layer(1);
            return x.Layer.Shape.ElementCount < other.Layer.Shape.ElementCount
                ? step.Add(new Add(), [Affine.Apply(step, other, -1, 0).Layer, x.Layer])
                : step.Add(new Subtract(), [x.Layer, other.Layer]);
        }
        return step.Input(0) is Constant
            ? Shift(step, Affine.Apply(step, x, -1, 0), constant, 1)
            : Shift(step, x, constant, -1);
    }

    private static Activation Divide(ImportStep step)
    {
        (Activation x, Constant? constant) = Split(step);
        return constant is not null && step.Input(1) is Constant
            ? Scale(step, x, constant, inverse: true)
            : throw new RefusalException("a divisor that is computed by the network; a constant is expected");
    }

    /// <summary>The layer and the constant of two inputs; the first layer alone where both are layers.</summary>
    private static (Activation X, Constant? Constant) Split(ImportStep step)
    {
        step.IgnoreBroadcast();
        (Value? left, Value? right) = (step.Input(0), step.Input(1));
        if (left is Constant first && right is Activation)
            return (step.Layer(1), first);
        return (step.Layer(0), right as Constant);
    }

    /// <summary>Two layers; the operators want the one of a value a channel behind.</summary>
    private static Activation Elementwise(ImportStep step, Elementwise op, Activation left, Activation right) =>
        left.Layer.Shape.ElementCount < right.Layer.Shape.ElementCount
            ? step.Add(op, [right.Layer, left.Layer])
            : step.Add(op, [left.Layer, right.Layer]);

    private static Activation Shift(ImportStep step, Activation x, Constant constant, int sign)
    {
        if (Single(constant) is { } number)
            return Affine.Apply(step, x, 1, sign * number);
        Func<float[]> values = PerChannel(x, constant);
        return Affine.Apply(step, x, null, sign == 1 ? values : () => [.. values().Select(value => -value)]);
    }

    private static Activation Scale(ImportStep step, Activation x, Constant constant, bool inverse = false)
    {
        if (Single(constant) is { } number)
            return Affine.Apply(step, x, inverse ? 1 / number : number, 0);
        Func<float[]> values = PerChannel(x, constant);
        return Affine.Apply(step, x, inverse ? () => [.. values().Select(value => 1 / value)] : values, null);

    }

    private static double? Single(Constant constant) =>
        constant.Count == 1 && constant.Shape.Length < 5 ? PointwiseConverters.Meant(constant.Numbers()[0]) : null;

    /// <summary>The values of a constant that has one for each channel and no other extent.</summary>
    private static Func<float[]> PerChannel(Activation x, Constant constant)
    {
        int rank = x.Shape.Length, first = rank - constant.Shape.Length;
        bool fits = first >= 0 && constant.Floats is not null;
        for (int axis = 0; fits && axis < constant.Shape.Length; axis++)
            fits = constant.Shape[axis] == (first + axis == 1 ? x.Shape[1] : 1);
        return fits && first <= 1
            ? constant.Floats!
            : throw new RefusalException(
                $"a constant of {string.Join('x', constant.Shape)} on {string.Join('x', x.Shape)}; one number or one a channel is supported");
    }

    private static Activation Normalize(ImportStep step)
    {
        float epsilon = step.Float("epsilon", 1e-5f);
        step.Ignore("momentum"); // Of training.
        step.Only("training_mode", 0);
        step.Only("spatial", 1);
        step.ExpectInference();
        Activation x = step.Layer(0);
        if (x.Layer.Shape.Rank != 3)
            throw new RefusalException($"an input of {x.Shape.Length - 2} axes; 2, (N, C, H, W), are supported");
        int channels = x.Layer.Shape[0];
        string[] names = ["weight", "bias", "running_mean", "running_var"];
        var weights = new Dictionary<string, Func<float[]>>();
        for (int i = 0; i < names.Length; i++)
        {
            Constant constant = step.ConstantAt(i + 1, names[i]);
            weights[names[i]] = constant.Floats is { } values && constant.Shape.AsSpan().SequenceEqual([channels])
                ? values
                : throw new RefusalException($"{names[i]} of {string.Join('x', constant.Shape)}; {channels} is expected");
        }
        var op = new BatchNorm2d(channels, PointwiseConverters.Meant(epsilon));
        return step.Add(op, [x.Layer], weights, step.NameBy(step.ConstantAt(1, "weight")));
    }
}
