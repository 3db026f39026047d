namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>Small models that are imported: which operators each becomes, which the runtime's tests look at; and the
/// values, which the trainer's tests hold to ONNX Runtime.</summary>
internal static class OnnxCases
{
    private static readonly long[] Square3 = [3, 3], Ones = [1, 1, 1, 1];

    public static IEnumerable<(string Name, GraphWriter Graph, string Operators)> All { get; } =
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
        ("AveragePool with padding counted at the end", Image(3, 8, 10)
            .Node("AveragePool", "x", "y", ("kernel_shape", Square3), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 0, 0, 1, 1 }), ("count_include_pad", 1)), "ZeroPad2d AvgPool2d"),
        ("average behind Pad", Image().Ints("pads", 0, 0, 1, 1, 0, 0, 1, 1).Node("Pad", "x pads", "p")
            .Node("AveragePool", "p", "y", ("kernel_shape", Square3)), "AvgPool2d"),
        ("batch norm", Image().Some("s", 3).Some("b", 3).Some("m", 3).Floats("v", [3], 0.5f, 1, 2)
            .Node("BatchNormalization", "x s b m v", "y", ("epsilon", 1e-3f), ("momentum", 0.5f)), "BatchNorm2d"),
        ("batch norm, Mul and Add", Image().Some("s", 3).Some("b", 3).Some("m", 3).Floats("v", [3], 0.5f, 1, 2)
            .Some("f", 3, 1, 1).Some("a", 1, 3, 1, 1)
            .Node("BatchNormalization", "x s b m v", "n").Node("Mul", "f n", "q")
                .Node("Add", "q a", "y"), "BatchNorm2d"),
        ("unsqueezed constants", new GraphWriter(9).Input("x", 1, 3, 7, 9).Output("y").Some("f", 3)
            .Node("Unsqueeze", "f", "g", ("axes", new long[] { 1, 2 }))
            .Node("Mul", "x g", "y"), "BatchNorm2d"),
        ("Sub and Div", Image().Some("a", 3, 1, 1).Floats("d", [3, 1, 1], 2, -3, 0.7f).Node("Sub", "x a", "s")
            .Node("Div", "s d", "y"), "BatchNorm2d"),
        ("constant minus layer", Image().Scalar("c", 2).Node("Sub", "c x", "y"), "BatchNorm2d"),
        ("Neg", Image().Node("Neg", "x", "y"), "BatchNorm2d"),
        ("activations", Image().Node("Relu", "x", "a").Node("LeakyRelu", "a", "b", ("alpha", 0.3f))
            .Node("Elu", "b", "c", ("alpha", 0.7f))
            .Node("Tanh", "c", "d").Node("Sigmoid", "d", "e")
                .Node("HardSwish", "e", "y"), "ReLU LeakyReLU ELU Tanh Sigmoid Hardswish"),
        ("default slopes", Image().Node("LeakyRelu", "x", "b").Node("Elu", "b", "y"), "LeakyReLU ELU"),
        ("HardSigmoid as in PyTorch", Image().Node("HardSigmoid", "x", "y", ("alpha", 1f / 6), ("beta", 0.5f)),
            "Hardsigmoid"),
        ("HardSigmoid by default", Image().Node("HardSigmoid", "x", "y"), "BatchNorm2d Hardsigmoid"),
        ("SiLU", Image().Node("Sigmoid", "x", "s").Node("Mul", "s x", "y"), "SiLU"),
        ("Hardswish by HardSigmoid", Image().Node("HardSigmoid", "x", "s", ("alpha", 1f / 6))
            .Node("Mul", "x s", "y"), "Hardswish"),
        ("Hardswish written out", Image().Scalar("three", 3).Scalar("low", 0).Scalar("six", 6)
            .Node("Add", "x three", "a").Node("Clip", "a low six", "c")
            .Node("Mul", "x c", "m").Node("Div", "m six", "y"), "Hardswish"),
        ("Hardswish written out otherwise", Image().Scalar("three", 3).Scalar("low", 0).Scalar("six", 6)
            .Node("Add", "x three", "a").Node("Clip", "a low six", "c")
            .Node("Div", "c six", "d").Node("Mul", "x d", "y"), "Hardswish"),
        ("GELU", new GraphWriter(20).Input("x", 1, 3, 7, 9).Output("y").Node("Gelu", "x", "a")
            .Node("Gelu", "a", "y", ("approximate", "tanh")), "GELU GELU"),
        ("GELU written out", Image().Scalar("root", MathF.Sqrt(2)).Scalar("one", 1).Scalar("half", 0.5f)
            .Node("Div", "x root", "a").Node("Erf", "a", "b").Node("Add", "b one", "c")
            .Node("Mul", "x c", "d").Node("Mul", "d half", "y"), "GELU"),
        ("GELU written out otherwise", Image().Scalar("root", MathF.Sqrt(0.5f)).Scalar("one", 1).Scalar("half", 0.5f)
            .Node("Mul", "x root", "a").Node("Erf", "a", "b").Node("Add", "one b", "c")
            .Node("Mul", "x half", "d").Node("Mul", "c d", "e")
            .Node("Mul", "e root", "f").Node("Erf", "f", "g").Node("Add", "g one", "h").Node("Mul", "h half", "i")
            .Node("Mul", "e i", "y"), "GELU GELU"),
        ("not quite a GELU", Image().Scalar("root", 2).Scalar("one", 1).Scalar("half", 0.5f)
            .Node("Div", "x root", "a").Node("Erf", "a", "b").Node("Add", "b one", "c")
            .Node("Mul", "x c", "d").Node("Mul", "d half", "y"), "BatchNorm2d Erf BatchNorm2d Multiply BatchNorm2d"),
        ("not quite a Hardswish", Image().Scalar("two", 2).Scalar("low", 0).Scalar("six", 6).Node("Add", "x two", "a")
            .Node("Clip", "a low six", "c")
            .Node("Mul", "x c", "m").Node("Div", "m six", "y"), "BatchNorm2d ReLU6 Multiply BatchNorm2d"),
        ("Clip by attributes", new GraphWriter(9).Input("x", 1, 3, 7, 9).Output("y")
            .Node("Clip", "x", "a", ("min", 0f), ("max", 6f))
            .Node("Clip", "a", "b", ("min", 0f)).Node("Clip", "b", "y"), "ReLU6 ReLU"),
        ("Clip of other bounds", Image().Scalar("low", -0.5f).Scalar("high", 1.25f).Node("Clip", "x low high", "a")
            .Node("Clip", "a - high", "b").Node("Clip", "b low", "y"), "Hardtanh Hardtanh Hardtanh"),
        ("further activations", new GraphWriter(18).Input("x", 1, 3, 7, 9).Output("y").Node("Softplus", "x", "a")
            .Node("Softsign", "x", "b").Node("Mish", "x", "c").Node("Selu", "x", "d")
            .Node("Celu", "x", "e", ("alpha", 0.7f)).Node("Celu", "x", "f")
            .Node("Concat", "a b c d e f", "y", ("axis", 1)), "Softplus Softsign Mish SELU CELU CELU Concat"),
        ("PRelu", Image().Some("a.weight", 3, 1, 1).Some("b", 1, 3, 1, 1).Scalar("c", 0.3f)
            .Node("PRelu", "x a.weight", "a")
            .Node("PRelu", "a b", "b1").Node("PRelu", "b1 c", "y"), "PReLU PReLU PReLU"),
        ("PRelu of vectors", Vector().Some("s", 5).Node("PRelu", "x s", "y"), "PReLU"),
        ("elementary functions", Image().Node("Abs", "x", "a").Node("Floor", "x", "b").Node("Ceil", "x", "c")
            .Node("Round", "x", "d").Node("Exp", "x", "e").Node("Log", "a", "f").Node("Sqrt", "a", "g")
            .Node("Reciprocal", "e", "h").Node("Concat", "a b c d e f g h", "y", ("axis", 1)),
            "Abs Floor Ceil Round Exp Log Sqrt Reciprocal Concat"),
        ("Pow", Image().Scalar("p-1", -1).Scalar("p-.5", -0.5f).Scalar("p.5", 0.5f).Ints("p1", 1).Floats("p2", [1], 2)
            .Scalar("p3", 3).Node("Pow", "x p1", "z").Node("Pow", "z p2", "a").Node("Pow", "x p3", "b")
            .Node("Exp", "x", "e").Node("Pow", "e p-1", "c").Node("Pow", "e p-.5", "d")
            .Node("Pow", "a p.5", "f")
            .Node("Concat", "a b c d f", "y", ("axis", 1)),
            "Multiply Multiply Multiply Exp Reciprocal Sqrt Reciprocal Sqrt Concat"),
        ("Selu of other attributes", Image().Node("Selu", "x", "y", ("alpha", 2f), ("gamma", 0.5f)), "ELU BatchNorm2d"),
        ("Mish written out", Image().Node("Softplus", "x", "a").Node("Tanh", "a", "b").Node("Mul", "x b", "y"), "Mish"),
        ("not quite a Mish", Image().Node("Softplus", "x", "a").Node("Tanh", "a", "b").Node("Mul", "a b", "y"),
            "Softplus Tanh Multiply"),
        ("Clip without max", Image().Scalar("low", 0).Node("Clip", "x low", "y"), "ReLU"),
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
        ("Gemm", Vector().Some("f.weight", 4, 5).Some("f.bias", 4)
            .Node("Gemm", "x f.weight f.bias", "y", ("transB", 1)), "Linear"),
        ("Gemm of all attributes", Vector().Some("w", 5, 4).Scalar("c", 3)
            .Node("Gemm", "x w c", "y", ("alpha", 0.5f), ("beta", 2f)), "Linear"),
        ("MatMul and Add", Vector().Some("w", 5, 4).Some("c", 4).Node("MatMul", "x w", "m")
            .Node("Add", "m c", "y"), "Linear"),
        ("Gemm of a transposed constant", Vector().Some("w", 4, 5)
            .Node("Transpose", "w", "t", ("perm", new long[] { 1, 0 })).Node("Gemm", "x t", "y"), "Linear"),
        ("Gemm times constants", Vector().Some("w", 5, 4).Some("f", 4).Scalar("half", 0.5f).Node("Gemm", "x w", "m")
            .Node("Mul", "m f", "n").Node("Sub", "n half", "y"), "Linear"),
        ("MatMul of sequences and Add", Sequence(5, 6).Some("w", 6, 4).Some("c", 4).Scalar("half", 0.5f)
            .Node("MatMul", "x w", "m").Node("Add", "m c", "n").Node("Mul", "n half", "y"), "Linear"),
        ("MatMul of two layers", Sequence(5, 5).Node("Relu", "x", "a").Node("MatMul", "a x", "y"), "ReLU MatMul"),
        ("attention", new GraphWriter().Input("x", 1, 2, 5, 5).Output("y").Scalar("s", 0.5f).Node("Mul", "x s", "q")
            .Node("MatMul", "q x", "a").Node("Softmax", "a", "b").Node("MatMul", "b x", "y"),
            "BatchNorm2d MatMul Softmax MatMul"),
        .. from takes in new[] { "Gather", "Slice and Squeeze" }
           select ($"attention by {takes}", Attention(takes == "Gather"),
               "Linear Reshape Permute Slice Reshape BatchNorm2d Slice Reshape Permute MatMul Softmax Slice Reshape MatMul "
               + "Permute Reshape"),
        ("the batch moved and back", Image().Node("Transpose", "x", "t", ("perm", new long[] { 1, 2, 0, 3 }))
            .Node("Transpose", "t", "b", ("perm", new long[] { 2, 0, 1, 3 })).Node("Relu", "b", "y"), "ReLU"),
        ("MatMul with one matrix for all", new GraphWriter().Input("x", 1, 3, 5, 5).Output("y").Ints("s", 1)
            .Ints("e", 2).Ints("a", 1).Node("Slice", "x s e a", "b").Node("MatMul", "b x", "c")
            .Node("MatMul", "c b", "y"),
            "Slice MatMul MatMul"),
        ("constants on sequences", Sequence(3, 4).Some("f", 4).Some("p", 1, 3, 4).Some("l", 3, 1).Scalar("half", 0.5f)
            .Node("Mul", "x f", "a").Node("Relu", "a", "b").Node("Add", "b p", "c").Node("Relu", "c", "d")
            .Node("Mul", "l d", "e").Node("Relu", "e", "g").Node("Sub", "half g", "y"),
            "Reshape BatchNorm2d Reshape ReLU Reshape BatchNorm2d Reshape ReLU Reshape BatchNorm2d Reshape ReLU "
            + "Reshape BatchNorm2d Reshape"),
        ("constants of each place", Image().Some("p", 1, 1, 7, 9).Some("w", 9).Node("Add", "x p", "a")
            .Node("Relu", "a", "b").Node("Mul", "b w", "y"),
            "Reshape BatchNorm2d Reshape ReLU Reshape BatchNorm2d Reshape"),
        ("what numbers do not change", Image().Scalar("one", 1).Scalar("zero", 0).Node("Mul", "x one", "a")
            .Node("Sigmoid", "a", "b").Node("Mul", "x b", "c").Node("Add", "c zero", "y"), "SiLU"),
        ("LayerNormalization", Sequence(3, 4).Some("n.weight", 4).Some("n.bias", 4).Some("v", 3, 4)
            .Node("LayerNormalization", "x n.weight n.bias", "a", ("epsilon", 1e-3f))
            .Node("LayerNormalization", "a v", "y", ("axis", 1), ("stash_type", 1)), "LayerNorm LayerNorm"),
        .. from square in new[] { "Pow", "Mul" }
           select ($"LayerNorm written out by {square}", Sequence(3, 6).Scalar("two", 2).Scalar("eps", 1e-4f)
               .Some("w", 6).Some("b", 6).Node("ReduceMean", "x", "m", ("axes", new long[] { -1 }))
               .Node("Sub", "x m", "d")
               .Node(square, square == "Pow" ? "d two" : "d d", "q")
               .Node("ReduceMean", "q", "v", ("axes", new long[] { 2 }))
               .Node("Add", "v eps", "e").Node("Sqrt", "e", "s").Node("Div", "d s", "n").Node("Mul", "n w", "o")
               .Node("Add", "o b", "y"), "LayerNorm"),
        ("LayerNorm written out over two axes", new GraphWriter().Input("x", 1, 2, 3, 4, 5).Output("y")
            .Scalar("eps", 1e-4f).Scalar("half", 0.5f)
            .Node("ReduceMean", "x", "m", ("axes", new long[] { 4, 3 })).Node("Sub", "x m", "d").Node("Mul", "d d", "q")
            .Node("ReduceMean", "q", "v", ("axes", new long[] { -1, -2 })).Node("Add", "eps v", "e")
            .Node("Pow", "e half", "s").Node("Div", "d s", "y"), "LayerNorm"),
        ("a LayerNorm without eps", Sequence(3, 6).Node("ReduceMean", "x", "m", ("axes", new long[] { -1 }))
            .Node("Sub", "x m", "d").Node("Mul", "d d", "q").Node("ReduceMean", "q", "v", ("axes", new long[] { -1 }))
            .Node("Sqrt", "v", "s").Node("Div", "d s", "y"),
            "GlobalAvgPool Subtract Multiply GlobalAvgPool Sqrt Reciprocal Multiply"),
        ("a quotient of layers", Image().Node("Exp", "x", "s").Node("Div", "x s", "y"), "Exp Reciprocal Multiply"),
        ("a quotient of a constant by a layer", Image().Scalar("c", 1).Node("Exp", "x", "s").Node("Div", "c s", "y"),
            "Exp Reciprocal"),
        ("not quite a LayerNorm", Sequence(3, 4).Node("ReduceMean", "x", "m", ("axes", new long[] { 2 }))
            .Node("Relu", "x", "r").Node("Sub", "r m", "d").Node("Mul", "d d", "y"),
            "ReLU GlobalAvgPool Subtract Multiply"),
        ("means over last axes", new GraphWriter().Input("x", 1, 2, 3, 4).Output("y")
            .Node("ReduceMean", "x", "m", ("axes", new long[] { 3 })).Node("Sub", "x m", "d").Node("Relu", "d", "r")
            .Node("ReduceMean", "r", "y", ("axes", new long[] { 3 }), ("keepdims", 0)),
            "Reshape Reshape GlobalAvgPool Reshape Reshape Subtract Reshape ReLU Reshape GlobalAvgPool Reshape"),
        ("mean over everything", Image().Node("Relu", "x", "r")
            .Node("ReduceMean", "r", "y", ("axes", new long[] { 1, 2, 3 })),
            "ReLU Reshape GlobalAvgPool Reshape"),
        ("Pow", Image().Scalar("one", 1).Scalar("two", 2).Node("Pow", "x one", "a").Node("Pow", "a two", "y"),
            "Multiply"),
        ("Softmax over the last axis", Image().Node("Softmax", "x", "y"), "Softmax"),
        ("Softmax over several axes of an old set", new GraphWriter(9).Input("x", 1, 3, 4, 5).Output("y")
            .Node("Softmax", "x", "a", ("axis", 2)).Node("Softmax", "a", "y"),
            "Reshape Softmax Reshape Reshape Softmax Reshape"),
        ("Softmax", Vector().Node("Softmax", "x", "y"), "Softmax"),
        ("Softmax over channels", Image().Node("Softmax", "x", "y", ("axis", 1)), "Softmax"),
        ("Softmax of an old set", new GraphWriter(9).Input("x", 1, 6, 1, 1).Output("y")
            .Node("Softmax", "x", "y"), "Softmax"),
        ("residual and gate", Image().Node("Relu", "x", "a").Node("Add", "a x", "b")
            .Node("GlobalAveragePool", "b", "g").Node("Mul", "g b", "y"),
            "ReLU Add GlobalAvgPool Multiply"),
        ("layers of one value a place", Image().Ints("s", 1).Ints("e", 2).Ints("a", 1).Node("Slice", "x s e a", "b")
            .Node("Sub", "x b", "c").Node("Mul", "b c", "d").Node("Sub", "b d", "y"),
            "Slice Subtract Multiply BatchNorm2d Add"),
        ("Sum of three", Image().Node("Relu", "x", "a").Node("Tanh", "x", "b")
            .Node("Sum", "a x b", "y"), "ReLU Add Tanh Add"),
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
        ("LRN", new GraphWriter().Input("x", 1, 7, 3, 4).Output("y")
            .Node("LRN", "x", "a", ("size", 5), ("alpha", 0.5f), ("beta", 0.75f), ("bias", 2f))
            .Node("LRN", "a", "y", ("size", 3)), "LocalResponseNorm LocalResponseNorm"),
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
        ("DepthToSpace by channels", Image(12).Node("DepthToSpace", "x", "y", ("blocksize", 2), ("mode", "CRD")), "PixelShuffle"),
        ("SpaceToDepth", new GraphWriter().Input("x", 1, 3, 4, 6).Output("y")
            .Node("SpaceToDepth", "x", "y", ("blocksize", 2)), "Reshape Permute Reshape"),
        ("channels split and joined", Image(6).Ints("split", 0, 2, 3, 7, 9).Ints("whole", 0, -1, 7, 9)
            .Node("Reshape", "x split", "a")
            .Node("Reshape", "a whole", "b").Node("Relu", "b", "y"), "ReLU"),
        ("ConvTranspose", Image().Some("c.weight", 3, 4, 3, 3).Some("c.bias", 4)
            .Node("ConvTranspose", "x c.weight c.bias", "y", ("strides", new long[] { 2, 2 }), ("pads", Ones)),
            "ConvTranspose2d"),
        ("ConvTranspose of all attributes", Image(6).Some("w", 6, 2, 3, 2).Node("ConvTranspose", "x w", "y",
            ("group", 3), ("strides", new long[] { 2, 3 }), ("dilations", new long[] { 1, 2 }),
            ("pads", new long[] { 1, 2, 1, 1 }), ("output_padding", new long[] { 1, 1 }),
            ("kernel_shape", new long[] { 3, 2 })), "ConvTranspose2d"),
        .. from pad in new[] { "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET" }
           from stride in new long[] { 1, 2, 3 }
           select ($"ConvTranspose {pad} of stride {stride}", Image().Some("w", 3, 2, 4, 3)
               .Node("ConvTranspose", "x w", "y", ("auto_pad", pad), ("strides", new long[] { stride, stride })),
               (pad, stride) is ("SAME_UPPER", _) or ("SAME_LOWER", 1) ? "ConvTranspose2d Slice" : "ConvTranspose2d"),
        .. from extent in new long[] { 13, 14, 15, 16 }
           from pad in new[] { "SAME_UPPER", "SAME_LOWER", "NOTSET" }
           select ($"ConvTranspose to {extent}, {pad}", Image().Some("w", 3, 2, 4, 3)
               .Node("ConvTranspose", "x w", "y", ("auto_pad", pad), ("strides", new long[] { 2, 2 }),
                   ("output_shape", new long[] { extent, extent + 3 })),
               pad == "SAME_UPPER" && extent % 2 != 0 ? "ConvTranspose2d Slice Slice" : "ConvTranspose2d"),
        ("ConvTranspose cut at the end", Image().Some("w", 3, 2, 4, 3).Node("ConvTranspose", "x w", "y",
            ("strides", new long[] { 2, 2 }), ("pads", new long[] { 0, 1, 2, 3 }),
            ("output_padding", new long[] { 1, 1 })), "ConvTranspose2d Slice Slice"),
        ("Resize by default", new GraphWriter(13).Input("x", 1, 3, 7, 9).Output("y").Floats("s", [4], 1, 1, 2, 3)
            .Node("Resize", "x - s", "y"), "Upsample"),
        .. from mode in new[] { "nearest", "linear", "cubic" }
           from coordinates in new[]
           {
               "half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners", "half_pixel_symmetric",
           }
           from sizes in new[] { "- - t", "- s" }
           select ($"Resize {mode} {coordinates} {sizes}", new GraphWriter(19).Input("x", 1, 2, 5, 6).Output("y")
               .Floats("s", [4], 1, 1, 2, 1.5f).Ints("t", 1, 2, 3, 13)
               .Node("Resize", $"x {sizes}", "y", ("mode", mode), ("coordinate_transformation_mode", coordinates)),
               "Upsample"),
        .. from rounding in new[] { "floor", "ceil", "round_prefer_floor", "round_prefer_ceil" }
           from coordinates in new[] { "half_pixel", "asymmetric" }
           select ($"Resize {rounding} {coordinates}", new GraphWriter(13).Input("x", 1, 2, 5, 6).Output("y")
               .Ints("t", 1, 2, 10, 4)
               .Node("Resize", "x - - t", "y", ("nearest_mode", rounding),
                   ("coordinate_transformation_mode", coordinates)), "Upsample"),
        ("Resize of all attributes", new GraphWriter(18).Input("x", 1, 2, 5, 6).Output("y").Floats("s", [2], 2.5f, 0.8f)
            .Floats("roi", [0]).Node("Resize", "x roi s", "y", ("mode", "cubic"), ("cubic_coeff_a", -0.5f),
                ("exclude_outside", 1), ("axes", new long[] { 3, -2 }), ("extrapolation_value", 7f), ("antialias", 0)),
            "Upsample"),
        ("Resize that keeps the aspect ratio", new GraphWriter(18).Input("x", 1, 2, 5, 6).Output("y")
            .Ints("t", 8, 7).Ints("u", 9, 23)
            .Node("Resize", "x - - t", "a", ("mode", "linear"), ("axes", new long[] { 2, 3 }),
                ("keep_aspect_ratio_policy", "not_larger"))
            .Node("Resize", "a - - u", "y", ("mode", "linear"), ("axes", new long[] { 2, 3 }),
                ("keep_aspect_ratio_policy", "not_smaller")), "Upsample Upsample"),
        ("Resize of an old set", new GraphWriter(10).Input("x", 1, 2, 5, 6).Output("y").Floats("s", [4], 1, 1, 2, 1.5f)
            .Floats("t", [4], 1, 1, 0.6f, 0.5f).Node("Resize", "x s", "a").Node("Resize", "a t", "b")
            .Node("Resize", "b s", "y", ("mode", "linear")), "Upsample Upsample Upsample"),
        ("Upsample", new GraphWriter(9).Input("x", 1, 2, 5, 6).Output("y").Floats("s", [4], 1, 1, 2, 3)
            .Node("Upsample", "x s", "a").Node("Upsample", "a s", "y", ("mode", "linear")), "Upsample Upsample"),
        ("Upsample by an attribute", new GraphWriter(7).Input("x", 1, 2, 5, 6).Output("y")
            .Node("Upsample", "x", "y", ("scales", new List<float> { 1, 1, 2, 1.5f })), "Upsample"),
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
        ("a batch of 4", new GraphWriter().Input("x", 4, 3, 5, 5).Output("y").Ints("t", 4, 75)
            .Node("Reshape", "x t", "y"), "Flatten"),
    ];

    private static GraphWriter Image(int channels = 3, int height = 7, int width = 9) =>
        new GraphWriter().Input("x", "N", channels, height, width).Output("y");

    /// <summary>Queries, keys and values of 3 heads, of which a Transpose makes the first axis.</summary>
    private static GraphWriter Attention(bool gathers)
    {
        GraphWriter graph = Sequence(4, 6).Some("w", 6, 18).Ints("split", 0, 4, 3, 3, 2).Scalar("scale", 0.5f)
            .Node("MatMul", "x w", "all").Node("Reshape", "all split", "parts")
            .Node("Transpose", "parts", "moved", ("perm", new long[] { 2, 0, 3, 1, 4 }));
        foreach ((string part, int place) in new[] { ("q", 0), ("k", 1), ("v", 2) })
            _ = gathers
                ? graph.Index($"{part}_at", place).Node("Gather", $"moved {part}_at", part, ("axis", 0))
                : graph.Ints($"{part}_from", place).Ints($"{part}_to", place + 1).Ints($"{part}_axis", 0)
                    .Node("Slice", $"moved {part}_from {part}_to {part}_axis", $"{part}_one")
                    .Node("Squeeze", $"{part}_one {part}_axis", part);
        return graph.Ints("whole", 0, 4, 6).Node("Mul", "q scale", "p")
            .Node("Transpose", "k", "t", ("perm", new long[] { 0, 1, 3, 2 })).Node("MatMul", "p t", "a")
            .Node("Softmax", "a", "b", ("axis", 3)).Node("MatMul", "b v", "c")
            .Node("Transpose", "c", "d", ("perm", new long[] { 0, 2, 1, 3 })).Node("Reshape", "d whole", "y");
    }

    private static GraphWriter Sequence(int length, int features) =>
        new GraphWriter().Input("x", 1, length, features).Output("y");

    private static GraphWriter Vector() => new GraphWriter().Input("x", "N", 5).Output("y");
}
