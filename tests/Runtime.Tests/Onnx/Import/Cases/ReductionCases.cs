using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Reductions: over all kinds of axes, named by attribute and by input, kept and not.</summary>
internal static class ReductionCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("ReduceMean", Image().Node("ReduceMean", "x", "y", ("axes", new long[] { -1, 2 }), ("keepdims", 0)),
            "GlobalAvgPool Flatten"),
        ("ReduceMean by input", new GraphWriter(18).Input("x", 1, 3, 7, 9).Output("y").Ints("axes", 2, 3)
            .Node("ReduceMean", "x axes", "y"), "GlobalAvgPool"),
        ("means over last axes", new GraphWriter().Input("x", 1, 2, 3, 4).Output("y")
            .Node("ReduceMean", "x", "m", ("axes", new long[] { 3 })).Node("Sub", "x m", "d").Node("Relu", "d", "r")
            .Node("ReduceMean", "r", "y", ("axes", new long[] { 3 }), ("keepdims", 0)),
            "Reduce Subtract ReLU Reduce"),
        ("mean over everything", Image().Node("Relu", "x", "r")
            .Node("ReduceMean", "r", "y", ("axes", new long[] { 1, 2, 3 })), "ReLU Reduce"),
        ("mean over channels", Image().Node("ReduceMean", "x", "y", ("axes", new long[] { 1 })), "Reduce"),
        .. from kind in new[]
           {
               "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare",
               "ReduceLogSumExp",
           }
           from axes in new long[][] { [1], [-1, 1], [2, 3] }
           from keeps in new[] { 0, 1 }
           select new OnnxCase($"{kind} over {string.Join(' ', axes)}, {keeps}", new GraphWriter(18)
               .Input("x", 1, 2, 4, 3).Output("y").Ints("axes", axes).Node(kind, "x axes", "y", ("keepdims", keeps)),
               "Reduce"),
        ("ReduceLogSum", new GraphWriter(18).Input("x", 1, 2, 4, 3).Output("y").Ints("axes", 3).Node("Exp", "x", "e")
            .Node("ReduceLogSum", "e axes", "y"), "Exp Reduce Log"),
        ("reductions of no axes", new GraphWriter(18).Input("x", 1, 2, 4, 3).Output("y").Ints("axes")
            .Node("ReduceSum", "x axes", "a", ("noop_with_empty_axes", 1))
            .Node("ReduceMax", "a", "b", ("noop_with_empty_axes", 1)).Node("Relu", "b", "y"), "ReLU"),
        ("one number an item", Vector().Node("ReduceMax", "x", "y", ("axes", new long[] { 1 }), ("keepdims", 0)),
            "Reduce"),
        ("an L2 norm written out", Image().Node("ReduceL2", "x", "n", ("axes", new long[] { 1 }))
            .Node("Div", "x n", "y"), "Reduce Divide"),
    ];
}
