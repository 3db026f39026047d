using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Products with matrices, and Softmax.</summary>
internal static class LinearConverters
{
    public static Converter[] All { get; } =
    [
        new("Einsum", "Permute, Reshape, Reduce, and Linear or MatMul",
            "One or two operands, layers or constants; each letter once in each, and an ellipsis.", Einsum.Refuse)
        {
            Rewrite = Einsum.Nodes,
        },
        new("Gemm", "Linear, MatMul",
            "Vectors (N, F) and a constant matrix; transB, alpha, beta; C. Two matrices of each item, and transA, "
            + "where the batch is no axis of theirs.", Gemm),
        new("MatMul", "Linear, or MatMul of two layers",
            "Vectors (N, ..., F) and a constant matrix, where a constant Add behind it becomes the bias; two layers "
            + "(N, ..., M, K) and (N, ..., K, P), whose axes between are the same, or 1 in one of them.", MatMul),
        new("Softmax", "Softmax", "Over any axis but the batch; in sets before 13 over all axes from one on.",
            step => AlongAxis(step, (x, axis) => step.Add(new Softmax(axis), x))),
    ];

    private static Activation Gemm(ImportStep step)
    {
        float alpha = step.Float("alpha", 1), beta = step.Float("beta", 1);
        bool transA = step.Int("transA", 0) != 0, transB = step.Int("transB", 0) != 0;
        step.ReadBroadcast();
        Activation x = step.Layer(0);
        if (x.Shape.Length != 2 && !IsMatrix(x))
            throw new RefusalException($"an input of {string.Join('x', x.Shape)}; vectors (N, F) are supported");
        if (transA)
            x = IsMatrix(x)
                ? step.Add(new Permute([2, 1]), x)
                : throw new RefusalException("attribute transA is 1, of a free batch");
        if (step.Input(1) is Activation right)
            return IsMatrix(x) && IsMatrix(right)
                ? Sum(step, Product(step, x, transB ? step.Add(new Permute([2, 1]), right) : right), alpha, beta)
                : throw new RefusalException(
                    "the matrix, input 1, is computed by the network; a constant is expected");
        Constant matrix = step.ConstantAt(1, "the matrix");
        (int inputs, int outputs) = Check(x, matrix, transB);
        var weights = new Dictionary<string, Func<float[]>>
        {
            ["weight"] = Weight(matrix, inputs, outputs, transB, alpha),
        };
        if (step.Input(2) is Constant c && !(IsMatrix(x) && c.Shape.Length == 2 && c.Shape[0] != 1))
            weights["bias"] = Bias(c, outputs, beta);
        Activation product = step.Add(
            new Linear(inputs, outputs) { Bias = weights.ContainsKey("bias") }, [x.Layer], weights,
            step.NameBy(matrix));
        return weights.ContainsKey("bias") ? product : Sum(step, product, alpha: 1, beta);
    }

    /// <summary>Whether a layer has a matrix for each item.</summary>
    private static bool IsMatrix(Activation x) => x.Shape.Length == 3;

    /// <summary>alpha x + beta C.</summary>
    private static Activation Sum(ImportStep step, Activation x, float alpha, float beta)
    {
        x = Affine.Apply(step, x, PointwiseConverters.Meant(alpha), 0);
        return step.Input(2) switch
        {
            null => x,
            Activation => Broadcasting.Apply(
                step, new Add(), x, Affine.Apply(step, step.Layer(2), PointwiseConverters.Meant(beta), 0)),
            Constant { Floats: { } floats } c => Broadcasting.Apply(
                step, new Add(), x, c with { Floats = () => [.. floats().Select(value => beta * value)] }),
            _ => throw new RefusalException("C that is no tensor of real numbers"),
        };
    }

    private static Activation MatMul(ImportStep step)
    {
        if (step.Input(0) is Constant left && step.Input(1) is Activation)
        {
            Activation right = step.Layer(1);
            return Product(step, Broadcasting.Layer(step, right, AsMatrix(left), right.Shape.Length), right);
        }
        Activation x = step.Layer(0);
        if (step.Input(1) is Activation)
            return Product(step, x, step.Layer(1));
        Constant matrix = step.ConstantAt(1, "the right matrix");
        if (matrix.Shape.Length > 2)
            return Product(step, x, Broadcasting.Layer(step, x, matrix, x.Shape.Length));
        (int inputs, int outputs) = Check(x, matrix, transposed: false);
        var weights = new Dictionary<string, Func<float[]>>
        {
            ["weight"] = Weight(matrix, inputs, outputs, transposed: false, 1),
        };
        return step.Add(new Linear(inputs, outputs) { Bias = false }, [x.Layer], weights, step.NameBy(matrix));
    }

    private static Constant AsMatrix(Constant constant) => constant.Shape.Length > 1
        ? constant
        : throw new RefusalException($"a matrix of {string.Join('x', constant.Shape)}; 2 axes are expected");

    /// <summary>The product of matrices. Along axes before them the one of extent 1 is repeated.</summary>
    private static Activation Product(ImportStep step, Activation left, Activation right)
    {
        int rank = left.Shape.Length;
        if (rank != right.Shape.Length)
            throw new RefusalException(
                $"{string.Join('x', left.Shape)} and {string.Join('x', right.Shape)}; two layers of as many axes are "
                + "supported");
        if (rank > 3)
        {
            int[] outer = Shapes.Broadcast(left.Shape[1..^2], right.Shape[1..^2]);
            (left, right) = (Repeated(left), Repeated(right));

            // A single matrix is repeated by the operator itself.
            Activation Repeated(Activation x) =>
                x.Shape.AsSpan(1..^2).SequenceEqual(outer) || x.Shape.AsSpan(1..^2).IndexOfAnyExcept(1) < 0
                    ? x
                    : step.Add(new Expand(new([.. outer, .. x.Shape.AsSpan(^2)])), x);
        }
        return step.Add(new MatMul(), [left.Layer, right.Layer]);
    }

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

    /// <summary>What keeps the shape and works along an axis: Softmax and its like.</summary>
    public static Activation AlongAxis(ImportStep step, Func<Activation, int, Activation> apply)
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
            return apply(x, axis);
        TensorShape shape = x.Layer.Shape;
        int joined = x.Shape[axis] * Constant.CountOf(behind);
        Activation flat = step.Add(new Reshape(new([.. shape.Extents[..(axis - 1)], joined])), x);
        return step.Add(new Reshape(shape), apply(flat, axis));
    }
}
