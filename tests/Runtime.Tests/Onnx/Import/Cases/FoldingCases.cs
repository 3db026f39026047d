using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>What is computed while the file is read: masks, tables of positions, choices by an extent.</summary>
internal static class FoldingCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("If by an extent", Chosen(1), "ReLU"),
        ("If by another extent", Chosen(3), "Exp"),
        ("If within If", Image().Ints("one", 1).Index("axis", 1).Node("Shape", "x", "s").Node("Gather", "s axis", "c")
            .Node("Equal", "c one", "is").Node("Not", "is", "not")
            .Node("If", "not", "y", ("then_branch", new GraphWriter().UntypedOutput("o").Node("If", "is", "o",
                ("then_branch", Branch("Exp")), ("else_branch", Branch("Relu")))), ("else_branch", Branch("Abs"))),
            "ReLU"),
        ("Dropout in training of nothing", Image().Node("Exp", "x", "e").Scalar("r", 0).Truth("t", true)
            .Node("Dropout", "e r t", "y"), "Exp"),
        ("a mask of parts", new GraphWriter().Input("x", 1, 4, 4).Output("y").Ints("shape", 1, 4, 4)
            .Integers("i", 7, [2, 2], 0, 1, 0, 3).Some("u", 2, 4).Node("ConstantOfShape", "shape", "zeros")
            .Node("ScatterND", "zeros i u", "m").Node("Add", "x m", "y"), "Reshape BatchNorm2d Reshape"),
        ("constants backwards and in steps", new GraphWriter().Input("x", 1, 3).Output("y").Some("c", 7)
            .Ints("s", -1).Ints("e", -99).Ints("a", 0).Ints("t", -3).Node("Slice", "c s e a t", "b")
            .Node("Add", "x b", "y"), "Reshape BatchNorm2d Reshape"),
        ("a constant that is split", new GraphWriter().Input("x", 1, 3).Output("y").Some("c", 2, 3)
            .Node("", "Split", "c", "a b", [("axis", 0)]).Node("Add", "x a", "d").Node("Mul", "d b", "y"),
            "Reshape BatchNorm2d Reshape Reshape BatchNorm2d Reshape"),
        .. from reverse in new[] { 0, 1 }
           select new OnnxCase($"sums one by one {reverse}", new GraphWriter().Input("x", 1, 3, 4).Output("y")
               .Some("c", 3, 4).Index("a", 1 - reverse)
               .Node("CumSum", "c a", "s", ("exclusive", reverse), ("reverse", reverse)).Node("Add", "x s", "y"),
               "Reshape BatchNorm2d Reshape"),
        ("the product of extents", new GraphWriter().Input("x", 1, 3, 4, 2).Output("y").Ints("from", 1).Ints("to", 4)
            .Ints("axis", 0).Ints("one", 1).Ints("last", 0).Node("Shape", "x", "s").Node("Slice", "s from to", "e")
            .Node("ReduceProd", "e", "p").Node("ReduceMax", "s", "m").Node("Div", "p m", "q")
            .Node("Concat", "one q m", "t", ("axis", 0)).Node("Reshape", "x t", "r").Node("Relu", "r", "y"),
            "Reshape ReLU"),
        ("a table of positions", new GraphWriter().Input("x", 1, 4, 2).Output("y").Some("p", 4, 2).Some("w", 2, 8)
            .Some("v", 8, 2).Node("MatMul", "p w", "a").Node("Relu", "a", "b").Node("MatMul", "b v", "c")
            .Node("Sigmoid", "c", "d").Node("ReduceMax", "d", "e", ("axes", new long[] { 0 }))
            .Node("Sub", "d e", "f").Node("Softmax", "f", "g").Node("Add", "x g", "y"), "Reshape BatchNorm2d Reshape"),
    ];

    private static GraphWriter Chosen(int extent) => Image().Index("n", extent).Index("axis", 2).Ints("one", 1)
        .Node("Shape", "x", "s").Node("Gather", "s axis", "h").Node("Sub", "h h", "z").Node("Add", "z n", "e")
        .Node("Equal", "e one", "is").Node("Abs", "x", "unused")
        .Node("If", "is", "y", ("then_branch", Branch("Relu")), ("else_branch", Branch("Exp")));

    private static GraphWriter Branch(string opType) => new GraphWriter().UntypedOutput("o").Node(opType, "x", "o");
}
