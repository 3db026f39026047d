using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Files for which the batch is an axis like any other: with a batch of 1, and files without one.</summary>
internal static class BatchCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("windows in the place of the batch", new GraphWriter().Input("x", 1, 4, 6, 8).Output("y")
            .Ints("split", 1, 4, 2, 3, 2, 4).Ints("windows", -1, 12, 4).Ints("back", -1, 2, 2, 3, 4, 4)
            .Ints("map", 1, 6, 8, 4).Some("w", 4, 4)
            .Node("Reshape", "x split", "s").Node("Transpose", "s", "t", ("perm", new long[] { 0, 2, 4, 3, 5, 1 }))
            .Node("Reshape", "t windows", "v").Node("MatMul", "v w", "m").Node("Softmax", "m", "p", ("axis", 1))
            .Node("Reshape", "p back", "b").Node("Transpose", "b", "c", ("perm", new long[] { 0, 1, 3, 2, 4, 5 }))
            .Node("Reshape", "c map", "d").Node("Transpose", "d", "y", ("perm", new long[] { 0, 3, 1, 2 })),
            "Reshape Permute Permute Reshape Linear Softmax Reshape Permute Reshape Permute"),
        ("attention of heads in the place of the batch", new GraphWriter().Input("x", 1, 5, 6).Output("y")
            .Ints("heads", 5, 3, 2).Ints("all", 5, 6).Ints("end", 5, 1, 6).Some("w", 6, 6)
            .Node("Transpose", "x", "t", ("perm", new long[] { 1, 0, 2 })).Node("Reshape", "t heads", "h")
            .Node("Transpose", "h", "q", ("perm", new long[] { 1, 0, 2 }))
            .Node("Transpose", "q", "k", ("perm", new long[] { 0, 2, 1 })).Node("MatMul", "q k", "a")
            .Node("Softmax", "a", "b").Node("MatMul", "b q", "c")
            .Node("Transpose", "c", "d", ("perm", new long[] { 1, 0, 2 })).Node("Reshape", "d all", "e")
            .Node("Gemm", "e w", "f", ("transB", 1)).Node("Reshape", "f end", "g")
            .Node("Transpose", "g", "y", ("perm", new long[] { 1, 0, 2 })),
            "Reshape Permute Permute MatMul Softmax MatMul Permute Reshape Linear Reshape Permute Reshape"),
        ("reductions over the batch", new GraphWriter().Input("x", 1, 3, 4, 5).Output("y")
            .Node("ReduceMean", "x", "a", ("axes", new long[] { 0, 2 })).Node("Sub", "x a", "b")
            .Node("ReduceMax", "b", "c", ("keepdims", 0)).Node("Sub", "b c", "y"),
            "Reshape Reduce Reshape Subtract Reshape Reduce Reshape Subtract Reshape"),
        ("a file without a batch", new GraphWriter().Input("x", 7).Output("y").Some("w", 7, 3)
            .Node("MatMul", "x w", "a").Node("Relu", "a", "y"), "Reshape Linear ReLU"),
        ("a fixed batch of several that is joined", new GraphWriter().Input("x", 2, 3, 4).Output("y")
            .Ints("all", 6, 4).Some("c", 6, 4).Node("Reshape", "x all", "a").Node("Add", "a c", "b")
            .Node("Softmax", "b", "y", ("axis", 0)), "Reshape Reshape BatchNorm2d Reshape Softmax"),
        ("Concat, Split, Slice, Gather and Pad on a fixed batch", new GraphWriter().Input("x", 2, 3, 4).Output("y")
            .Ints("i", 1, 0).Ints("from", 1).Ints("to", 3).Node("Concat", "x x", "a", ("axis", 0))
            .Node("Gather", "a i", "b").Node("Slice", "a from to", "c").Node("", "Split", "b", "d e", [])
            .Node("Concat", "c d e", "y", ("axis", 0)),
            "Concat Slice Slice Slice Slice Concat"),
        ("matrices of the network", new GraphWriter().Input("x", 3, 4).Output("y").Some("c", 3, 3).Some("v", 5, 3)
            .Node("Gemm", "x x c", "a", ("transB", 1), ("alpha", 0.5f), ("beta", 2f))
            .Node("Gemm", "a a", "b", ("transA", 1)).Node("MatMul", "v b", "y"),
            "ConstantTensor Permute MatMul Reshape BatchNorm2d Reshape ConstantTensor Add Permute MatMul "
            + "MatMul"),
        ("MeanVarianceNormalization over the batch", new GraphWriter().Input("x", 2, 3, 4, 5).Output("y")
            .Node("MeanVarianceNormalization", "x", "y"),
            "Reduce Subtract Multiply Reduce Sqrt Reshape BatchNorm2d Reshape Divide"),
        ("MeanVarianceNormalization", Image().Node("MeanVarianceNormalization", "x", "y",
            ("axes", new long[] { 2, 3 })), "Reduce Subtract Multiply Reduce Sqrt BatchNorm2d Divide"),
        ("an output that is the input", new GraphWriter().Input("x", 2, 3).Output("y").Node("Identity", "x", "y"),
            "Reshape"),
        ("TopK, ArgMax and LayerNormalization of a fixed batch", new GraphWriter().Input("x", 2, 3, 4).Output("y")
            .Some("w", 2, 3, 4).Node("LayerNormalization", "x w", "a", ("axis", 0)).Ints("k", 1)
            .Node("", "TopK", "a k", "b i", [("axis", 0)]).Node("Add", "a b", "y"), "LayerNorm TopK Add"),
    ];
}
