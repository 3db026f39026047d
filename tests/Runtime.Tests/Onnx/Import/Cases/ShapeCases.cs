using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>What moves values or names them anew.</summary>
internal static class ShapeCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("what is nothing", Image().Node("Identity", "x", "a").Node("Dropout", "a", "b", ("seed", 3))
            .Node("Cast", "b", "c", ("to", 1))
            .Node("Transpose", "c", "d", ("perm", new long[] { 0, 1, 2, 3 })).Node("Relu", "d", "y"), "ReLU"),
        ("the shape of a view by PyTorch", Image().Scalar("unused", 1).Ints("zero", 0).Ints("minus", -1)
            .Node("Shape", "x", "s").Node("Gather", "s zero", "n")
            .Node("Concat", "n minus", "t", ("axis", 0)).Node("Reshape", "x t", "y"), "Flatten"),
        ("the shape of a view by Paddle", Image().Ints("all", -1).Ints("from", 0).Ints("to", 1)
            .Node("Shape", "x", "s").Node("Cast", "s", "i", ("to", 6))
            .Node("Slice", "i from to", "j").Node("Cast", "j", "k", ("to", 7))
                .Node("Concat", "k all", "t", ("axis", 0)).Node("Reshape", "x t", "y"), "Flatten"),
        ("Reshape with 0 and -1", Image().Ints("t", 0, -1).Node("Reshape", "x t", "y"), "Flatten"),
        ("Squeeze", Image().Ints("axes", 2, 3).Node("GlobalAveragePool", "x", "g")
            .Node("Squeeze", "g axes", "y"), "GlobalAvgPool Flatten"),
        ("channel shuffle", Image(6).Ints("split", 0, 2, 3, 7, 9).Ints("whole", 0, -1, 7, 9)
            .Node("Reshape", "x split", "a")
            .Node("Transpose", "a", "b", ("perm", new long[] { 0, 2, 1, 3, 4 }))
                .Node("Reshape", "b whole", "y"), "ChannelShuffle"),
        ("pixel shuffle", Image(8).Ints("split", 0, 2, 2, 2, 7, 9).Ints("whole", 0, 2, 14, 18)
            .Node("Reshape", "x split", "a")
            .Node("Transpose", "a", "b", ("perm", new long[] { 0, 1, 4, 2, 5, 3 }))
            .Node("Reshape", "b whole", "y"), "PixelShuffle"),
        ("pixel unshuffle", Image(2).Ints("split", 0, 2, 7, 1, 3, 3).Ints("whole", 0, 6, 7, 3)
            .Node("Reshape", "x split", "a")
            .Node("Transpose", "a", "b", ("perm", new long[] { 0, 1, 3, 5, 2, 4 }))
            .Node("Reshape", "b whole", "y"), "Reshape Permute Reshape"),
        ("Reshape", Image().Ints("t", 0, 3, -1).Node("Reshape", "x t", "y"), "Reshape"),
        ("Reshape behind Reshape", Image().Ints("t", 0, 3, -1).Ints("u", 0, 9, 7, 3)
            .Node("Reshape", "x t", "a").Node("Reshape", "a u", "y"), "Reshape"),
        ("Flatten behind Reshape", Image().Ints("t", 0, 3, -1)
            .Node("Reshape", "x t", "a").Node("Flatten", "a", "y"), "Flatten"),
        ("Transpose", Image().Node("Transpose", "x", "y", ("perm", new long[] { 0, 2, 3, 1 })), "Permute"),
        ("Transpose there and back", Image().Node("Transpose", "x", "a", ("perm", new long[] { 0, 2, 3, 1 }))
            .Node("Relu", "x", "z")
            .Node("Transpose", "a", "b", ("perm", new long[] { 0, 3, 1, 2 })).Node("Add", "b z", "y"), "ReLU Add"),
        ("Transpose behind Transpose", Image().Node("Transpose", "x", "a", ("perm", new long[] { 0, 2, 3, 1 }))
            .Node("Transpose", "a", "y", ("perm", new long[] { 0, 2, 3, 1 })), "Permute"),
        ("Unsqueeze", Image().Ints("axes", 2, -1).Node("Unsqueeze", "x axes", "y"), "Reshape"),
        ("Unsqueeze of a set", new GraphWriter(11).Input("x", 1, 3, 7, 9).Output("y")
            .Node("Unsqueeze", "x", "y", ("axes", new long[] { 1 })), "Reshape"),
        ("DepthToSpace", Image(12).Node("DepthToSpace", "x", "y", ("blocksize", 2)), "Reshape Permute Reshape"),
        ("DepthToSpace by channels", Image(12).Node("DepthToSpace", "x", "y", ("blocksize", 2), ("mode", "CRD")),
            "PixelShuffle"),
        ("SpaceToDepth", new GraphWriter().Input("x", 1, 3, 4, 6).Output("y")
            .Node("SpaceToDepth", "x", "y", ("blocksize", 2)), "Reshape Permute Reshape"),
        ("channels split and joined", Image(6).Ints("split", 0, 2, 3, 7, 9).Ints("whole", 0, -1, 7, 9)
            .Node("Reshape", "x split", "a")
            .Node("Reshape", "a whole", "b").Node("Relu", "b", "y"), "ReLU"),
        ("a batch of 4", new GraphWriter().Input("x", 4, 3, 5, 5).Output("y").Ints("t", 4, 75)
            .Node("Reshape", "x t", "y"), "Flatten"),
    ];
}
