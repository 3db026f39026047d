using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>What repeats, joins and pads layers, and takes places of them in any order.</summary>
internal static class RepetitionCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("Tile of every axis", new GraphWriter().Input("x", 1, 2, 3, 4).Output("y").Ints("r", 1, 2, 3, 2)
            .Node("Tile", "x r", "y"), "Reshape Expand Reshape Reshape Expand Reshape"),
        ("Expand", new GraphWriter().Input("x", 1, 3, 1, 9).Output("y").Ints("s", 1, 1, 7, 1).Ints("t", 7, 9)
            .Node("Expand", "x s", "a").Node("Expand", "x t", "b").Node("Add", "a b", "c").Node("Expand", "c s", "y"),
            "Expand Expand Add"),
        ("Tile", Image().Ints("r", 1, 2, 1, 3).Node("Tile", "x r", "y"), "Reshape Expand Reshape"),
        ("Tile of an axis of 1", new GraphWriter().Input("x", "N", 3, 1, 9).Output("y").Ints("r", 1, 1, 4, 1)
            .Node("Tile", "x r", "y"), "Expand"),
        ("Gather of places in any order", Image().Ints("i", 2, 0, 0, -1).Node("Gather", "x i", "y", ("axis", 1)),
            "IndexSelect"),
        ("Gather of places at equal distances", Image().Ints("i", 6, 4, 2).Node("Gather", "x i", "y", ("axis", 2)),
            "Slice"),
        ("Gather of indices of two axes", Image().Ints("i", 2, 0, 0, 1).Ints("s", 2, 2).Node("Reshape", "i s", "j")
            .Node("Gather", "x j", "y", ("axis", -1)), "IndexSelect Reshape"),
        ("Gather of one place that stays an axis", Image().Ints("i", 1).Node("Gather", "x i", "y", ("axis", 1)),
            "Slice"),
        ("Concat along other axes and with constants", Image().Some("k", 1, 3, 7, 2).Some("l", 1, 3, 1, 11)
            .Node("Concat", "k x", "a", ("axis", -1)).Node("Concat", "a l a", "y", ("axis", 2)),
            "ConstantTensor Concat ConstantTensor Concat"),
        ("a class token", Sequence(3, 4).Some("token", 1, 1, 4).Ints("zero", 0).Ints("rest", -1, -1)
            .Node("Shape", "x", "s")
            .Node("Gather", "s zero", "n").Node("Concat", "n rest", "t", ("axis", 0)).Ints("ones", 1, 1, 1)
            .Ints("minus", -1, -1, -1).Node("Equal", "t minus", "e").Node("Where", "e ones t", "u")
            .Node("Expand", "token u", "c").Node("Concat", "c x", "y", ("axis", 1)), "ConstantTensor Concat"),
        ("Pad by a number", Image().Ints("p", 0, 1, 0, 2, 0, 0, 3, 0).Scalar("v", 1.5f).Node("Pad", "x p v", "y"),
            "ConstantPad ConstantPad ConstantPad"),
        ("Pad of a sequence and cuts", Sequence(5, 6).Ints("p", 0, -1, 2, 0, 1, -3).Node("Pad", "x p", "y"),
            "ConstantPad Slice ConstantPad Slice"),
        ("Pad of other axes by reflection and by copies", Sequence(5, 6).Ints("p", 0, 2, 0, 0, 4, 1)
            .Node("Pad", "x p", "a", ("mode", "reflect")).Node("Pad", "a p", "y", ("mode", "edge")),
            "IndexSelect IndexSelect IndexSelect IndexSelect"),
        ("Pad around", new GraphWriter(19).Input("x", "N", 3, 4, 5).Output("y").Ints("p", 0, 0, 2, 7, 0, 0, 1, 3)
            .Node("Pad", "x p", "y", ("mode", "wrap")), "IndexSelect IndexSelect"),
        ("Pad as the output", Image().Ints("p", 0, 0, 1, 0, 0, 0, 0, 2).Node("Pad", "x p", "y"), "ZeroPad2d"),
        ("masks and indices of constants", Sequence(4, 4).Index("from", 0).Index("to", 4).Index("by", 1)
            .Index("two", 2).Node("Range", "from to by", "r").Node("Mod", "r two", "m").Node("Pow", "m two", "q")
            .Node("Max", "q m", "n").Node("Greater", "n from", "odd").Node("Not", "odd", "even")
            .Ints("both", 1, 1).Ints("repeats", 2).Scalar("low", -9).Scalar("zero", 0)
            .Node("Where", "even zero low", "w").Node("Add", "x w", "a").Node("Gather", "a r", "y", ("axis", 1)),
            "Reshape BatchNorm2d Reshape"),
    ];
}
