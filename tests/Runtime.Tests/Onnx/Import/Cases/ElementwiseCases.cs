using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Operations on layers and constants that are repeated along axes; comparisons, truth values.</summary>
internal static class ElementwiseCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("Shrink", Vector().Node("Shrink", "x", "a").Node("Shrink", "a", "y", ("lambd", 0.75f), ("bias", 0.25f)),
            "ConstantTensor Greater ConstantTensor Less ConstantTensor Where Where ConstantTensor Greater "
            + "Reshape BatchNorm2d Reshape ConstantTensor Less Reshape BatchNorm2d Reshape ConstantTensor "
            + "Where Where"),
        ("Max and Min of one number", Vector().Scalar("l", -0.5f).Scalar("h", 1).Node("Max", "x l", "a")
            .Node("Min", "h a", "y"), "Hardtanh Hardtanh"),
        .. from op in new[] { ("Add", "Add"), ("Sub", "Subtract"), ("Mul", "Multiply"), ("Div", "Divide") }
           select new OnnxCase($"a column and a row, {op.Item1}", ColumnAndRow().Node(op.Item1, "c r", "y"),
               $"Slice Exp Slice Exp {op.Item2}"),
        .. from op in new[] { ("Add", "Add"), ("Sub", "Subtract"), ("Mul", "Multiply"), ("Div", "Divide") }
           select new OnnxCase($"a constant that makes a layer larger, {op.Item1}", new GraphWriter()
               .Input("x", "N", 1, 7, 9).Output("y").Floats("k", [4, 1, 1], 0.5f, -2, 3, 1.5f)
               .Node("Exp", "x", "e").Node(op.Item1, "e k", "y"), $"Exp ConstantTensor {op.Item2}"),
        ("a constant of another rank before a layer", new GraphWriter().Input("x", "N", 5, 1).Output("y")
            .Some("k", 1, 5, 4).Node("Sub", "k x", "y"), "ConstantTensor Subtract"),
        ("Max, Min and Mean of several", Image().Some("k", 3, 1, 9).Node("Relu", "x", "a").Node("Tanh", "x", "b")
            .Node("Max", "a k b", "c").Node("Min", "c x", "d").Node("Mean", "c d x", "y"),
            "ReLU Tanh Maximum ConstantTensor Maximum Minimum Add Add BatchNorm2d"),
        ("Pow of layers and of other exponents", Image().Some("k", 3, 1, 1).Scalar("e", 1.5f).Scalar("b", 2)
            .Node("Exp", "x", "p").Node("Pow", "p x", "q").Node("Pow", "p k", "r").Node("Pow", "p e", "s")
            .Node("Pow", "b x", "t").Node("Concat", "q r s t", "y", ("axis", 1)),
            "Exp Pow ConstantTensor Pow ConstantTensor Pow ConstantTensor Pow Concat"),
        .. from op in new[]
           {
               ("Equal", "Equal"), ("Greater", "Greater"), ("GreaterOrEqual", "GreaterEqual"), ("Less", "Less"),
               ("LessOrEqual", "LessEqual"),
           }
           from constant in new[] { false, true }
           select new OnnxCase($"{op.Item1}{(constant ? " of a constant" : "")}", Image().Scalar("k", 0.5f)
               .Node("Relu", "x", "a").Node(op.Item1, constant ? "a k" : "a x", "b").Node("Cast", "b", "y", ("to", 1)),
               constant ? $"ReLU ConstantTensor {op.Item2}" : $"ReLU {op.Item2}"),
        ("truth values", Image().Scalar("k", 0.5f).Node("Greater", "x k", "a").Node("Cast", "x", "b", ("to", 9))
            .Node("And", "a b", "c").Node("Or", "c a", "d").Node("Xor", "d b", "e").Node("Not", "e", "f")
            .Node("Cast", "f", "g", ("to", 9)).Node("Cast", "g", "y", ("to", 1)),
            "ConstantTensor Greater LogicalNot LogicalNot LogicalAnd LogicalOr LogicalXor LogicalNot"),
        ("Where", Image().Scalar("k", 0.5f).Some("l", 3, 1, 1).Node("Greater", "x k", "a")
            .Node("Where", "a x l", "b").Node("Where", "a k b", "y"),
            "ConstantTensor Greater ConstantTensor ConstantTensor Where Where"),
        ("infinities and NaN", Image().Node("IsNaN", "x", "a").Node("IsInf", "x", "b")
            .Node("IsInf", "x", "c", ("detect_positive", 0)).Node("IsInf", "x", "d", ("detect_negative", 0))
            .Node("Or", "a b", "e").Node("Or", "c d", "f").Node("Or", "e f", "g").Node("Not", "g", "h")
            .Node("Cast", "h", "y", ("to", 1)),
            "IsNaN IsInf LogicalOr ConstantTensor Less ConstantTensor Greater LogicalOr LogicalOr LogicalNot"),
        ("Sign, Sin, Cos and Tan", Image().Node("Sign", "x", "a").Node("Sin", "x", "b").Node("Cos", "x", "c")
            .Node("Tanh", "x", "t").Node("Tan", "t", "d").Node("Concat", "a b c d", "y", ("axis", 1)),
            "Sign Sin Cos Tanh Tan Concat"),
        ("ThresholdedRelu", Image().Node("ThresholdedRelu", "x", "a", ("alpha", 0.5f))
            .Node("ThresholdedRelu", "a", "y"), "Threshold Threshold"),
        ("PRelu of one slope a place", Image().Some("s", 7, 1).Node("PRelu", "x s", "y"),
            "ReLU ConstantTensor Minimum ConstantTensor Multiply Add"),
        ("PRelu of slopes that a layer gives", Image().Node("Tanh", "x", "s").Node("PRelu", "x s", "y"),
            "ReLU ConstantTensor Minimum Tanh Multiply Add"),
        ("Cast to 64 bits and back", Image().Node("Cast", "x", "a", ("to", 11)).Node("Cast", "a", "b", ("to", 1))
            .Node("Relu", "b", "y"), "ReLU"),
    ];

    private static GraphWriter ColumnAndRow() => Image().Ints("s", 0).Ints("e", 1).Ints("h", 2).Ints("w", 3)
        .Node("Slice", "x s e w", "column").Node("Slice", "x s e h", "row").Node("Exp", "column", "c")
        .Node("Exp", "row", "r");
}
