using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Operands that meet element by element by NumPy's rule. The batch is the first axis of each layer; a
/// constant is the same for each item.</summary>
internal static class Broadcasting
{
    /// <summary>The operator on some of the node's inputs, layers or constants.</summary>
    public static Activation Apply(ImportStep step, Operator op, params ReadOnlySpan<int> inputs)
    {
        var operands = new Value[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            operands[i] = step.Input(inputs[i]) is Constant constant ? constant : step.Layer(inputs[i]);
        return Apply(step, op, operands);
    }

    /// <summary>The operator on layers or constants, of which one is a layer.</summary>
    public static Activation Apply(ImportStep step, Operator op, params Value[] operands)
    {
        Activation layer = operands.OfType<Activation>().FirstOrDefault()
            ?? throw new RefusalException("of constants alone it is not supported");
        int rank = layer.Shape.Length;
        var reads = new Draft[operands.Length];
        for (int i = 0; i < operands.Length; i++)
            reads[i] = operands[i] switch
            {
                Activation other when other.Shape.Length == rank => other.Layer,
                Constant constant => Layer(step, layer, constant, rank).Layer,
                Value other => throw new RefusalException(
                    $"{string.Join('x', layer.Shape)} and {string.Join('x', ((Activation)other).Shape)}; "
                    + "layers of as many axes are supported"),
            };
        return step.Add(op, reads);
    }

    /// <summary>Whether a constant makes a layer larger where both meet.</summary>
    public static bool Extends(Activation x, Constant constant) =>
        constant.Shape.Length == x.Shape.Length && constant.Shape.Zip(x.Shape).All(Meets)
            && constant.Shape.Zip(x.Shape).Skip(1).Any(pair => pair.Second == 1 && pair.First != 1)
        || (constant.Shape.Length < x.Shape.Length
            && Extends(x, constant with
            {
                Shape = [.. Enumerable.Repeat(1, x.Shape.Length - constant.Shape.Length), .. constant.Shape],
            }));

    /// <summary>A constant as a layer of as many axes as another, whose batch it takes.</summary>
    public static Activation Layer(ImportStep step, Activation beside, Constant constant, int rank)
    {
        int missing = rank - constant.Shape.Length;
        int[] shape = [.. Enumerable.Repeat(1, Math.Max(missing, 0)), .. constant.Shape];
        if (missing < 0 || shape[0] != 1 || constant.Count == 0)
            throw new RefusalException(
                $"a constant of {string.Join('x', constant.Shape)} on {string.Join('x', beside.Shape)}; one that "
                + "is the same for each item of the batch is supported");
        return Layer(step, beside, new TensorShape(shape.AsSpan(1)), constant);
    }

    /// <summary>A constant as a layer that gives it for each item.</summary>
    public static Activation Layer(ImportStep step, Activation beside, TensorShape shape, Constant constant)
    {
        Draft input = beside.Layer;
        while (input.Operator is not null)
            input = input.Inputs[0];
        string name = constant.Name.Length > 0 ? constant.Name : $"{step.Name}.constant";
        return step.Add(
            new ConstantTensor(shape), [input],
            new Dictionary<string, Func<float[]>> { ["weight"] = constant.Numbers }, name);
    }

    private static bool Meets((int Constant, int Layer) pair) =>
        pair.Constant == pair.Layer || pair.Constant == 1 || pair.Layer == 1;
}
