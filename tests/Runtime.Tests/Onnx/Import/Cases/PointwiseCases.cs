using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Functions of each element, also written out as several nodes.</summary>
internal static class PointwiseCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("activations", Image().Node("Relu", "x", "a").Node("LeakyRelu", "a", "b", ("alpha", 0.3f))
            .Node("Elu", "b", "c", ("alpha", 0.7f))
            .Node("Tanh", "c", "d").Node("Sigmoid", "d", "e")
                .Node("HardSwish", "e", "y"), "ReLU LeakyReLU ELU Tanh Sigmoid Hardswish"),
        ("default slopes", Image().Node("LeakyRelu", "x", "b").Node("Elu", "b", "y"), "LeakyReLU ELU"),
        ("HardSigmoid as in PyTorch", Image().Node("HardSigmoid", "x", "y", ("alpha", 1f / 6), ("beta", 0.5f)),
            "Hardsigmoid"),
        ("HardSigmoid by default", Image().Node("HardSigmoid", "x", "y"), "BatchNorm2d Hardsigmoid"),
        ("SiLU", Image().Node("Sigmoid", "x", "s").Node("Mul", "s x", "y"), "SiLU"),
        ("Hardswish by HardSigmoid", Image().Node("HardSigmoid", "x", "s", ("alpha", 1f / 6))
            .Node("Mul", "x s", "y"), "Hardswish"),
        ("Hardswish written out", Image().Scalar("three", 3).Scalar("low", 0).Scalar("six", 6)
            .Node("Add", "x three", "a").Node("Clip", "a low six", "c")
            .Node("Mul", "x c", "m").Node("Div", "m six", "y"), "Hardswish"),
        ("Hardswish written out otherwise", Image().Scalar("three", 3).Scalar("low", 0).Scalar("six", 6)
            .Node("Add", "x three", "a").Node("Clip", "a low six", "c")
            .Node("Div", "c six", "d").Node("Mul", "x d", "y"), "Hardswish"),
        ("GELU", new GraphWriter(20).Input("x", 1, 3, 7, 9).Output("y").Node("Gelu", "x", "a")
            .Node("Gelu", "a", "y", ("approximate", "tanh")), "GELU GELU"),
        ("GELU written out", Image().Scalar("root", MathF.Sqrt(2)).Scalar("one", 1).Scalar("half", 0.5f)
            .Node("Div", "x root", "a").Node("Erf", "a", "b").Node("Add", "b one", "c")
            .Node("Mul", "x c", "d").Node("Mul", "d half", "y"), "GELU"),
        ("GELU written out otherwise", Image().Scalar("root", MathF.Sqrt(0.5f)).Scalar("one", 1).Scalar("half", 0.5f)
            .Node("Mul", "x root", "a").Node("Erf", "a", "b").Node("Add", "one b", "c")
            .Node("Mul", "x half", "d").Node("Mul", "c d", "e")
            .Node("Mul", "e root", "f").Node("Erf", "f", "g").Node("Add", "g one", "h").Node("Mul", "h half", "i")
            .Node("Mul", "e i", "y"), "GELU GELU"),
        ("not quite a GELU", Image().Scalar("root", 2).Scalar("one", 1).Scalar("half", 0.5f)
            .Node("Div", "x root", "a").Node("Erf", "a", "b").Node("Add", "b one", "c")
            .Node("Mul", "x c", "d").Node("Mul", "d half", "y"), "BatchNorm2d Erf BatchNorm2d Multiply BatchNorm2d"),
        ("not quite a Hardswish", Image().Scalar("two", 2).Scalar("low", 0).Scalar("six", 6).Node("Add", "x two", "a")
            .Node("Clip", "a low six", "c")
            .Node("Mul", "x c", "m").Node("Div", "m six", "y"), "BatchNorm2d ReLU6 Multiply BatchNorm2d"),
        ("Clip by attributes", new GraphWriter(9).Input("x", 1, 3, 7, 9).Output("y")
            .Node("Clip", "x", "a", ("min", 0f), ("max", 6f))
            .Node("Clip", "a", "b", ("min", 0f)).Node("Clip", "b", "y"), "ReLU6 ReLU"),
        ("Clip of other bounds", Image().Scalar("low", -0.5f).Scalar("high", 1.25f).Node("Clip", "x low high", "a")
            .Node("Clip", "a - high", "b").Node("Clip", "b low", "y"), "Hardtanh Hardtanh Hardtanh"),
        ("further activations", new GraphWriter(18).Input("x", 1, 3, 7, 9).Output("y").Node("Softplus", "x", "a")
            .Node("Softsign", "x", "b").Node("Mish", "x", "c").Node("Selu", "x", "d")
            .Node("Celu", "x", "e", ("alpha", 0.7f)).Node("Celu", "x", "f")
            .Node("Concat", "a b c d e f", "y", ("axis", 1)), "Softplus Softsign Mish SELU CELU CELU Concat"),
        ("PRelu", Image().Some("a.weight", 3, 1, 1).Some("b", 1, 3, 1, 1).Scalar("c", 0.3f)
            .Node("PRelu", "x a.weight", "a")
            .Node("PRelu", "a b", "b1").Node("PRelu", "b1 c", "y"), "PReLU PReLU PReLU"),
        ("PRelu of vectors", Vector().Some("s", 5).Node("PRelu", "x s", "y"), "PReLU"),
        ("elementary functions", Image().Node("Abs", "x", "a").Node("Floor", "x", "b").Node("Ceil", "x", "c")
            .Node("Round", "x", "d").Node("Exp", "x", "e").Node("Log", "a", "f").Node("Sqrt", "a", "g")
            .Node("Reciprocal", "e", "h").Node("Concat", "a b c d e f g h", "y", ("axis", 1)),
            "Abs Floor Ceil Round Exp Log Sqrt Reciprocal Concat"),
        ("Pow", Image().Scalar("p-1", -1).Scalar("p-.5", -0.5f).Scalar("p.5", 0.5f).Ints("p1", 1).Floats("p2", [1], 2)
            .Scalar("p3", 3).Node("Pow", "x p1", "z").Node("Pow", "z p2", "a").Node("Pow", "x p3", "b")
            .Node("Exp", "x", "e").Node("Pow", "e p-1", "c").Node("Pow", "e p-.5", "d")
            .Node("Pow", "a p.5", "f")
            .Node("Concat", "a b c d f", "y", ("axis", 1)),
            "Multiply Multiply Multiply Exp Reciprocal Sqrt Reciprocal Sqrt Concat"),
        ("Selu of other attributes", Image().Node("Selu", "x", "y", ("alpha", 2f), ("gamma", 0.5f)), "ELU BatchNorm2d"),
        ("Mish written out", Image().Node("Softplus", "x", "a").Node("Tanh", "a", "b").Node("Mul", "x b", "y"), "Mish"),
        ("not quite a Mish", Image().Node("Softplus", "x", "a").Node("Tanh", "a", "b").Node("Mul", "a b", "y"),
            "Softplus Tanh Multiply"),
        ("Clip without max", Image().Scalar("low", 0).Node("Clip", "x low", "y"), "ReLU"),
    ];
}
