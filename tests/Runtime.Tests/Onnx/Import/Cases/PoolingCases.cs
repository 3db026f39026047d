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
        ("MaxPool", Image().Node("MaxPool", "x", "y", ("kernel_shape", Square3), ("strides", new long[] { 2, 2 }),
            ("pads", Ones)), "MaxPool2d"),
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
        ("windows over the whole map and beyond", Image(3, 6, 5)
            .Node("AveragePool", "x", "a", ("kernel_shape", new long[] { 7, 7 }),
            ("pads", new long[] { 0, 1, 1, 1 })).Node("MaxPool", "x", "b", ("kernel_shape", new long[] { 7, 7 }),
                ("pads", new long[] { 0, 1, 1, 1 }))
            .Node("Add", "a b", "y"), "GlobalAvgPool MaxPool2d Add"),
        ("global pools", Image().Node("GlobalAveragePool", "x", "a").Node("GlobalMaxPool", "x", "b")
            .Node("Concat", "a b", "c", ("axis", 1))
            .Node("Flatten", "c", "y"), "GlobalAvgPool MaxPool2d Concat Flatten"),
        ("ReduceMean", Image().Node("ReduceMean", "x", "y", ("axes", new long[] { -1, 2 }), ("keepdims", 0)),
            "GlobalAvgPool Flatten"),
        ("ReduceMean by input", new GraphWriter(18).Input("x", 1, 3, 7, 9).Output("y").Ints("axes", 2, 3)
            .Node("ReduceMean", "x axes", "y"), "GlobalAvgPool"),
        ("dilated MaxPool", Image().Node("MaxPool", "x", "y", ("kernel_shape", new long[] { 3, 2 }),
            ("dilations", new long[] { 2, 3 }), ("pads", new long[] { 1, 0, 2, 1 }), ("strides", new long[] { 2, 1 }),
            ("ceil_mode", 1)), "IndexSelect IndexSelect MaxPool2d"),
        ("dilated MaxPool of a sequence", Sequence(3, 9).Node("MaxPool", "x", "y", ("kernel_shape", new long[] { 3 }),
            ("dilations", new long[] { 2 })), "IndexSelect MaxPool1d"),
        ("means over last axes", new GraphWriter().Input("x", 1, 2, 3, 4).Output("y")
            .Node("ReduceMean", "x", "m", ("axes", new long[] { 3 })).Node("Sub", "x m", "d").Node("Relu", "d", "r")
            .Node("ReduceMean", "r", "y", ("axes", new long[] { 3 }), ("keepdims", 0)),
            "Reshape GlobalAvgPool Reshape Subtract ReLU Reshape GlobalAvgPool Reshape"),
        ("mean over everything", Image().Node("Relu", "x", "r")
            .Node("ReduceMean", "r", "y", ("axes", new long[] { 1, 2, 3 })),
            "ReLU Reshape GlobalAvgPool Reshape"),
    ];
}
