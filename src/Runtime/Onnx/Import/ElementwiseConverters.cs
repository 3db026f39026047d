using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Operations on several layers and constants, element by element, by NumPy's rule.</summary>
internal static class ElementwiseConverters
{
    private const string Operands =
        "Layers and constants, each repeated along axes of extent 1; the layers of as many axes.";

    public static Converter[] All { get; } =
    [
        new("Max", "Maximum, one behind the other", Operands, step => Chain(step, new Maximum())),
        new("Min", "Minimum, one behind the other", Operands, step => Chain(step, new Minimum())),
        new("Mean", "Add, one behind the other, and a BatchNorm2d or the weights before", Operands, Mean),
        Pair("Equal", new Equal(), nameof(Equal)),
        Pair("Greater", new Greater(), nameof(Greater)),
        Pair("GreaterOrEqual", new GreaterEqual(), nameof(GreaterEqual)),
        Pair("Less", new Less(), nameof(Less)),
        Pair("LessOrEqual", new LessEqual(), nameof(LessEqual)),
        Pair("And", new LogicalAnd(), nameof(LogicalAnd)),
        Pair("Or", new LogicalOr(), nameof(LogicalOr)),
        Pair("Xor", new LogicalXor(), nameof(LogicalXor)),
        new("Where", "Where", Operands, step => Broadcasting.Apply(step, new Where(), 0, 1, 2)),
        new("Not", "LogicalNot", "Everything.", step => step.Add(new LogicalNot(), step.Layer(0))),
        new("IsNaN", "IsNaN", "Everything.", step => step.Add(new IsNaN(), step.Layer(0))),
        new("IsInf", "IsInf, Greater or Less", "detect_negative, detect_positive; one of them.", IsInfinite),
        new("Sign", "Sign", "Everything.", step => step.Add(new Sign(), step.Layer(0))),
        new("Sin", "Sin", "Everything.", step => step.Add(new Sin(), step.Layer(0))),
        new("Cos", "Cos", "Everything.", step => step.Add(new Cos(), step.Layer(0))),
        new("Tan", "Tan", "Everything.", step => step.Add(new Tan(), step.Layer(0))),
        new("ThresholdedRelu", "Threshold", "alpha.", step =>
        {
            double alpha = PointwiseConverters.Meant(step.Float("alpha", 1));
            return step.Add(new Threshold(alpha, 0), step.Layer(0));
        }),
        new("Shrink", "Greater, Less and Where", "lambd, bias.", Shrink),
        new("Cast", "nothing; to Bool LogicalNot twice",
            "From real numbers and Bool to Float and Bool, and to Float16 and Double, which are computed in 32 bits. "
            + "True is 1.", Cast),
    ];

    private static Converter Pair(string name, Elementwise op, string becomes) => new(name, becomes, Operands, step =>
    {
        step.ReadBroadcast();
        return Broadcasting.Apply(step, op, 0, 1);
    });

    /// <summary>x1 op x2 op x3 and so on.</summary>
    public static Activation Chain(ImportStep step, Elementwise op)
    {
        if (step.InputCount == 0)
            throw new RefusalException("no inputs");
        // Layers first, for constants to have one beside them.
        Value[] operands =
        [
            .. Enumerable.Range(0, step.InputCount).Select(index =>
                step.Input(index) is Constant constant ? constant : (Value)step.Layer(index)),
        ];
        var layers = operands.OfType<Activation>().ToList();
        Activation result = layers.FirstOrDefault()
            ?? throw new RefusalException("of constants alone it is not supported");
        foreach (Value other in layers.Skip(1).Concat<Value>(operands.OfType<Constant>()))
            result = Bounded(step, op, result, other) ?? Broadcasting.Apply(step, op, result, other);
        return result;
    }

    /// <summary>The maximum or minimum of a layer and one number, as Clip; null of all else.</summary>
    private static Activation? Bounded(ImportStep step, Elementwise op, Activation x, Value other) => other switch
    {
        Constant { Count: 1, Floats: not null } bound when op is Maximum && bound.Shape.Length <= x.Shape.Length =>
            PointwiseConverters.Bounded(step, x, bound.Numbers()[0], float.PositiveInfinity),
        Constant { Count: 1, Floats: not null } bound when op is Minimum && bound.Shape.Length <= x.Shape.Length =>
            PointwiseConverters.Bounded(step, x, float.NegativeInfinity, bound.Numbers()[0]),
        _ => null,
    };

    private static Activation Mean(ImportStep step) =>
        Affine.Apply(step, Chain(step, new Add()), 1.0 / Math.Max(step.InputCount, 1), 0);

    private static Activation IsInfinite(ImportStep step)
    {
        bool negative = step.Int("detect_negative", 1) != 0, positive = step.Int("detect_positive", 1) != 0;
        Activation x = step.Layer(0);
        if (negative && positive)
            return step.Add(new IsInf(), x);
        if (negative == positive)
            throw new RefusalException("attributes detect_negative and detect_positive are both 0");
        float limit = positive ? float.MaxValue : float.MinValue;
        var constant = new Constant([1], "", () => [limit], null);
        return Broadcasting.Apply(step, positive ? new Greater() : new Less(), x, constant);
    }

    /// <summary>x + bias below -lambd, x - bias above lambd, 0 between.</summary>
    private static Activation Shrink(ImportStep step)
    {
        float limit = step.Float("lambd", 0.5f), bias = step.Float("bias", 0);
        Activation x = step.Layer(0);
        Activation above = Broadcasting.Apply(step, new Greater(), x, Single(limit));
        Activation below = Broadcasting.Apply(step, new Less(), x, Single(-limit));
        double shift = PointwiseConverters.Meant(bias);
        Activation otherwise = Broadcasting.Apply(
            step, new Where(), below, Affine.Apply(step, x, 1, shift), Single(0));
        return Broadcasting.Apply(step, new Where(), above, Affine.Apply(step, x, 1, -shift), otherwise);

        static Constant Single(float value) => new([1], "", () => [value], null);
    }

    private static Activation Cast(ImportStep step)
    {
        var to = (OnnxElement)step.Int("to", 0);
        step.Ignore("saturate"); // Of 8-bit floats, which are refused.
        Activation x = step.Layer(0);
        return to switch
        {
            OnnxElement.Float or OnnxElement.Float16 or OnnxElement.Double => x,
            OnnxElement.Bool when x.Layer.Operator is Comparison or LogicalNot or IsNaN or IsInf => x,
            OnnxElement.Bool => step.Add(new LogicalNot(), step.Add(new LogicalNot(), x)),
            _ => throw new RefusalException($"attribute to is {to}; Float, Float16, Double and Bool are supported"),
        };
    }
}
