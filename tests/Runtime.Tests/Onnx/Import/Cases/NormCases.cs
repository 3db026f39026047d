using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Norms within an item, and the logarithm of softmax.</summary>
internal static class NormCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("InstanceNormalization", Image().Some("n.weight", 3).Some("n.bias", 3)
            .Node("InstanceNormalization", "x n.weight n.bias", "y", ("epsilon", 1e-3f)), "GroupNorm"),
        ("InstanceNormalization over one axis", Sequence(3, 8).Some("s", 3).Some("b", 3)
            .Node("InstanceNormalization", "x s b", "y"), "GroupNorm"),
        ("InstanceNormalization of large maps", Image(2, 30, 20).Some("s", 2).Some("b", 2)
            .Node("InstanceNormalization", "x s b", "y"), "GroupNorm"),
        ("GroupNormalization of set 18", new GraphWriter(18).Input("x", 1, 4, 3, 5).Output("y")
            .Some("s", 2).Some("b", 2)
            .Node("GroupNormalization", "x s b", "y", ("num_groups", 2), ("epsilon", 1e-2f)), "GroupNorm"),
        ("GroupNormalization of set 21", new GraphWriter(21).Input("x", 1, 4, 3, 5).Output("y")
            .Some("s", 4).Some("b", 4)
            .Node("GroupNormalization", "x s b", "y", ("num_groups", 2), ("stash_type", 1)), "GroupNorm"),
        ("LpNormalization", Image().Node("LpNormalization", "x", "a", ("axis", 1))
            .Node("LpNormalization", "a", "y", ("axis", -2), ("p", 1)), "Normalize Normalize"),
        ("LpNormalization of nothing", Image().Scalar("zero", 0).Node("Mul", "x zero", "a")
            .Node("LpNormalization", "a", "y"), "BatchNorm2d Normalize"),
        ("LogSoftmax", Image().Node("LogSoftmax", "x", "a").Node("LogSoftmax", "a", "y", ("axis", 1)),
            "LogSoftmax LogSoftmax"),
        ("LogSoftmax over several axes of an old set", new GraphWriter(9).Input("x", 1, 3, 4, 5).Output("y")
            .Node("LogSoftmax", "x", "y", ("axis", 2)), "Reshape LogSoftmax Reshape"),
    ];
}
