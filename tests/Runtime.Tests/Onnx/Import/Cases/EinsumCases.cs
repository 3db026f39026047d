using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Sums of products over axes that have letters.</summary>
internal static class EinsumCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("Einsum of queries and keys", Heads("b h i d, b h j d -> b h i j"), "Permute MatMul"),
        ("Einsum of weights and values", new GraphWriter().Input("x", "N", 2, 4, 4).Output("y")
            .Node("Einsum", "x x", "y", ("equation", "bhij,bhjd->bhid")), "MatMul"),
        ("Einsum with a matrix", Sequence(4, 6).Some("w", 6, 5)
            .Node("Einsum", "x w", "y", ("equation", "bsd,de->bse")), "Linear"),
        ("Einsum with heads of a weight", Sequence(4, 6).Some("w", 6, 2, 3)
            .Node("Einsum", "x w", "y", ("equation", "bsd,dhe->bhse")), "Linear Reshape Permute"),
        ("Einsum under an ellipsis", Heads("...id,...jd->...ij"), "Permute MatMul"),
        ("Einsum without an output", Sequence(4, 6).Some("w", 6, 5).Node("Einsum", "x w", "y", ("equation", "bad,dc")),
            "Linear Reshape"),
        ("Einsum of positions", new GraphWriter().Input("x", 1, 5, 4, 3).Output("y").Some("r", 5, 2, 3)
            .Node("Einsum", "x r", "y", ("equation", "bhwc,hkc->bhwk")),
            "ConstantTensor MatMul Reshape Permute Reshape"),
        ("Einsum of one operand", Heads("bhid->bdh", "x"), "Reduce Permute"),
        ("Einsum of what only one has", Sequence(4, 6).Some("w", 6, 5, 3)
            .Node("Einsum", "x w", "y", ("equation", "bsd,dek->be")), "Reduce Linear"),
        ("Einsum of an outer product", Sequence(4, 6).Node("Einsum", "x x", "y", ("equation", "bsd,bte->bsdte")),
            "Reshape Reshape MatMul Reshape"),
    ];

    private static GraphWriter Heads(string equation, string inputs = "x x") => new GraphWriter()
        .Input("x", "N", 2, 5, 3).Output("y").Node("Einsum", inputs, "y", ("equation", equation));
}
