using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Matrix products, attention, softmax and layer norms.</summary>
internal static class LinearCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("Gemm", Vector().Some("f.weight", 4, 5).Some("f.bias", 4)
            .Node("Gemm", "x f.weight f.bias", "y", ("transB", 1)), "Linear"),
        ("Gemm of all attributes", Vector().Some("w", 5, 4).Scalar("c", 3)
            .Node("Gemm", "x w c", "y", ("alpha", 0.5f), ("beta", 2f)), "Linear"),
        ("Gemm and a layer", Vector().Some("w", 5, 4).Some("v", 5, 4).Node("Gemm", "x v", "c")
            .Node("Gemm", "x w c", "y", ("alpha", 0.5f), ("beta", 2f)), "Linear Linear Add"),
        ("MatMul and Add", Vector().Some("w", 5, 4).Some("c", 4).Node("MatMul", "x w", "m")
            .Node("Add", "m c", "y"), "Linear"),
        ("Gemm of a transposed constant", Vector().Some("w", 4, 5)
            .Node("Transpose", "w", "t", ("perm", new long[] { 1, 0 })).Node("Gemm", "x t", "y"), "Linear"),
        ("Gemm times constants", Vector().Some("w", 5, 4).Some("f", 4).Scalar("half", 0.5f).Node("Gemm", "x w", "m")
            .Node("Mul", "m f", "n").Node("Sub", "n half", "y"), "Linear"),
        ("MatMul of sequences and Add", Sequence(5, 6).Some("w", 6, 4).Some("c", 4).Scalar("half", 0.5f)
            .Node("MatMul", "x w", "m").Node("Add", "m c", "n").Node("Mul", "n half", "y"), "Linear"),
        ("MatMul of two layers", Sequence(5, 5).Node("Relu", "x", "a").Node("MatMul", "a x", "y"), "ReLU MatMul"),
        ("attention", new GraphWriter().Input("x", 1, 2, 5, 5).Output("y").Scalar("s", 0.5f).Node("Mul", "x s", "q")
            .Node("MatMul", "q x", "a").Node("Softmax", "a", "b").Node("MatMul", "b x", "y"),
            "BatchNorm2d MatMul Softmax MatMul"),
        .. from takes in new[] { "Gather", "Slice and Squeeze" }
           select new OnnxCase($"attention by {takes}", Attention(takes == "Gather"),
               "Linear Reshape Permute Slice Reshape BatchNorm2d Slice Reshape Permute MatMul Softmax Slice "
               + "Reshape MatMul Permute Reshape"),
        ("the batch moved and back", Image().Node("Transpose", "x", "t", ("perm", new long[] { 1, 2, 0, 3 }))
            .Node("Transpose", "t", "b", ("perm", new long[] { 2, 0, 1, 3 })).Node("Relu", "b", "y"), "ReLU"),
        ("MatMul with one matrix for all", new GraphWriter().Input("x", 1, 3, 5, 5).Output("y").Ints("s", 1)
            .Ints("e", 2).Ints("a", 1).Node("Slice", "x s e a", "b").Node("MatMul", "b x", "c")
            .Node("MatMul", "c b", "y"),
            "Slice MatMul MatMul"),
        ("MatMul of a constant on the left, and of matrices", new GraphWriter().Input("x", 1, 2, 4, 5).Output("y")
            .Some("l", 3, 4).Some("r", 1, 2, 5, 6).Node("MatMul", "l x", "a").Node("MatMul", "a r", "y"),
            "ConstantTensor MatMul ConstantTensor MatMul"),
        ("MatMul that repeats matrices", new GraphWriter().Input("x", 1, 2, 3, 4, 4).Output("y").Ints("s", 1)
            .Ints("e", 2).Ints("a", 1).Node("Slice", "x s e a", "b").Node("MatMul", "b x", "y"),
            "Slice Expand MatMul"),
        ("LayerNormalization", Sequence(3, 4).Some("n.weight", 4).Some("n.bias", 4).Some("v", 3, 4)
            .Node("LayerNormalization", "x n.weight n.bias", "a", ("epsilon", 1e-3f))
            .Node("LayerNormalization", "a v", "y", ("axis", 1), ("stash_type", 1)), "LayerNorm LayerNorm"),
        .. from square in new[] { "Pow", "Mul" }
           select new OnnxCase($"LayerNorm written out by {square}", Sequence(3, 6).Scalar("two", 2)
               .Scalar("eps", 1e-4f).Some("w", 6).Some("b", 6).Node("ReduceMean", "x", "m", ("axes", new long[] { -1 }))
               .Node("Sub", "x m", "d")
               .Node(square, square == "Pow" ? "d two" : "d d", "q")
               .Node("ReduceMean", "q", "v", ("axes", new long[] { 2 }))
               .Node("Add", "v eps", "e").Node("Sqrt", "e", "s").Node("Div", "d s", "n").Node("Mul", "n w", "o")
               .Node("Add", "o b", "y"), "LayerNorm"),
        ("LayerNorm written out over two axes", new GraphWriter().Input("x", 1, 2, 3, 4, 5).Output("y")
            .Scalar("eps", 1e-4f).Scalar("half", 0.5f)
            .Node("ReduceMean", "x", "m", ("axes", new long[] { 4, 3 })).Node("Sub", "x m", "d").Node("Mul", "d d", "q")
            .Node("ReduceMean", "q", "v", ("axes", new long[] { -1, -2 })).Node("Add", "eps v", "e")
            .Node("Pow", "e half", "s").Node("Div", "d s", "y"), "LayerNorm"),
        ("a LayerNorm without eps", Sequence(3, 6).Node("ReduceMean", "x", "m", ("axes", new long[] { -1 }))
            .Node("Sub", "x m", "d").Node("Mul", "d d", "q").Node("ReduceMean", "q", "v", ("axes", new long[] { -1 }))
            .Node("Sqrt", "v", "s").Node("Div", "d s", "y"),
            "GlobalAvgPool Subtract Multiply GlobalAvgPool Sqrt Divide"),
        ("not quite a LayerNorm", Sequence(3, 4).Node("ReduceMean", "x", "m", ("axes", new long[] { 2 }))
            .Node("Relu", "x", "r").Node("Sub", "r m", "d").Node("Mul", "d d", "y"),
            "ReLU GlobalAvgPool Subtract Multiply"),
        ("Softmax over the last axis", Image().Node("Softmax", "x", "y"), "Softmax"),
        ("Softmax over several axes of an old set", new GraphWriter(9).Input("x", 1, 3, 4, 5).Output("y")
            .Node("Softmax", "x", "a", ("axis", 2)).Node("Softmax", "a", "y"),
            "Reshape Softmax Reshape Reshape Softmax Reshape"),
        ("Softmax", Vector().Node("Softmax", "x", "y"), "Softmax"),
        ("Softmax over channels", Image().Node("Softmax", "x", "y", ("axis", 1)), "Softmax"),
        ("Softmax of an old set", new GraphWriter(9).Input("x", 1, 6, 1, 1).Output("y")
            .Node("Softmax", "x", "y"), "Softmax"),
    ];

    /// <summary>Queries, keys and values of 3 heads, of which a Transpose makes the first axis.</summary>
    private static GraphWriter Attention(bool gathers)
    {
        GraphWriter graph = Sequence(4, 6).Some("w", 6, 18).Ints("split", 0, 4, 3, 3, 2).Scalar("scale", 0.5f)
            .Node("MatMul", "x w", "all").Node("Reshape", "all split", "parts")
            .Node("Transpose", "parts", "moved", ("perm", new long[] { 2, 0, 3, 1, 4 }));
        foreach ((string part, int place) in new[] { ("q", 0), ("k", 1), ("v", 2) })
            _ = gathers
                ? graph.Index($"{part}_at", place).Node("Gather", $"moved {part}_at", part, ("axis", 0))
                : graph.Ints($"{part}_from", place).Ints($"{part}_to", place + 1).Ints($"{part}_axis", 0)
                    .Node("Slice", $"moved {part}_from {part}_to {part}_axis", $"{part}_one")
                    .Node("Squeeze", $"{part}_one {part}_axis", part);
        return graph.Ints("whole", 0, 4, 6).Node("Mul", "q scale", "p")
            .Node("Transpose", "k", "t", ("perm", new long[] { 0, 1, 3, 2 })).Node("MatMul", "p t", "a")
            .Node("Softmax", "a", "b", ("axis", 3)).Node("MatMul", "b v", "c")
            .Node("Transpose", "c", "d", ("perm", new long[] { 0, 2, 1, 3 })).Node("Reshape", "d whole", "y");
    }
}
