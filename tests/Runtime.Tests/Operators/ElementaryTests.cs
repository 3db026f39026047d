using SoftPool.Operators;
using SoftPool.Reference;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Functions where their values are special or large: device and reference give what torch gives.</summary>
[TestClass]
public sealed class ElementaryTests
{
    private const float Infinity = float.PositiveInfinity, NaN = float.NaN, Largest = float.MaxValue;

    private static IEnumerable<(Operator Op, (float X, float Y)[] Values)> Special { get; } =
    [
        (new Abs(), [(-Infinity, Infinity), (Infinity, Infinity), (NaN, NaN), (-Largest, Largest), (0, 0)]),
        (new Exp(),
        [
            (0, 1), (1, MathF.E), (-Infinity, 0), (Infinity, Infinity), (NaN, NaN), (88.7f, 3.32597683e+38f),
            (89, Infinity), (Largest, Infinity), (-Largest, 0), (-200, 0), (64, 6.2351491e27f),
        ]),
        (new Log(),
        [
            (0, -Infinity), (-1, NaN), (-Infinity, NaN), (Infinity, Infinity), (NaN, NaN), (1, 0), (MathF.E, 1),
            (Largest, 88.7228391f), (1e-14f, -32.2361913f), (MathF.BitDecrement(1), -5.9604648e-8f),
            (MathF.BitIncrement(1), 1.1920928e-7f),
        ]),
        (new Sqrt(),
        [
            (0, 0), (-1, NaN), (-Infinity, NaN), (Infinity, Infinity), (NaN, NaN), (4, 2), (Largest, 1.8446743e19f),
            (1e-14f, 1e-7f),
        ]),
        (new Reciprocal(),
        [
            (0, Infinity), (Infinity, 0), (-Infinity, 0), (NaN, NaN), (-4, -0.25f), (1e-14f, 1e14f), (-1e14f, -1e-14f),
            (Largest, 0),
        ]),
        (new Floor(),
        [
            (-0.5f, -1), (0.5f, 0), (2, 2), (-2, -2), (8388607.5f, 8388607), (-8388607.5f, -8388608), (-3e9f, -3e9f),
            (Largest, Largest), (Infinity, Infinity), (-Infinity, -Infinity), (NaN, NaN),
        ]),
        (new Ceil(),
        [
            (-0.5f, 0), (0.5f, 1), (2, 2), (-2, -2), (8388607.5f, 8388608), (-8388607.5f, -8388607), (-3e9f, -3e9f),
            (Largest, Largest), (Infinity, Infinity), (-Infinity, -Infinity), (NaN, NaN),
        ]),
        (new Round(),
        [
            (-0.5f, 0), (0.5f, 0), (1.5f, 2), (2.5f, 2), (-1.5f, -2), (-2.5f, -2), (0.49999997f, 0), (2.5000002f, 3),
            (-2.4999998f, -2), (4194303.5f, 4194304), (8388607.5f, 8388608), (8388609, 8388609), (-3e9f, -3e9f),
            (Infinity, Infinity), (-Infinity, -Infinity), (NaN, NaN),
        ]),
        (new Softplus(),
        [
            (0, MathF.Log(2)), (-Infinity, 0), (Infinity, Infinity), (NaN, NaN), (Largest, Largest),
            (-30, 9.3576230e-14f),
        ]),
        (new Softsign(),
        [
            (0, 0), (-3, -0.75f), (Infinity, NaN), (-Infinity, NaN), (NaN, NaN), (-Largest, -1), (1e10f, 1),
        ]),
        (new Mish(),
        [
            (0, 0), (Infinity, Infinity), (-Infinity, NaN), (NaN, NaN), (Largest, Largest), (-100, 0), (1, 0.86509839f),
        ]),
        (new SELU(), [(0, 0), (1, 1.0507010f), (Infinity, Infinity), (-Infinity, -1.7580993f), (NaN, NaN)]),
        (new CELU(2), [(0, 0), (1, 1), (Infinity, Infinity), (-Infinity, -2), (NaN, NaN), (-2, -1.2642411f)]),
        (new Sign(), [(0, 0), (3, 1), (-1e-14f, -1), (Infinity, 1), (-Infinity, -1), (NaN, 0)]),
        (new LogicalNot(), [(0, 1), (-0f, 1), (1e-14f, 0), (Infinity, 0), (NaN, 0)]),
        (new IsNaN(), [(0, 0), (Infinity, 0), (-Infinity, 0), (NaN, 1), (Largest, 0)]),
        (new IsInf(), [(0, 0), (Infinity, 1), (-Infinity, 1), (NaN, 0), (Largest, 0)]),
        (new Threshold(1, -2), [(0, -2), (1, -2), (1.5f, 1.5f), (Infinity, Infinity), (-Infinity, -2), (NaN, NaN)]),
        (new Sin(),
        [
            (0, 0), (1e-14f, 1e-14f), (0.78539819f, 0.70710680f), (0.8f, 0.71735609f), (-2, -0.90929743f),
            (3.14159274f, -8.7422777e-8f), (1e4f, -0.30561439f), (12345.678f, Sine(12345.678f)), (1e10f, Sine(1e10f)),
            (-2.5e20f, Sine(-2.5e20f)), (Largest, -0.52187652f), (Infinity, NaN), (-Infinity, NaN), (NaN, NaN),
        ]),
        (new Cos(),
        [
            (0, 1), (1e-14f, 1), (-2, -0.41614684f), (1.57079637f, -4.3711388e-8f), (1e4f, -0.95215537f),
            (Largest, 0.85302104f), (Infinity, NaN), (NaN, NaN),
        ]),
        (new Tan(),
        [
            (0, 0), (1, 1.5574077f), (-2, 2.1850398f), (1.57079637f, -22877332f), (1e4f, 0.32097114f),
            (Largest, -0.61179793f), (-Infinity, NaN), (NaN, NaN),
        ]),
        (new Hardtanh(-2, 3), [(0, 0), (Infinity, 3), (-Infinity, -2), (NaN, NaN), (-2, -2)]),
    ];

    [TestMethod]
    [DataRow(Numerics.Fast)]
    [DataRow(Numerics.Strict)]
    public void Special_and_large_numbers_give_what_torch_gives(Numerics numerics)
    {
        foreach ((Operator op, (float X, float Y)[] values) in Special)
        {
            float[] input = [.. values.Select(pair => pair.X)];
            Model model = OperatorCheck.ModelOf(op, new(input.Length));
            Check(op, values, OperatorCheck.Reference(model, input));
            Check(op, values, OperatorCheck.Run(TestDevices.Software, model, input, numerics: numerics));
        }
    }

    [TestMethod]
    [DataRow(Numerics.Fast)]
    [DataRow(Numerics.Strict)]
    public void Special_and_large_pairs_give_what_torch_gives(Numerics numerics)
    {
        (Operator Op, (float Left, float Right, float Y)[] Rows)[] all =
        [
            (new Divide(),
            [
                (6, -4, -1.5f), (1, 0, Infinity), (-1, 0, -Infinity), (0, 0, NaN), (5, Infinity, 0),
                (Infinity, 2, Infinity), (Infinity, Infinity, NaN), (NaN, 1, NaN), (1, NaN, NaN), (1e38f, 1e30f, 1e8f),
                (Largest, -Largest, -1), (1e-14f, 1e14f, 0), (1e20f, -4e19f, -2.5f),
            ]),
            (new Pow(),
            [
                (2, 10, 1024), (-2, 3, -8), (-2, 2, 4), (-2, 0.5f, NaN), (0, 0, 1), (0, 2, 0), (0, -1, Infinity),
                (NaN, 0, 1), (1, NaN, 1), (NaN, 1, NaN), (2, NaN, NaN), (Infinity, -1, 0), (Infinity, 0.5f, Infinity),
                (-Infinity, 3, -Infinity), (-Infinity, 2, Infinity), (2, Infinity, Infinity), (0.5f, Infinity, 0),
                (2, -Infinity, 0), (-1, Infinity, 1), (10, 38, 1e38f), (10, 39, Infinity), (10, -60, 0),
                (1.0000001f, 1e9f, Infinity), (0.9999999f, 1e8f, 6.6497609e-6f), (1e-14f, -2.5f, 1e35f),
                (-3, 16777215, -Infinity), (7, 1, 7), (9, 0.5f, 3),
            ]),
            (new Maximum(), [(1, 2, 2), (NaN, 1, NaN), (1, NaN, NaN), (-Infinity, 3, 3)]),
            (new Minimum(), [(1, 2, 1), (NaN, 1, NaN), (1, NaN, NaN), (-Infinity, 3, -Infinity)]),
            (new Equal(), [(1, 1, 1), (1, 2, 0), (NaN, NaN, 0), (Infinity, Infinity, 1), (0, -0f, 1)]),
            (new GreaterEqual(), [(1, 1, 1), (NaN, 1, 0), (1, NaN, 0), (Infinity, Largest, 1)]),
            (new LessEqual(), [(1, 1, 1), (NaN, 1, 0), (1, NaN, 0), (Infinity, Largest, 0)]),
            (new LogicalAnd(), [(0, 1, 0), (2, -3, 1), (NaN, 1, 1), (0, NaN, 0)]),
            (new LogicalOr(), [(0, 0, 0), (0, -3, 1), (NaN, 0, 1)]),
            (new LogicalXor(), [(0, 0, 0), (2, -3, 0), (NaN, 0, 1), (0, 5, 1)]),
        ];
        foreach ((Operator op, (float Left, float Right, float Y)[] rows) in all)
        {
            var graph = new ModelGraph("pairs", new(rows.Length, 2),
            [
                new("left", new Slice(2, 0, 1, 1), ["input"]), new("right", new Slice(2, 1, 1, 1), ["input"]),
                new("layer", op, ["left", "right"]),
            ]);
            float[] input = [.. rows.SelectMany(row => new[] { row.Left, row.Right })];
            Model model = TestModels.WithWeights(graph);
            (float, float)[] values = [.. rows.Select(row => (row.Left, row.Y))];
            Check(op, values, OperatorCheck.Reference(model, input));
            Check(op, values, [.. ReferenceNetwork.RunStrict(model, input)[^1]]);
            Check(op, values, OperatorCheck.Run(TestDevices.Software, model, input, numerics: numerics));
        }
    }

    [TestMethod]
    public void Strict_functions_are_within_some_units_of_the_last_place()
    {
        for (double x = 1e-15; x < 1e38; x *= 1.0001)
        {
            var number = new Strict((float)x);
            Near(Math.Log((float)x), Strict.Log(number).Value, 4, $"log({x})");
            Near(Math.Sqrt((float)x), new Sqrt().Of(number).Value, 2, $"sqrt({x})");
            if (x < 1e15)
                Near(1 / (double)(float)x, Strict.Reciprocal(number).Value, 2, $"1 / {x}");
        }
        for (double x = -34; x < 88.7; x += 1e-3)
            Near(Math.Exp((float)x), Strict.Exp(new Strict((float)x)).Value, 1.1, $"exp({x})");
        for (double x = 1e-3; x < 1e7; x *= 1.0003)
        {
            var number = new Strict((float)x);
            Near(Math.Sin((float)x), Strict.Sin(number).Value, 2.5, $"sin({x})");
            Near(Math.Cos((float)x), Strict.Cos(number).Value, 2.5, $"cos({x})");
            Near(Math.Tan((float)x), Strict.Tan(number).Value, 5, $"tan({x})");
            foreach (float y in (float[])[-2.7f, -1, 0.3f, 2.2f, 7])
                if (Math.Abs(y * Math.Log2(x)) < 49)
                    Near(Math.Pow((float)x, y), Strict.Pow(number, new(y)).Value, 4 + Math.Abs(y), $"{x}^{y}");
            foreach (float y in (float[])[-3, 0.7f, 1e6f])
                Near((float)x / (double)y, Strict.Quotient(number, new(y)).Value, 3, $"{x} / {y}");
        }

        static void Near(double expected, float actual, double units, string what)
        {
            double unit = Math.ScaleB(1, Math.ILogB(expected) - 23);
            Assert.IsTrue(Math.Abs(actual - expected) <= units * unit, $"{what} = {actual:R}, not {expected:R}");
        }
    }

    private static float Sine(float x) => (float)Math.Sin(x);

    private static void Check(Operator op, (float X, float Y)[] values, float[] actual)
    {
        for (int i = 0; i < values.Length; i++)
        {
            (float x, float y) = values[i];
            // Strict numerics holds what is below 2^-50 to 0.
            bool isNear = float.IsFinite(y)
                ? Math.Abs((double)actual[i] - y) <= 4e-6 * Math.Abs((double)y) + 1e-15
                : y.Equals(actual[i]);
            Assert.IsTrue(isNear, $"{op} of {x:R} is {actual[i]:R}, not {y:R}");
        }
    }
}
