using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Places of the largest and least elements, and elements in order; of many alike too.</summary>
internal static class SelectionCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        .. from kind in new[] { "ArgMax", "ArgMin" }
           from last in new[] { 0, 1 }
           select new OnnxCase($"{kind}, {last}", Untyped().Node("Floor", "x", "f")
               .Node(kind, "f", "y", ("axis", -1 - last), ("keepdims", last), ("select_last_index", last)),
               $"Floor {kind}"),
        .. from axis in new[] { 1, -1 }
           select new OnnxCase($"Hardmax {axis}", Image().Node("Floor", "x", "f")
               .Node("Hardmax", "f", "y", ("axis", axis)), "Floor ArgMax ConstantTensor Equal"),
        ("Hardmax over several axes of an old set", new GraphWriter(11).Input("x", 1, 3, 4, 5).Output("y")
            .Node("Hardmax", "x", "y", ("axis", 2)), "Reshape ArgMax ConstantTensor Equal Reshape"),
        ("ArgMax of all channels", Untyped().Node("ArgMax", "x", "y", ("axis", 1), ("keepdims", 0)), "ArgMax"),
        .. from largest in new[] { 0, 1 }
           from output in new[] { "y i", "v y" }
           select new OnnxCase($"TopK, {largest}, {output}", Untyped().Ints("k", 4).Node("Floor", "x", "f")
               .Node("", "TopK", "f k", output, [("axis", 2), ("largest", largest)]),
               output == "y i" ? "Floor TopK" : "Floor TopKIndices"),
        ("TopK of set 9", new GraphWriter(9).Input("x", 1, 3, 4, 5).Output("y")
            .Node("", "TopK", "x", "y i", [("k", 2), ("axis", 1)]), "TopK"),
        ("TopK in any order", Vector().Ints("k", 5).Node("", "TopK", "x k", "y i", [("sorted", 1)]), "TopK"),
    ];

    /// <summary>Places are integers.</summary>
    private static GraphWriter Untyped() => new GraphWriter().Input("x", "N", 3, 7, 9).UntypedOutput("y");
}
