using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Parts of axes.</summary>
internal static class SliceCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("Slice", Image(6).Ints("s", 1, -8, 0).Ints("e", 4, long.MaxValue, long.MaxValue).Ints("a", 1, -1, 0)
            .Ints("t", 1, 2, 1).Node("Slice", "x s e a t", "y"), "Slice Slice"),
        ("Slice backwards", Image(6).Ints("s", -1, 100).Ints("e", long.MinValue, 1).Ints("a", 2, 3).Ints("t", -1, -3)
            .Node("Slice", "x s e a t", "y"), "Slice Slice"),
        ("Slice of an old set", new GraphWriter(9).Input("x", 1, 6, 7, 9).Output("y")
            .Node("Slice", "x", "a", ("starts", new long[] { 0, 2 }), ("ends", new long[] { 1, -1 }))
            .Node("Slice", "a", "b", ("starts", new long[] { 0 }), ("ends", new long[] { 99 }),
                ("axes", new long[] { 2 })).Node("Relu", "b", "y"), "Slice ReLU"),
        ("Slice of vectors", Vector().Ints("s", 1).Ints("e", 3).Ints("a", 1).Node("Slice", "x s e a", "y"), "Slice"),
        ("Split", Image(6).Node("", "Split", "x", "a b c", [("axis", 1)]).Node("Add", "c a", "d")
            .Node("Mul", "d b", "y"), "Slice Slice Add Slice Multiply"),
        ("Split by lengths", Image(6).Ints("n", 2, 5).Node("", "Split", "x n", "a b", [("axis", -2)])
            .Node("Relu", "b", "y"), "Slice ReLU"),
        ("Split in unequal parts", new GraphWriter(18).Input("x", 1, 3, 7, 9).Output("y")
            .Node("", "Split", "x", "a b c", [("axis", 2), ("num_outputs", 3)])
            .Node("GlobalAveragePool", "c", "g").Node("Mul", "b g", "y"), "Slice Slice GlobalAvgPool Multiply"),
        ("Split of an old set", new GraphWriter(9).Input("x", 1, 6, 7, 9).Output("y")
            .Node("", "Split", "x", "a b", [("axis", 1), ("split", new long[] { 2, 4 })])
            .Node("Relu", "b", "y"), "Slice ReLU"),
    ];
}
