using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Pools that slide, pools over whole maps, and means.</summary>
internal static class PoolingCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("AveragePool with padding counted at the end", Image(3, 8, 10)
            .Node("AveragePool", "x", "y", ("kernel_shape", Square3), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 0, 0, 1, 1 }), ("count_include_pad", 1)), "ZeroPad2d AvgPool2d"),
        ("average behind Pad", Image().Ints("pads", 0, 0, 1, 1, 0, 0, 1, 1).Node("Pad", "x pads", "p")
            .Node("AveragePool", "p", "y", ("kernel_shape", Square3)), "AvgPool2d"),
        // As padding, the last window would begin behind the map and be left out.
        ("average in ceil mode behind Pad", Image(3, 8, 8).Ints("pads", 0, 0, 1, 1, 0, 0, 1, 1)
            .Node("Pad", "x pads", "p").Node("AveragePool", "p", "y", ("kernel_shape", Square3),
            ("strides", new long[] { 3, 3 }), ("ceil_mode", 1)), "ZeroPad2d AvgPool2d"),
        ("average behind a Pad of more than half its kernel", Image().Ints("pads", 0, 0, 2, 2, 0, 0, 2, 2)
            .Node("Pad", "x pads", "p").Node("AveragePool", "p", "y", ("kernel_shape", Square3)),
            "ZeroPad2d AvgPool2d"),
        ("average with padding of its own behind Pad", Image().Ints("pads", 0, 0, 1, 1, 0, 0, 1, 1)
            .Node("Pad", "x pads", "p").Node("AveragePool", "p", "y", ("kernel_shape", Square3), ("pads", Ones)),
            "ZeroPad2d AvgPool2d"),
        ("MaxPool", Image().Node("MaxPool", "x", "y", ("kernel_shape", Square3), ("strides", new long[] { 2, 2 }),
            ("pads", Ones)), "MaxPool2d"),
        ("MaxPool padded by more than half its kernel", Image(3, 8, 9).Node("MaxPool", "x", "y",
            ("kernel_shape", Square3), ("pads", new long[] { 2, 2, 2, 2 })), "IndexSelect IndexSelect MaxPool2d"),
        ("MaxPool in ceil mode", Image(3, 8, 9).Node("MaxPool", "x", "y", ("kernel_shape", Square3), ("strides",
            new long[] { 2, 2 }), ("ceil_mode", 1)), "MaxPool2d"),
        ("MaxPool padded at the end", Image(3, 8, 10).Node("MaxPool", "x", "y", ("kernel_shape", Square3), ("strides",
            new long[] { 2, 2 }),
            ("pads", new long[] { 0, 0, 1, 1 })), "MaxPool2d"),
        ("MaxPool SAME_UPPER", Image(3, 8, 10).Node("MaxPool", "x", "y", ("kernel_shape", Square3), ("strides",
            new long[] { 2, 2 }), ("auto_pad", "SAME_UPPER")), "MaxPool2d"),
        ("MaxPool SAME_LOWER", Image(3, 8, 10).Node("MaxPool", "x", "y", ("kernel_shape", Square3), ("strides",
            new long[] { 2, 2 }), ("auto_pad", "SAME_LOWER")), "MaxPool2d"),
        ("MaxPool over a line", new GraphWriter().Input("x", 1, 3, 9).Output("y")
            .Node("MaxPool", "x", "y", ("kernel_shape", new long[] { 3 })), "MaxPool1d"),
        ("MaxPool over a volume", new GraphWriter().Input("x", 1, 2, 4, 5, 6).Output("y")
            .Node("MaxPool", "x", "y", ("kernel_shape", new long[] { 2, 3, 2 })), "MaxPool3d"),
        ("AveragePool", Image().Node("AveragePool", "x", "y", ("kernel_shape", Square3), ("pads", Ones)), "AvgPool2d"),
        ("AveragePool with padding counted", Image().Node("AveragePool", "x", "y", ("kernel_shape", Square3), ("pads",
            Ones), ("count_include_pad", 1)), "AvgPool2d"),
        ("AveragePool in ceil mode", Image(3, 8, 9).Node("AveragePool", "x", "y", ("kernel_shape", Square3),
            ("strides", new long[] { 2, 2 }), ("ceil_mode", 1)), "AvgPool2d"),
        ("AveragePool in ceil mode with padding counted", Image(3, 8, 9)
            .Node("AveragePool", "x", "y", ("kernel_shape", Square3), ("strides", new long[] { 2, 2 }),
            ("pads", Ones), ("ceil_mode", 1), ("count_include_pad", 1)), "AvgPool2d"),
        ("AveragePool padded at the end", Image(3, 8, 10).Node("AveragePool", "x", "y", ("kernel_shape", Square3),
            ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 0, 0, 1, 1 })), "AvgPool2d"),
        ("AveragePool SAME_UPPER and SAME_LOWER", Image(3, 8, 10)
            .Node("AveragePool", "x", "a", ("kernel_shape", new long[] { 2, 2 }), ("auto_pad", "SAME_UPPER"))
            .Node("AveragePool", "a", "y", ("kernel_shape", new long[] { 4, 4 }), ("auto_pad", "SAME_LOWER")),
            "ZeroPad2d AvgPool2d ConstantTensor Multiply ConstantTensor Multiply ZeroPad2d AvgPool2d "
            + "ConstantTensor Multiply ConstantTensor Multiply"),
        ("AveragePool with dilations and far padding", new GraphWriter(19).Input("x", 1, 2, 8, 9).Output("y")
            .Node("AveragePool", "x", "a", ("kernel_shape", Square3), ("dilations", new long[] { 2, 1 }),
                ("pads", new long[] { 2, 2, 2, 0 }))
            .Node("AveragePool", "a", "y", ("kernel_shape", Square3), ("dilations", new long[] { 1, 2 }),
                ("pads", new long[] { 0, 1, 0, 1 }), ("count_include_pad", 1)),
            "ZeroPad2d IndexSelect AvgPool2d ConstantTensor Multiply ConstantTensor Multiply "
            + "ZeroPad2d IndexSelect AvgPool2d"),
        ("AveragePool over a line with padding counted at the end", new GraphWriter().Input("x", 1, 3, 9).Output("y")
            .Node("AveragePool", "x", "y", ("kernel_shape", new long[] { 3 }), ("pads", new long[] { 0, 1 }),
                ("count_include_pad", 1)), "ConstantPad AvgPool1d"),
        ("windows over the whole map and beyond", Image(3, 6, 5)
            .Node("AveragePool", "x", "a", ("kernel_shape", new long[] { 7, 7 }),
            ("pads", new long[] { 0, 1, 1, 1 })).Node("MaxPool", "x", "b", ("kernel_shape", new long[] { 7, 7 }),
                ("pads", new long[] { 0, 1, 1, 1 }))
            .Node("Add", "a b", "y"), "GlobalAvgPool MaxPool2d Add"),
        ("LpPool", Image().Node("LpPool", "x", "a", ("kernel_shape", Square3), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 0, 1, 1, 1 })).Node("LpPool", "a", "y", ("kernel_shape", new long[] { 2, 2 }),
            ("pads", Ones), ("p", 1)),
            "ZeroPad2d Multiply AvgPool2d BatchNorm2d Sqrt Abs AvgPool2d BatchNorm2d"),
        ("LpPool over one axis", Sequence(3, 8).Node("LpPool", "x", "y", ("kernel_shape", new long[] { 3 }),
            ("auto_pad", "VALID")), "Multiply AvgPool1d Reshape BatchNorm2d Reshape Sqrt"),
        ("global pools", Image().Node("GlobalAveragePool", "x", "a").Node("GlobalMaxPool", "x", "b")
            .Node("GlobalLpPool", "x", "c").Node("GlobalLpPool", "x", "d", ("p", 1))
            .Node("Concat", "a b c d", "e", ("axis", 1)).Node("Flatten", "e", "y"),
            "GlobalAvgPool Reduce Reduce Reduce Concat Flatten"),
        .. from map in new object[][] { [8], [4, 3, 5] }
           select new OnnxCase($"global pools over {map.Length} axes",
               new GraphWriter().Input("x", [2, 3, .. map]).Output("y").Node("GlobalAveragePool", "x", "a")
                   .Node("GlobalMaxPool", "x", "b").Node("Add", "a b", "y"), "GlobalAvgPool Reduce Add"),
        ("dilated MaxPool", Image().Node("MaxPool", "x", "y", ("kernel_shape", new long[] { 3, 2 }),
            ("dilations", new long[] { 2, 3 }), ("pads", new long[] { 1, 0, 2, 1 }), ("strides", new long[] { 2, 1 }),
            ("ceil_mode", 1)), "IndexSelect IndexSelect MaxPool2d"),
        ("dilated MaxPool of a sequence", Sequence(3, 9).Node("MaxPool", "x", "y", ("kernel_shape", new long[] { 3 }),
            ("dilations", new long[] { 2 })), "IndexSelect MaxPool1d"),
    ];
}
