using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Products with matrices, and Softmax.</summary>
internal static class LinearConverters
{
    public static Converter[] All { get; } =
    [
        new("Gemm", "Linear", "Vectors (N, F) and a constant matrix; transB, alpha, beta; C. No transA.", Gemm),
        new("MatMul", "Linear, or MatMul of two layers",
            "Vectors (N, ..., F) and a constant matrix, where a constant Add behind it becomes the bias; two layers "
            + "(N, ..., M, K) and (N, ..., K, P), whose axes between are the same, or 1 in one of them.", MatMul),
        new("Softmax", "Softmax", "Over any axis but the batch; in sets before 13 over all axes from one on.",
            step => AlongAxis(step, axis => new Softmax(axis))),
    ];

    private static Activation Gemm(ImportStep step)
    {
        float alpha = step.Float("alpha", 1), beta = step.Float("beta", 1);
        bool transposed = step.Int("transB", 0) != 0;
        step.Only("transA", 0);
        step.IgnoreBroadcast();
        Activation x = step.Layer(0);
        if (x.Shape.Length != 2)
            throw new RefusalException($"an input of {string.Join('x', x.Shape)}; vectors (N, F) are supported");
        Constant matrix = step.ConstantAt(1, "the matrix");
        (int inputs, int outputs) = Check(x, matrix, transposed);
        Func<float[]> weight = Weight(matrix, inputs, outputs, transposed, alpha);
        var weights = new Dictionary<string, Func<float[]>> { ["weight"] = weight };
        if (step.Input(2) is Activation summand)
        {
            Activation product = step.Add(
                new Linear(inputs, outputs) { Bias = false }, [x.Layer], weights, step.NameBy(matrix));
            return Broadcasting.Apply(step, new Add(), product, Affine.Apply(step, step.Layer(2), beta, 0));
        }
        if (step.Optional(2, "C") is { } c)
            weights["bias"] = Bias(c, outputs, beta);
        return step.Add(
            new Linear(inputs, outputs) { Bias = weights.ContainsKey("bias") }, [x.Layer], weights,
            step.NameBy(matrix));
    }

    private static Activation MatMul(ImportStep step)
    {
        Activation x = step.Layer(0);
        if (step.Input(1) is Activation)
            return Product(step, x, step.Layer(1));
        Constant matrix = step.ConstantAt(1, "the right matrix");
        (int inputs, int outputs) = Check(x, matrix, transposed: false);
        var weights = new Dictionary<string, Func<float[]>>
        {
            ["weight"] = Weight(matrix, inputs, outputs, transposed: false, 1),
        };
        return step.Add(new Linear(inputs, outputs) { Bias = false }, [x.Layer], weights, step.NameBy(matrix));
    }

    private static Activation Product(ImportStep step, Activation left, Activation right) =>
        left.Shape.Length == right.Shape.Length
            ? step.Add(new MatMul(), [left.Layer, right.Layer])
            : throw new RefusalException(
                $"{string.Join('x', left.Shape)} and {string.Join('x', right.Shape)}; two layers of as many axes are "
                + "supported");

    private static (int Inputs, int Outputs) Check(Activation x, Constant matrix, bool transposed)
    {
        if (matrix.Floats is null || matrix.Shape.Length != 2)
            throw new RefusalException($"a matrix of {string.Join('x', matrix.Shape)}; 2 axes are expected");
        (int inputs, int outputs) = transposed
            ? (matrix.Shape[1], matrix.Shape[0])
            : (matrix.Shape[0], matrix.Shape[1]);
        return inputs == x.Shape[^1]
            ? (inputs, outputs)
            : throw new RefusalException(
                $"a matrix of {string.Join('x', matrix.Shape)} on {string.Join('x', x.Shape)}");
    }

    /// <summary>(out, in), as PyTorch has it.</summary>
    private static Func<float[]> Weight(
        Constant matrix, int inputs, int outputs, bool transposed, float factor) => () =>
    {
        float[] values = matrix.Floats!();
        if (transposed && factor == 1)
            return values;
        var weight = new float[values.Length];
        for (int o = 0; o < outputs; o++)
            for (int i = 0; i < inputs; i++)
                weight[o * inputs + i] = factor * (transposed ? values[o * inputs + i] : values[i * outputs + o]);
        return weight;
    };

    /// <summary>beta C, one number for each output or one for all.</summary>
    private static Func<float[]> Bias(Constant c, int outputs, float beta)
    {
        bool fits = c.Shape.Length <= 2 && (c.Shape.Length < 2 || c.Shape[0] == 1)
            && (c.Count == 1 || (c.Shape.Length > 0 && c.Shape[^1] == outputs));
        if (c.Floats is null || !fits)
            throw new RefusalException($"C of {string.Join('x', c.Shape)}; one number or {outputs} are supported");
        return () =>
        {
            float[] values = c.Floats();
            var bias = new float[outputs];
            for (int o = 0; o < outputs; o++)
                bias[o] = beta * values[values.Length == 1 ? 0 : o];
            return bias;
        };
    }

    /// <summary>An operator along an axis that keeps the shape: Softmax, or its logarithm.</summary>
    public static Activation AlongAxis(ImportStep step, Func<int, Operator> of)
    {
        // Before set 13 all axes from this one on are one; since then it is one axis.
        long named = step.Int("axis", step.Opset < 13 ? 1 : -1);
        Activation x = step.Layer(0);
        int axis = ImportStep.Axis(named, x.Shape.Length);
        if (axis == 0)
            throw new RefusalException(
                $"axis {named} of {string.Join('x', x.Shape)} in operator set {step.Opset}, which has the batch");
        int[] behind = x.Shape[(axis + 1)..];
        if (step.Opset >= 13 || behind.All(extent => extent == 1))
            return step.Add(of(axis), x);
        TensorShape shape = x.Layer.Shape;
        int joined = x.Shape[axis] * Constant.CountOf(behind);
        Activation flat = step.Add(new Reshape(new([.. shape.Extents[..(axis - 1)], joined])), x);
        return step.Add(new Reshape(shape), step.Add(of(axis), flat));
    }
}
