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
        new("Elu", "ELU", "alpha.", step => Parametric(step, 1, alpha => new ELU(alpha))),
        new("Sigmoid", "Sigmoid; SiLU where x Sigmoid(x) is computed", "Everything.", step => step.Add(new Sigmoid(), step.Layer(0))),
        new("Tanh", "Tanh", "Everything.", step => step.Add(new Tanh(), step.Layer(0))),
        new("Gelu", "GELU", "approximate.", Gelu),
        new("Erf", "Erf; GELU where 0.5 x (1 + Erf(x / sqrt(2))) is computed", "Everything.",
            step => step.Add(new Erf(), step.Layer(0))),
        new("HardSwish", "Hardswish", "Everything.", step => step.Add(new Hardswish(), step.Layer(0))),
        new("HardSigmoid", "Hardsigmoid; Hardswish where x HardSigmoid(x) is computed",
            "alpha and beta; other than 1/6 and 1/2 as a BatchNorm2d before it.", HardSigmoid),
        new("Clip", "ReLU, ReLU6 or nothing", "min 0 with max 6 or none, or neither; as attributes or constant inputs.", Clip),
    ];

    /// <summary>A float of the file as the number that was meant: 0.1, not 0.10000000149.</summary>
    public static double Meant(float number) =>
        double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

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

    private static Activation Clip(ImportStep step)
    {
        float least = step.Float("min", float.NegativeInfinity), most = step.Float("max", float.PositiveInfinity);
        Activation x = step.Layer(0);
        least = Bound(1, "min", least);
        most = Bound(2, "max", most);
        return (least, most) switch
        {
            (0, 6) => step.Add(new ReLU6(), x),
            (0, >= float.MaxValue) => step.Add(new ReLU(), x),
            ( <= float.MinValue, >= float.MaxValue) => x,
            _ => throw new RefusalException(string.Create(
                CultureInfo.InvariantCulture, $"min {least} and max {most}; 0 and 6, or 0 and none, are supported")),
        };

        float Bound(int input, string name, float attribute) => step.Optional(input, name) switch
        {
            null => attribute,
            { Count: 1 } constant => constant.Numbers()[0],
            _ => throw new RefusalException($"{name}, input {input}, is not one number"),
        };
    }
}
