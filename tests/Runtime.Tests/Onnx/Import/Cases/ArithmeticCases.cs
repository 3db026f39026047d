using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Operations on two layers, and on a layer and a constant; norms over channels.</summary>
internal static class ArithmeticCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("batch norm", Image().Some("s", 3).Some("b", 3).Some("m", 3).Floats("v", [3], 0.5f, 1, 2)
            .Node("BatchNormalization", "x s b m v", "y", ("epsilon", 1e-3f), ("momentum", 0.5f)), "BatchNorm2d"),
        .. from map in new object[][] { [], [8], [4, 3, 5] }
           select new OnnxCase($"batch norm over {map.Length} axes", new GraphWriter().Input("x", [2, 3, .. map])
               .Output("y").Some("s", 3).Some("b", 3).Some("m", 3).Floats("v", [3], 0.5f, 1, 2)
               .Node("BatchNormalization", "x s b m v", "y"), "Reshape BatchNorm2d Reshape"),
        ("batch norm, Mul and Add", Image().Some("s", 3).Some("b", 3).Some("m", 3).Floats("v", [3], 0.5f, 1, 2)
            .Some("f", 3, 1, 1).Some("a", 1, 3, 1, 1)
            .Node("BatchNormalization", "x s b m v", "n").Node("Mul", "f n", "q")
                .Node("Add", "q a", "y"), "BatchNorm2d"),
        ("batch norm of vectors and of volumes", new GraphWriter().Input("x", "N", 6).Output("y").Some("s", 6)
            .Floats("v", [6], 1, 2, 0.5f, 0.3f, 4, 5).Ints("t", 0, 6, 1, 1, 1)
            .Node("BatchNormalization", "x s s s v", "n").Node("Relu", "n", "r").Node("Reshape", "r t", "u")
            .Node("BatchNormalization", "u v s s v", "y"),
            "Reshape BatchNorm2d Reshape ReLU Reshape Reshape BatchNorm2d Reshape"),
        ("unsqueezed constants", new GraphWriter(9).Input("x", 1, 3, 7, 9).Output("y").Some("f", 3)
            .Node("Unsqueeze", "f", "g", ("axes", new long[] { 1, 2 }))
            .Node("Mul", "x g", "y"), "BatchNorm2d"),
        ("Sub and Div", Image().Some("a", 3, 1, 1).Floats("d", [3, 1, 1], 2, -3, 0.7f).Node("Sub", "x a", "s")
            .Node("Div", "s d", "y"), "BatchNorm2d"),
        ("constant minus layer", Image().Scalar("c", 2).Node("Sub", "c x", "y"), "BatchNorm2d"),
        ("Neg", Image().Node("Neg", "x", "y"), "BatchNorm2d"),
        ("constants on sequences", Sequence(3, 4).Some("f", 4).Some("p", 1, 3, 4).Some("l", 3, 1).Scalar("half", 0.5f)
            .Node("Mul", "x f", "a").Node("Relu", "a", "b").Node("Add", "b p", "c").Node("Relu", "c", "d")
            .Node("Mul", "l d", "e").Node("Relu", "e", "g").Node("Sub", "half g", "y"),
            "Reshape BatchNorm2d Reshape ReLU Reshape BatchNorm2d Reshape ReLU Reshape BatchNorm2d Reshape ReLU "
            + "Reshape BatchNorm2d Reshape"),
        ("constants of each place", Image().Some("p", 1, 1, 7, 9).Some("w", 9).Node("Add", "x p", "a")
            .Node("Relu", "a", "b").Node("Mul", "b w", "y"),
            "Reshape BatchNorm2d Reshape ReLU Reshape BatchNorm2d Reshape"),
        ("what numbers do not change", Image().Scalar("one", 1).Scalar("zero", 0).Node("Mul", "x one", "a")
            .Node("Sigmoid", "a", "b").Node("Mul", "x b", "c").Node("Add", "c zero", "y"), "SiLU"),
        ("a quotient of layers", Image().Node("Exp", "x", "s").Node("Div", "x s", "y"), "Exp Divide"),
        ("a quotient of a constant by a layer", Image().Scalar("c", 1).Node("Exp", "x", "s").Node("Div", "c s", "y"),
            "Exp Reciprocal"),
        ("Pow", Image().Scalar("one", 1).Scalar("two", 2).Node("Pow", "x one", "a").Node("Pow", "a two", "y"),
            "Multiply"),
        ("residual and gate", Image().Node("Relu", "x", "a").Node("Add", "a x", "b")
            .Node("GlobalAveragePool", "b", "g").Node("Mul", "g b", "y"),
            "ReLU Add GlobalAvgPool Multiply"),
        ("layers of one value a place", Image().Ints("s", 1).Ints("e", 2).Ints("a", 1).Node("Slice", "x s e a", "b")
            .Node("Sub", "x b", "c").Node("Mul", "b c", "d").Node("Sub", "b d", "y"),
            "Slice Subtract Multiply Subtract"),
        ("Sum of three", Image().Node("Relu", "x", "a").Node("Tanh", "x", "b")
            .Node("Sum", "a x b", "y"), "ReLU Add Tanh Add"),
        ("LRN", new GraphWriter().Input("x", 1, 7, 3, 4).Output("y")
            .Node("LRN", "x", "a", ("size", 5), ("alpha", 0.5f), ("beta", 0.75f), ("bias", 2f))
            .Node("LRN", "a", "y", ("size", 3)), "LocalResponseNorm LocalResponseNorm"),
    ];
}
