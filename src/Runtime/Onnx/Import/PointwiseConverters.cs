using System.Globalization;
using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Functions of each element by itself.</summary>
internal static class PointwiseConverters
{
    public static Converter[] All { get; } =
    [
        new("Relu", "ReLU", "Everything.", step => step.Add(new ReLU(), step.Layer(0))),
        new("LeakyRelu", "LeakyReLU", "alpha.", step => Parametric(step, 0.01f, alpha => new LeakyReLU(alpha))),
        new("PRelu",
            "PReLU where the slope is one constant number or one a channel; else ReLU, Minimum, Multiply and Add",
            "A slope that is repeated along axes of extent 1.", PRelu),
        new("Elu", "ELU", "alpha.", step => Parametric(step, 1, alpha => new ELU(alpha))),
        new("Sigmoid", "Sigmoid; SiLU where x Sigmoid(x) is computed",
            "Everything.", step => step.Add(new Sigmoid(), step.Layer(0))),
        new("Tanh", "Tanh", "Everything.", step => step.Add(new Tanh(), step.Layer(0))),
        new("Gelu", "GELU", "approximate.", Gelu),
        new("Erf", "Erf; GELU where 0.5 x (1 + Erf(x / sqrt(2))) is computed", "Everything.",
            step => step.Add(new Erf(), step.Layer(0))),
        new("Abs", "Abs", "Everything.", step => step.Add(new Abs(), step.Layer(0))),
        new("Ceil", "Ceil", "Everything.", step => step.Add(new Ceil(), step.Layer(0))),
        new("Exp", "Exp", "Everything.", step => step.Add(new Exp(), step.Layer(0))),
        new("Floor", "Floor", "Everything.", step => step.Add(new Floor(), step.Layer(0))),
        new("Log", "Log", "Everything.", step => step.Add(new Log(), step.Layer(0))),
        new("Reciprocal", "Reciprocal", "Everything.", step => step.Add(new Reciprocal(), step.Layer(0))),
        new("Round", "Round", "Everything.", step => step.Add(new Round(), step.Layer(0))),
        new("HardSwish", "Hardswish", "Everything.", step => step.Add(new Hardswish(), step.Layer(0))),
        new("HardSigmoid", "Hardsigmoid; Hardswish where x HardSigmoid(x) is computed",
            "alpha and beta; other than 1/6 and 1/2 as a BatchNorm2d before it.", HardSigmoid),
        new("Clip", "ReLU, ReLU6, Hardtanh or nothing",
            "min and max, as attributes or constant inputs; max not below min.", Clip),
        new("Softplus", "Softplus", "Everything.", step => step.Add(new Softplus(), step.Layer(0))),
        new("Softsign", "Softsign", "Everything.", step => step.Add(new Softsign(), step.Layer(0))),
        new("Mish", "Mish", "Everything.", step => step.Add(new Mish(), step.Layer(0))),
        new("Selu", "SELU",
            "alpha and gamma; other than PyTorch's as ELU and a BatchNorm2d behind it.", Selu),
        new("Celu", "CELU", "alpha, above 0.", step => Parametric(step, 1, alpha => new CELU(alpha))),
    ];

    /// <summary>A float of the file as the number that was meant: 0.1, not 0.10000000149. The largest float stays one:
    /// its digits say more than it, which torch refuses.</summary>
    public static double Meant(float number) => Math.Abs(number) == float.MaxValue
        ? number
        : double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static Activation Parametric(ImportStep step, float other, Func<double, Operator> create)
    {
        double alpha = Meant(step.Float("alpha", other));
        return step.Add(create(alpha), step.Layer(0));
    }

    private static Activation Gelu(ImportStep step)
    {
        string approximate = step.Text("approximate", "none");
        Activation x = step.Layer(0);
        return step.Add(new GELU(approximate switch
        {
            "none" => GeluApproximation.None,
            "tanh" => GeluApproximation.Tanh,
            _ => throw new RefusalException($"attribute approximate is {approximate}; none and tanh are supported"),
        }), x);
    }

    private static Activation HardSigmoid(ImportStep step)
    {
        float alpha = step.Float("alpha", 0.2f), beta = step.Float("beta", 0.5f);
        Activation x = step.Layer(0);
        // Hardsigmoid is min(max(x + 3, 0), 6) / 6.
        if (!(Math.Abs(6 * alpha - 1) < 1e-6 && beta == 0.5f))
            x = Affine.Apply(step, x, 6 * Meant(alpha), 6 * Meant(beta) - 3);
        return step.Add(new Hardsigmoid(), x);
    }

    private static Activation PRelu(ImportStep step)
    {
        Activation x = step.Layer(0);
        // Before set 7 a vector had one number a channel, behind which axes were added.
        if (step.Input(1) is not Constant { Floats: { } slopes } slope
            || !(slope.Count == 1 || IsOneAChannel(slope.Shape, x.Shape)
                || (step.Opset < 7 && slope.Shape.AsSpan().SequenceEqual([x.Shape[1]]))))
            return BySlopes(step, x);
        return step.Add(
            new PReLU(slope.Count), [x.Layer], new Dictionary<string, Func<float[]>> { ["weight"] = slopes },
            step.NameBy(slope));
    }

    /// <summary>max(x, 0) + slope min(x, 0).</summary>
    private static Activation BySlopes(ImportStep step, Activation x)
    {
        Value slope = step.Input(1) is Constant constant ? constant : step.Layer(1);
        Activation negative = Broadcasting.Apply(step, new Minimum(), x, new Constant([1], "", () => [0], null));
        Activation sum = Broadcasting.Apply(
            step, new Add(), step.Add(new ReLU(), x), Broadcasting.Apply(step, new Multiply(), negative, slope));
        return sum.Shape.SequenceEqual(x.Shape)
            ? sum
            : throw new RefusalException(
                $"a slope that makes {string.Join('x', sum.Shape)} of {string.Join('x', x.Shape)}");
    }

    private static bool IsOneAChannel(int[] constant, int[] layer)
    {
        int first = layer.Length - constant.Length;
        return first is 0 or 1
            && constant.Select((extent, axis) => extent == (first + axis == 1 ? layer[1] : 1)).All(fits => fits);
    }

    private static Activation Selu(ImportStep step)
    {
        bool isFirst = step.Opset < 6; // Fewer digits were meant.
        float alpha = step.Float("alpha", isFirst ? 1.6732f : 1.6732632f);
        float gamma = step.Float("gamma", isFirst ? 1.0507f : 1.050701f);
        Activation x = step.Layer(0);
        return Math.Abs(alpha - 1.6732632) < 1e-6 && Math.Abs(gamma - 1.050701) < 1e-6
            ? step.Add(new SELU(), x)
            : Affine.Apply(step, step.Add(new ELU(Meant(alpha)), x), Meant(gamma), 0);
    }

    private static Activation Clip(ImportStep step)
    {
        float least = step.Float("min", float.NegativeInfinity), most = step.Float("max", float.PositiveInfinity);
        Activation x = step.Layer(0);
        least = Bound(1, "min", least);
        most = Bound(2, "max", most);
        return Bounded(step, x, least, most);

        float Bound(int input, string name, float attribute) => step.Optional(input, name) switch
        {
            null => attribute,
            { Count: 1 } constant => constant.Numbers()[0],
            _ => throw new RefusalException($"{name}, input {input}, is not one number"),
        };
    }

    /// <summary>A layer held to bounds; infinite ones are none.</summary>
    public static Activation Bounded(ImportStep step, Activation x, float least, float most)
    {
        return (least, most) switch
        {
            (0, 6) => step.Add(new ReLU6(), x),
            (0, >= float.MaxValue) => step.Add(new ReLU(), x),
            ( <= float.MinValue, >= float.MaxValue) => x,
            _ => step.Add(new Hardtanh(Meant(Held(least)), Meant(Held(most))), x),
        };

        // None is the largest float, as ONNX says.
        static float Held(float bound) => Math.Clamp(bound, float.MinValue, float.MaxValue);
    }
}
