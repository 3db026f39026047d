using static SoftPool.Runtime.Tests.Onnx.Import.Cases.Graphs;

namespace SoftPool.Runtime.Tests.Onnx.Import.Cases;

/// <summary>Convolutions, transposed ones, and pads.</summary>
internal static class ConvolutionCases
{
    public static IEnumerable<OnnxCase> All { get; } =
    [
        ("conv", Image().Some("c.weight", 4, 3, 3, 3).Some("c.bias", 4)
            .Node("Conv", "x c.weight c.bias", "y", ("kernel_shape", Square3), ("pads", Ones)), "Conv2d"),
        ("conv of all attributes", Image(6).Some("w", 4, 3, 3, 2).Node("Conv", "x w", "y",
            ("group", 2), ("strides", new long[] { 2, 1 }), ("dilations", new long[] { 1, 2 }), ("pads",
                new long[] { 2, 1, 2, 1 })), "Conv2d"),
        ("conv SAME_UPPER", Image().Some("w", 4, 3, 3, 3).Node("Conv", "x w", "y", ("auto_pad", "SAME_UPPER")),
            "Conv2d"),
        ("conv SAME_LOWER of stride 2", Image().Some("w", 4, 3, 3, 3)
            .Node("Conv", "x w", "y", ("auto_pad", "SAME_LOWER"), ("strides", new long[] { 2, 2 })), "Conv2d"),
        ("conv VALID", Image().Some("w", 4, 3, 3, 3).Node("Conv", "x w", "y", ("auto_pad", "VALID")), "Conv2d"),
        ("conv behind Pad", Image().Some("w", 4, 3, 3, 3).Ints("pads", 0, 0, 1, 0, 0, 0, 1, 0)
            .Node("Pad", "x pads", "p")
            .Node("Conv", "p w", "y", ("pads", new long[] { 0, 1, 0, 1 })), "Conv2d"),
        ("conv behind Pad by axes", new GraphWriter(18).Input("x", 1, 3, 7, 9).Output("y").Some("w", 4, 3, 3, 3)
            .Ints("pads", 1, 2, 1, 2).Ints("axes", 2, -1)
            .Node("Pad", "x pads - axes", "p").Node("Conv", "p w", "y"), "Conv2d"),
        ("conv padded at the end", Image(3, 8, 10).Some("w", 4, 3, 3, 3)
            .Node("Conv", "x w", "y", ("strides", new long[] { 2, 2 }), ("pads", new long[] { 0, 0, 1, 1 })),
            "ZeroPad2d Conv2d"),
        ("conv padded at the beginning", Image(3, 8, 10).Some("w", 4, 3, 3, 3)
            .Node("Conv", "x w", "y", ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 0, 0 })),
            "Conv2d"),
        ("conv SAME_UPPER of stride 2", Image(3, 8, 9).Some("w", 4, 3, 3, 3)
            .Node("Conv", "x w", "y", ("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2, 2 })),
            "ZeroPad2d Conv2d"),
        ("asymmetric Pad and pads that make up for it", Image().Some("w", 4, 3, 3, 3)
            .Ints("pads", 0, 0, 1, 0, 0, 0, 0, 1).Node("Pad", "x pads", "p")
            .Node("Conv", "p w", "y", ("pads", new long[] { 0, 1, 1, 0 })), "Conv2d"),
        ("Pad by reflection and by copies", Image().Ints("p", 0, 0, 1, 0, 0, 0, 2, 3).Scalar("v", 7)
            .Node("Pad", "x p v", "a", ("mode", "reflect")).Node("Pad", "a p", "y", ("mode", "edge")),
            "ReflectionPad2d ReplicationPad2d"),
        ("Pad before others", Image().Ints("pads", 0, 0, 1, 0, 0, 0, 2, 3).Node("Pad", "x pads", "p")
            .Node("MaxPool", "p", "m", ("kernel_shape", Square3))
            .Node("Relu", "p", "q").Node("GlobalAveragePool", "q", "r")
                .Node("Mul", "m r", "y"), "ZeroPad2d MaxPool2d ZeroPad2d ReLU GlobalAvgPool Multiply"),
        ("conv of a sequence", Row(6).Some("c.weight", 4, 3, 3).Some("c.bias", 4).Node("Conv", "x c.weight c.bias", "y",
            ("group", 2), ("strides", new long[] { 2 }), ("dilations", new long[] { 2 }),
            ("pads", new long[] { 1, 3 })),
            "Reshape ZeroPad2d Conv2d Reshape"),
        ("conv of a sequence, SAME_UPPER", Row().Some("w", 4, 3, 4)
            .Node("Conv", "x w", "y", ("auto_pad", "SAME_UPPER")),
            "Reshape ZeroPad2d Conv2d Reshape"),
        ("conv of 3 axes", Volume(6).Some("c.weight", 4, 3, 2, 3, 3).Some("c.bias", 4)
            .Node("Conv", "x c.weight c.bias", "y",
                ("group", 2), ("strides", new long[] { 1, 2, 1 }), ("dilations", new long[] { 2, 1, 2 }),
                ("pads", new long[] { 1, 0, 2, 1, 0, 2 })), "Conv3d"),
        ("conv of 3 axes, padded at one end", Volume().Some("w", 4, 3, 2, 3, 3)
            .Node("Conv", "x w", "y", ("pads", new long[] { 0, 1, 2, 1, 1, 0 })),
            "ConstantPad ConstantPad ConstantPad Conv3d"),
        ("ConvTranspose of a sequence", Row().Some("w", 3, 2, 4).Some("b", 2).Node("ConvTranspose", "x w b", "y",
            ("strides", new long[] { 3 }), ("pads", new long[] { 1, 1 }), ("output_padding", new long[] { 1 })),
            "Reshape ConvTranspose2d Reshape"),
        ("ConvTranspose of a sequence to an extent", Row().Some("w", 3, 2, 4).Node("ConvTranspose", "x w", "y",
            ("strides", new long[] { 2 }), ("output_shape", new long[] { 14 })), "Reshape ConvTranspose2d Reshape"),
        ("ConvTranspose", Image().Some("c.weight", 3, 4, 3, 3).Some("c.bias", 4)
            .Node("ConvTranspose", "x c.weight c.bias", "y", ("strides", new long[] { 2, 2 }), ("pads", Ones)),
            "ConvTranspose2d"),
        ("ConvTranspose of all attributes", Image(6).Some("w", 6, 2, 3, 2).Node("ConvTranspose", "x w", "y",
            ("group", 3), ("strides", new long[] { 2, 3 }), ("dilations", new long[] { 1, 2 }),
            ("pads", new long[] { 1, 2, 1, 1 }), ("output_padding", new long[] { 1, 1 }),
            ("kernel_shape", new long[] { 3, 2 })), "ConvTranspose2d"),
        .. from pad in new[] { "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET" }
           from stride in new long[] { 1, 2, 3 }
           select new OnnxCase($"ConvTranspose {pad} of stride {stride}", Image().Some("w", 3, 2, 4, 3)
               .Node("ConvTranspose", "x w", "y", ("auto_pad", pad), ("strides", new long[] { stride, stride })),
               (pad, stride) is ("SAME_UPPER", _) or ("SAME_LOWER", 1) ? "ConvTranspose2d Slice" : "ConvTranspose2d"),
        .. from extent in new long[] { 13, 14, 15, 16 }
           from pad in new[] { "SAME_UPPER", "SAME_LOWER", "NOTSET" }
           select new OnnxCase($"ConvTranspose to {extent}, {pad}", Image().Some("w", 3, 2, 4, 3)
               .Node("ConvTranspose", "x w", "y", ("auto_pad", pad), ("strides", new long[] { 2, 2 }),
                   ("output_shape", new long[] { extent, extent + 3 })),
               pad == "SAME_UPPER" && extent % 2 != 0 ? "ConvTranspose2d Slice Slice" : "ConvTranspose2d"),
        ("ConvTranspose cut at the end", Image().Some("w", 3, 2, 4, 3).Node("ConvTranspose", "x w", "y",
            ("strides", new long[] { 2, 2 }), ("pads", new long[] { 0, 1, 2, 3 }),
            ("output_padding", new long[] { 1, 1 })), "ConvTranspose2d Slice Slice"),
    ];

    private static GraphWriter Row(int channels = 3) => new GraphWriter().Input("x", "N", channels, 7).Output("y");

    private static GraphWriter Volume(int channels = 3) =>
        new GraphWriter().Input("x", "N", channels, 4, 5, 6).Output("y");
}
