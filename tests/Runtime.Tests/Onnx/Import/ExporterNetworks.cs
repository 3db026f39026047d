namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>Small networks, written as exporters write them: each has what is peculiar to a family of networks and to
/// the program that exported it. The trainer's tests hold their values to ONNX Runtime.</summary>
internal sealed class ExporterNetworks
{
    private readonly GraphWriter _graph;
    private int _names;

    private ExporterNetworks(GraphWriter graph) => _graph = graph;

    public static IEnumerable<(string Name, GraphWriter Graph)> All { get; } =
    [
        ("MobileNetV3 of PyTorch, old exporter", MobileNetV3()), ("EfficientNet of tf2onnx", EfficientNet()),
        ("ConvNeXt of PyTorch, new exporter", ConvNeXt()), ("ViT of torchvision", Vit()),
        ("DeiT of timm", Deit()), ("Swin", Swin()), ("YOLOv5 head", Yolov5()), ("YOLOv8 head", Yolov8()),
        ("SSD of tf2onnx", Ssd()), ("U-Net", UNet()), ("super-resolution", SuperResolution()),
        ("DeepLabV3", DeepLab()), ("style transfer", StyleTransfer()), ("OCR of paddle2onnx", Ocr()),
        ("Keras", Keras()), ("ShuffleNetV2", ShuffleNet()), ("CoAtNet's relative attention", Relative()),
        ("SqueezeNet of set 7", SqueezeNet()),
    ];

    private static ExporterNetworks Begin(int opset, params object[] input) =>
        new(new GraphWriter(opset).Input("x", input).Output("y"));

    private string Name(string kind) => $"{kind}_{_names++}";

    /// <summary>Weights whose sums stay near 1.</summary>
    private string Weights(params long[] shape) => Weights(1, shape);

    private string Weights(double scale, params long[] shape)
    {
        string name = Name("weight");
        long count = shape.Aggregate(1L, (product, extent) => product * extent);
        double most = scale / Math.Sqrt(Math.Max(count / Math.Max(shape.Length > 1 ? shape[0] : count, 1), 1));
        var values = new float[count];
        uint state = (uint)(12345 + _names * 7919);
        for (int i = 0; i < values.Length; i++)
        {
            state = state * 1664525 + 1013904223;
            values[i] = (float)(((state >> 8) / (double)(1 << 23) - 1) * 1.7 * most);
        }
        _graph.Floats(name, shape, values);
        return name;
    }

    private string Ints(params long[] values)
    {
        string name = Name("ints");
        _graph.Ints(name, values);
        return name;
    }

    private string Scalar(float value)
    {
        string name = Name("scalar");
        _graph.Scalar(name, value);
        return name;
    }

    private string Op(string kind, string inputs, params (string Name, object Value)[] attributes)
    {
        string output = Name(kind);
        _graph.Node(kind, inputs, output, attributes);
        return output;
    }

    private string[] Ops(string kind, string inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => Name(kind))];
        _graph.Node("", kind, inputs, string.Join(' ', names), attributes);
        return names;
    }

    private string Conv(string x, int from, int to, int kernel, int stride = 1, int groups = 1, int dilation = 1)
    {
        long pad = dilation * (kernel - 1) / 2;
        return Op(
            "Conv", $"{x} {Weights(to, from / groups, kernel, kernel)} {Weights(0.3, to)}",
            ("kernel_shape", new long[] { kernel, kernel }), ("strides", new long[] { stride, stride }),
            ("pads", new[] { pad, pad, pad, pad }), ("group", groups),
            ("dilations", new long[] { dilation, dilation }));
    }

    private string Linear(string x, int from, int to) =>
        Op("Add", $"{Op("MatMul", $"{x} {Weights(from, to)}")} {Weights(0.3, to)}");

    private string Norm(string x, int features) => Op(
        "LayerNormalization", $"{x} {Weights(1.0, features)} {Weights(0.3, features)}", ("axis", -1),
        ("epsilon", 1e-6f));

    private string Transposed(string x, params long[] perm) => Op("Transpose", x, ("perm", perm));

    private string Reshaped(string x, params long[] shape) => Op("Reshape", $"{x} {Ints(shape)}");

    private GraphWriter End(string output)
    {
        _graph.Node("Identity", output, "y");
        return _graph;
    }

    private static GraphWriter MobileNetV3()
    {
        ExporterNetworks net = Begin(11, "batch", 3, 16, 16);
        string x = net.HardSwish(net.Conv("x", 3, 8, 3, 2));
        string wide = net.HardSwish(net.Conv(x, 8, 16, 1));
        wide = net.HardSwish(net.Conv(wide, 16, 16, 3, 1, 16));
        string gate = net.Op("GlobalAveragePool", wide);
        gate = net.Conv(net.Op("Relu", net.Conv(gate, 16, 4, 1)), 4, 16, 1);
        gate = net.Op("Clip", $"{net.Op("Add", $"{gate} {net.Scalar(3)}")} {net.Scalar(0)} {net.Scalar(6)}");
        wide = net.Op("Mul", $"{wide} {net.Op("Div", $"{gate} {net.Scalar(6)}")}");
        x = net.Op("Add", $"{x} {net.Conv(wide, 16, 8, 1)}");
        x = net.Op("Flatten", net.Op("GlobalAveragePool", x), ("axis", 1));
        return net.End(net.Op("Gemm", $"{x} {net.Weights(10, 8)} {net.Weights(10)}", ("transB", 1)));
    }

    private string HardSwish(string x)
    {
        string raised = Op("Clip", $"{Op("Add", $"{x} {Scalar(3)}")} {Scalar(0)} {Scalar(6)}");
        return Op("Div", $"{Op("Mul", $"{x} {raised}")} {Scalar(6)}");
    }

    /// <summary>Channels last, with a Transpose before and behind each operator that wants channels first.</summary>
    private static GraphWriter EfficientNet()
    {
        ExporterNetworks net = Begin(13, "unk__1", 16, 16, 3);
        string x = net.Op("Mul", $"x {net.Scalar(1 / 127.5f)}");
        x = net.Op("Sub", $"{x} {net.Scalar(1)}");
        string Same(string map, string op, string inputs, params (string, object)[] more) => net.Transposed(
            net.Op(op, $"{net.Transposed(map, 0, 3, 1, 2)}{inputs}", [("auto_pad", "SAME_UPPER"), .. more]),
            0, 2, 3, 1);
        x = Same(x, "Conv", $" {net.Weights(8, 3, 3, 3)}", ("strides", new long[] { 2, 2 }));
        x = net.Op("Add", $"{x} {net.Weights(0.3, 8)}");
        x = net.Op("Mul", $"{x} {net.Op("Sigmoid", x)}");
        string wide = Same(x, "Conv", $" {net.Weights(8, 1, 3, 3)}", ("group", 8));
        wide = net.Op("Mul", $"{wide} {net.Op("Sigmoid", wide)}");
        string gate = net.Op("ReduceMean", wide, ("axes", new long[] { 1, 2 }), ("keepdims", 0));
        gate = net.Reshaped(gate, -1, 1, 1, 8);
        gate = Same(gate, "Conv", $" {net.Weights(2, 8, 1, 1)} {net.Weights(0.3, 2)}");
        gate = net.Op("Mul", $"{gate} {net.Op("Sigmoid", gate)}");
        gate = net.Op("Sigmoid", Same(gate, "Conv", $" {net.Weights(8, 2, 1, 1)} {net.Weights(0.3, 8)}"));
        x = net.Op("Add", $"{x} {net.Op("Mul", $"{wide} {gate}")}");
        x = Same(x, "AveragePool", "", ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 1, 1 }));
        x = net.Transposed(net.Op("GlobalAveragePool", net.Transposed(x, 0, 3, 1, 2)), 0, 2, 3, 1);
        x = net.Op("Squeeze", $"{x} {net.Ints(1, 2)}");
        return net.End(net.Op("Softmax", net.Linear(x, 8, 5), ("axis", 1)));
    }

    private static GraphWriter ConvNeXt()
    {
        ExporterNetworks net = Begin(18, "s0", 3, 16, 16);
        string x = net.Op(
            "Conv", $"x {net.Weights(8, 3, 4, 4)} {net.Weights(0.3, 8)}", ("strides", new long[] { 4, 4 }));
        x = net.Transposed(net.Norm(net.Transposed(x, 0, 2, 3, 1), 8), 0, 3, 1, 2);
        string y = net.Norm(net.Transposed(net.Conv(x, 8, 8, 7, 1, 8), 0, 2, 3, 1), 8);
        y = net.Linear(net.Gelu(net.Linear(y, 8, 32)), 32, 8);
        y = net.Transposed(net.Op("Mul", $"{y} {net.Weights(8)}"), 0, 3, 1, 2);
        x = net.Op("Add", $"{x} {y}");
        x = net.Op("ReduceMean", $"{x} {net.Ints(-2, -1)}", ("keepdims", 0));
        return net.End(net.Linear(net.Norm(x, 8), 8, 4));
    }

    private string Gelu(string x)
    {
        string erf = Op("Erf", Op("Div", $"{x} {Scalar(1.4142135f)}"));
        return Op("Mul", $"{Op("Mul", $"{x} {Op("Add", $"{erf} {Scalar(1)}")}")} {Scalar(0.5f)}");
    }

    /// <summary>The sequence first and the batch joined with the heads, as nn.MultiheadAttention computes.</summary>
    private static GraphWriter Vit()
    {
        ExporterNetworks net = Begin(14, 1, 3, 8, 8);
        string x = net.Op(
            "Conv", $"x {net.Weights(8, 3, 4, 4)} {net.Weights(0.3, 8)}", ("strides", new long[] { 4, 4 }));
        x = net.Transposed(net.Reshaped(x, 1, 8, 4), 0, 2, 1);
        string token = net.Op("Expand", $"{net.Weights(1.0, 1, 1, 8)} {net.Ints(1, 1, 8)}");
        return net.End(net.VitEnd(x, token));
    }

    private string VitEnd(string x, string token)
    {
        x = Op("Add", $"{Op("Concat", $"{token} {x}", ("axis", 1))} {Weights(1.0, 1, 5, 8)}");
        string y = Transposed(Norm(x, 8), 1, 0, 2);
        string all = Op("Add", $"{Op("MatMul", $"{y} {Weights(8, 24)}")} {Weights(0.3, 24)}");
        all = Op("Unsqueeze", $"{Reshaped(all, 5, 1, 3, 8)} {Ints(0)}");
        all = Op("Squeeze", $"{Transposed(all, 3, 1, 2, 0, 4)} {Ints(3)}");
        string Part(int place)
        {
            string part = Op("Gather", $"{all} {Index(place)}", ("axis", 0));
            return Transposed(Reshaped(part, 5, 2, 4), 1, 0, 2);
        }
        string query = Op("Mul", $"{Part(0)} {Scalar(0.5f)}"), key = Transposed(Part(1), 0, 2, 1), value = Part(2);
        string weights = Op("Softmax", Op("MatMul", $"{query} {key}"), ("axis", -1));
        y = Reshaped(Transposed(Op("MatMul", $"{weights} {value}"), 1, 0, 2), 5, 8);
        y = Op("Gemm", $"{y} {Weights(8, 8)} {Weights(0.3, 8)}", ("transB", 1));
        x = Op("Add", $"{x} {Transposed(Reshaped(y, 5, 1, 8), 1, 0, 2)}");
        x = Op("Add", $"{x} {Linear(Gelu(Linear(Norm(x, 8), 8, 16)), 16, 8)}");
        x = Op("Gather", $"{Norm(x, 8)} {Index(0)}", ("axis", 1));
        return Op("Gemm", $"{x} {Weights(5, 8)} {Weights(5)}", ("transB", 1));
    }

    private string Index(long place)
    {
        string name = Name("index");
        _graph.Index(name, place);
        return name;
    }

    /// <summary>A free batch, shapes computed from it, LayerNorm written out, distillation token.</summary>
    private static GraphWriter Deit()
    {
        ExporterNetworks net = Begin(12, "batch", 3, 8, 8);
        string x = net.Op(
            "Conv", $"x {net.Weights(8, 3, 4, 4)} {net.Weights(0.3, 8)}", ("strides", new long[] { 4, 4 }));
        string shape = net.Op("Slice", $"{net.Op("Shape", x)} {net.Ints(0)} {net.Ints(2)} {net.Ints(0)}");
        x = net.Op("Reshape", $"{x} {net.Op("Concat", $"{shape} {net.Ints(-1)}", ("axis", 0))}");
        x = net.Transposed(x, 0, 2, 1);
        string batch = net.Op("Gather", $"{net.Op("Shape", "x")} {net.Index(0)}", ("axis", 0));
        batch = net.Op("Unsqueeze", batch, ("axes", new long[] { 0 }));
        string wide = net.Op("Concat", $"{batch} {net.Ints(-1)} {net.Ints(-1)}", ("axis", 0));
        string ones = net.Op("ConstantOfShape", net.Ints(3), ("value", 1L));
        string target = net.Op("Where", $"{net.Op("Equal", $"{wide} {net.Ints(-1, -1, -1)}")} {ones} {wide}");
        string token = net.Op("Expand", $"{net.Weights(1.0, 1, 1, 8)} {target}");
        x = net.Op("Add", $"{net.Op("Concat", $"{token} {x}", ("axis", 1))} {net.Weights(1.0, 1, 5, 8)}");
        string y = net.Linear(net.WrittenNorm(x, 8), 8, 24);
        string heads = net.Op("Concat", $"{batch} {net.Ints(5)} {net.Ints(3)} {net.Ints(2)} {net.Ints(4)}",
            ("axis", 0));
        y = net.Transposed(net.Op("Reshape", $"{y} {heads}"), 2, 0, 3, 1, 4);
        string[] parts = [.. Enumerable.Range(0, 3).Select(part =>
            net.Op("Gather", $"{y} {net.Index(part)}", ("axis", 0)))];
        string weights = net.Op("MatMul", $"{parts[0]} {net.Transposed(parts[1], 0, 1, 3, 2)}");
        weights = net.Op("Softmax", net.Op("Mul", $"{weights} {net.Scalar(0.5f)}"), ("axis", 3));
        y = net.Transposed(net.Op("MatMul", $"{weights} {parts[2]}"), 0, 2, 1, 3);
        y = net.Op("Reshape", $"{y} {net.Op("Concat", $"{batch} {net.Ints(5)} {net.Ints(8)}", ("axis", 0))}");
        x = net.Op("Add", $"{x} {net.Linear(y, 8, 8)}");
        x = net.Op("Add", $"{x} {net.Linear(net.Gelu(net.Linear(net.WrittenNorm(x, 8), 8, 16)), 16, 8)}");
        return net.End(net.Linear(net.Op("Gather", $"{x} {net.Index(0)}", ("axis", 1)), 8, 3));
    }

    private string WrittenNorm(string x, int features)
    {
        string far = Op("Sub", $"{x} {Op("ReduceMean", x, ("axes", new long[] { -1 }))}");
        string variance = Op("ReduceMean", Op("Pow", $"{far} {Scalar(2)}"), ("axes", new long[] { -1 }));
        string norm = Op("Div", $"{far} {Op("Sqrt", Op("Add", $"{variance} {Scalar(1e-6f)}"))}");
        return Op("Add", $"{Op("Mul", $"{norm} {Weights(1.0, features)}")} {Weights(0.3, features)}");
    }

    /// <summary>Windows joined with the batch, a shift by Slice and Concat, a mask and a bias of positions.</summary>
    private static GraphWriter Swin()
    {
        ExporterNetworks net = Begin(17, 1, 3, 16, 16);
        string x = net.Op(
            "Conv", $"x {net.Weights(8, 3, 4, 4)} {net.Weights(0.3, 8)}", ("strides", new long[] { 4, 4 }));
        x = net.Norm(net.Transposed(net.Reshaped(x, 1, 8, 16), 0, 2, 1), 8);
        string y = net.Reshaped(net.Norm(x, 8), 1, 4, 4, 8);
        y = net.Rolled(net.Rolled(y, 1, 1), 1, 2);
        y = net.Transposed(net.Reshaped(y, 1, 2, 2, 2, 2, 8), 0, 1, 3, 2, 4, 5);
        y = net.Reshaped(net.Reshaped(y, -1, 2, 2, 8), -1, 4, 8);
        y = net.Transposed(net.Reshaped(net.Linear(y, 8, 24), 4, 4, 3, 2, 4), 2, 0, 3, 1, 4);
        string[] parts = [.. Enumerable.Range(0, 3).Select(part =>
            net.Op("Gather", $"{y} {net.Index(part)}", ("axis", 0)))];
        string query = net.Op("Mul", $"{parts[0]} {net.Scalar(0.5f)}");
        string weights = net.Op("MatMul", $"{query} {net.Transposed(parts[1], 0, 1, 3, 2)}");
        weights = net.Op("Add", $"{weights} {net.Weights(1.0, 1, 2, 4, 4)}");
        weights = net.Reshaped(weights, 1, 4, 2, 4, 4);
        weights = net.Reshaped(net.Op("Add", $"{weights} {net.Weights(1.0, 1, 4, 1, 4, 4)}"), -1, 2, 4, 4);
        weights = net.Op("Softmax", weights, ("axis", -1));
        y = net.Transposed(net.Op("MatMul", $"{weights} {parts[2]}"), 0, 2, 1, 3);
        y = net.Reshaped(net.Linear(net.Reshaped(y, 4, 4, 8), 8, 8), -1, 2, 2, 8);
        y = net.Transposed(net.Reshaped(y, 1, 2, 2, 2, 2, 8), 0, 1, 3, 2, 4, 5);
        y = net.Rolled(net.Rolled(net.Reshaped(y, 1, 4, 4, 8), 3, 1), 3, 2);
        x = net.Op("Add", $"{x} {net.Reshaped(y, 1, 16, 8)}");
        // Neighbours side by side, as the next stage takes them.
        x = net.Reshaped(x, 1, 4, 4, 8);
        string[] corners = [.. from column in new[] { 0, 1 }
                               from row in new[] { 0, 1 }
                               select net.Op("Slice", net.Op("Slice",
                                   $"{x} {net.Ints(row)} {net.Ints(long.MaxValue)} {net.Ints(1)} {net.Ints(2)}")
                                   + $" {net.Ints(column)} {net.Ints(long.MaxValue)} {net.Ints(2)} {net.Ints(2)}")];
        x = net.Reshaped(net.Op("Concat", string.Join(' ', corners), ("axis", -1)), 1, -1, 32);
        x = net.Op("MatMul", $"{net.Norm(x, 32)} {net.Weights(32, 16)}");
        return net.End(net.Linear(net.Op("ReduceMean", x, ("axes", new long[] { 1 }), ("keepdims", 0)), 16, 4));
    }

    private string Rolled(string x, int by, int axis)
    {
        string end = Op("Slice", $"{x} {Ints(by)} {Ints(long.MaxValue)} {Ints(axis)} {Ints(1)}");
        return Op("Concat", $"{end} {Op("Slice", $"{x} {Ints(0)} {Ints(by)} {Ints(axis)} {Ints(1)}")}", ("axis", axis));
    }

    private static GraphWriter Yolov5()
    {
        ExporterNetworks net = Begin(12, 1, 3, 16, 16);
        // Focus: four pictures of a quarter each.
        string[] corners = [.. from column in new[] { 0, 1 }
                               from row in new[] { 0, 1 }
                               select net.Op("Slice", net.Op("Slice",
                                   $"x {net.Ints(row)} {net.Ints(long.MaxValue)} {net.Ints(2)} {net.Ints(2)}")
                                   + $" {net.Ints(column)} {net.Ints(long.MaxValue)} {net.Ints(3)} {net.Ints(2)}")];
        string x = net.Silu(net.Conv(net.Op("Concat", string.Join(' ', corners), ("axis", 1)), 12, 8, 3));
        string[] pools = [x, net.Pool(x, 5), net.Pool(x, 9)];
        x = net.Silu(net.Conv(net.Op("Concat", string.Join(' ', pools), ("axis", 1)), 24, 8, 1));
        string small = net.Silu(net.Conv(x, 8, 8, 3, 2));
        string up = net.Op("Resize", $"{small} {net.Scales()} {net.Scales(1, 1, 2, 2)}", ("mode", "nearest"),
            ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor"));
        string large = net.Silu(net.Conv(net.Op("Concat", $"{up} {x}", ("axis", 1)), 16, 8, 3));
        List<string> outputs = [];
        foreach ((string map, int extent, float stride) in new[] { (large, 8, 2f), (small, 4, 4f) })
        {
            string head = net.Reshaped(net.Conv(map, 8, 21, 1), 1, 3, 7, extent, extent);
            head = net.Op("Sigmoid", net.Transposed(head, 0, 1, 3, 4, 2));
            string[] parts = net.Ops("Split", head, 3, ("axis", 4), ("split", new long[] { 2, 2, 3 }));
            string place = net.Op("Sub", $"{net.Op("Mul", $"{parts[0]} {net.Scalar(2)}")} {net.Scalar(0.5f)}");
            place = net.Op("Add", $"{place} {net.Weights(4.0, 1, 3, extent, extent, 2)}");
            place = net.Op("Mul", $"{place} {net.Scalar(stride)}");
            string size = net.Op("Pow", $"{net.Op("Mul", $"{parts[1]} {net.Scalar(2)}")} {net.Scalar(2)}");
            size = net.Op("Mul", $"{size} {net.Weights(9.0, 1, 3, extent, extent, 2)}");
            outputs.Add(net.Reshaped(net.Op("Concat", $"{place} {size} {parts[2]}", ("axis", 4)), 1, -1, 7));
        }
        return net.End(net.Op("Concat", string.Join(' ', outputs), ("axis", 1)));
    }

    private string Silu(string x) => Op("Mul", $"{x} {Op("Sigmoid", x)}");

    private string Pool(string x, int kernel)
    {
        long pad = kernel / 2;
        return Op("MaxPool", x, ("kernel_shape", new long[] { kernel, kernel }), ("strides", new long[] { 1, 1 }),
            ("pads", new[] { pad, pad, pad, pad }), ("ceil_mode", 0));
    }

    private string Scales(params float[] values)
    {
        string name = Name("scales");
        _graph.Floats(name, [values.Length], values);
        return name;
    }

    /// <summary>C2f's Split, the distribution of distances, places and strides as constants.</summary>
    private static GraphWriter Yolov8()
    {
        ExporterNetworks net = Begin(17, "batch", 3, 16, 16);
        string x = net.Silu(net.Conv("x", 3, 8, 3, 2));
        string[] halves = net.Ops("Split", $"{x} {net.Ints(4, 4)}", 2, ("axis", 1));
        string inner = net.Silu(net.Conv(net.Silu(net.Conv(halves[1], 4, 4, 3)), 4, 4, 3));
        inner = net.Op("Add", $"{halves[1]} {inner}");
        x = net.Silu(net.Conv(net.Op("Concat", $"{halves[0]} {halves[1]} {inner}", ("axis", 1)), 12, 8, 1));
        string small = net.Silu(net.Conv(x, 8, 8, 3, 2));
        string boxes = net.Op("Concat", $"{net.Head(x, 64, 16)} {net.Head(small, 16, 16)}", ("axis", 2));
        string classes = net.Op("Concat", $"{net.Head(x, 64, 3)} {net.Head(small, 16, 3)}", ("axis", 2));
        string spread = net.Transposed(net.Reshaped(boxes, -1, 4, 4, 80), 0, 2, 1, 3);
        spread = net.Op("Softmax", spread, ("axis", 1));
        string bins = net.Name("bins");
        net._graph.Floats(bins, [1, 4, 1, 1], 0, 1, 2, 3);
        string distances = net.Reshaped(net.Op("Conv", $"{spread} {bins}"), -1, 4, 80);
        string Half(int from) =>
            net.Op("Slice", $"{distances} {net.Ints(from)} {net.Ints(from + 2)} {net.Ints(1)}");
        string anchors = net.Weights(20.0, 1, 2, 80);
        string begin = net.Op("Sub", $"{anchors} {Half(0)}"), end = net.Op("Add", $"{anchors} {Half(2)}");
        string middle = net.Op("Div", $"{net.Op("Add", $"{begin} {end}")} {net.Scalar(2)}");
        string box = net.Op("Concat", $"{middle} {net.Op("Sub", $"{end} {begin}")}", ("axis", 1));
        box = net.Op("Mul", $"{box} {net.Weights(8.0, 1, 80)}");
        return net.End(net.Op("Concat", $"{box} {net.Op("Sigmoid", classes)}", ("axis", 1)));
    }

    private string Head(string map, int places, int channels) =>
        Reshaped(Conv(Silu(Conv(map, 8, 8, 3)), 8, channels, 1), -1, channels, places);

    private static GraphWriter Ssd()
    {
        ExporterNetworks net = Begin(13, 1, 16, 16, 3);
        string x = net.Transposed("x", 0, 3, 1, 2);
        x = net.Op("Clip", net.Op("Conv", $"{x} {net.Weights(8, 3, 3, 3)} {net.Weights(8)}",
            ("strides", new long[] { 2, 2 }), ("auto_pad", "SAME_UPPER")) + $" {net.Scalar(0)} {net.Scalar(6)}");
        string small = net.Op("Relu", net.Conv(x, 8, 8, 3, 2));
        string Of(string map, int to, int places, int values) =>
            net.Reshaped(net.Transposed(net.Conv(map, 8, to, 3), 0, 2, 3, 1), 1, places, values);
        string boxes = net.Op("Concat", $"{Of(x, 8, 128, 4)} {Of(small, 8, 32, 4)}", ("axis", 1));
        string classes = net.Op("Softmax", net.Op(
            "Concat", $"{Of(x, 6, 128, 3)} {Of(small, 6, 32, 3)}", ("axis", 1)), ("axis", 2));
        string places = net.Op("Unsqueeze", $"{net.Op("Squeeze", $"{boxes} {net.Ints(0)}")} {net.Ints(0)}");
        places = net.Op("Div", $"{places} {net.Scales(10, 10, 5, 5)}");
        string[] parts = net.Ops("Split", $"{places} {net.Ints(2, 2)}", 2, ("axis", -1));
        string anchors = net.Weights(1.0, 1, 160, 2);
        string centre = net.Op("Add", $"{net.Op("Mul", $"{parts[0]} {anchors}")} {anchors}");
        string size = net.Op("Mul", $"{net.Op("Exp", parts[1])} {anchors}");
        string half = net.Op("Mul", $"{size} {net.Scalar(0.5f)}");
        return net.End(net.Op("Concat",
            $"{net.Op("Sub", $"{centre} {half}")} {net.Op("Add", $"{centre} {half}")} {classes}", ("axis", 2)));
    }

    private static GraphWriter UNet()
    {
        ExporterNetworks net = Begin(16, "N", 1, 17, 19);
        string first = net.Op("Relu", net.Conv("x", 1, 4, 3));
        string x = net.Op("MaxPool", first, ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        x = net.Op("Relu", net.Conv(x, 4, 8, 3));
        x = net.Op("ConvTranspose", $"{x} {net.Weights(8, 4, 2, 2)} {net.Weights(4)}", ("strides", new long[] { 2, 2 }),
            ("kernel_shape", new long[] { 2, 2 }));
        x = net.Op("Pad", $"{x} {net.Ints(0, 0, 0, 0, 0, 0, 1, 1)} {net.Scalar(0)}", ("mode", "constant"));
        x = net.Op("Concat", $"{first} {x}", ("axis", 1));
        string size = net.Op("Slice", $"{net.Op("Shape", "x")} {net.Ints(2)} {net.Ints(4)} {net.Ints(0)}");
        string part = net.Op("Slice", $"{net.Op("Shape", x)} {net.Ints(0)} {net.Ints(2)} {net.Ints(0)}");
        string target = net.Op("Concat", $"{part} {net.Op("Mul", $"{size} {net.Ints(2, 2)}")}", ("axis", 0));
        x = net.Op("Resize", $"{x} - - {target}", ("mode", "linear"),
            ("coordinate_transformation_mode", "align_corners"));
        return net.End(net.Op("Sigmoid", net.Conv(x, 8, 1, 1)));
    }

    private static GraphWriter SuperResolution()
    {
        ExporterNetworks net = Begin(11, "N", 1, 9, 7);
        string x = net.Op("PRelu", $"{net.Conv("x", 1, 8, 5)} {net.Weights(8, 1, 1)}");
        x = net.Conv(net.Op("LeakyRelu", net.Conv(x, 8, 8, 3), ("alpha", 0.2f)), 8, 9, 3);
        string shuffled = net.Reshaped(
            net.Transposed(net.Reshaped(x, -1, 1, 3, 3, 9, 7), 0, 1, 4, 2, 5, 3), -1, 1, 27, 21);
        string large = net.Op("DepthToSpace", x, ("blocksize", 3), ("mode", "CRD"));
        string plain = net.Op("Resize", $"x {net.Scales()} {net.Scales(1, 1, 3, 3)}", ("mode", "cubic"),
            ("cubic_coeff_a", -0.75f), ("coordinate_transformation_mode", "pytorch_half_pixel"));
        return net.End(net.Op("Sum", $"{shuffled} {large} {plain}"));
    }

    private static GraphWriter DeepLab()
    {
        ExporterNetworks net = Begin(16, 1, 3, 16, 16);
        string x = net.Op("Relu", net.Conv("x", 3, 8, 3, 2));
        string pooled = net.Op("Relu", net.Conv(net.Op("GlobalAveragePool", x), 8, 4, 1));
        string size = net.Op("Concat", $"{net.Ints(1, 4)} {net.Op("Slice",
            $"{net.Op("Shape", x)} {net.Ints(2)} {net.Ints(4)} {net.Ints(0)}")}", ("axis", 0));
        pooled = net.Op("Resize", $"{pooled} - - {size}", ("mode", "linear"),
            ("coordinate_transformation_mode", "pytorch_half_pixel"), ("nearest_mode", "floor"));
        string[] all =
            [net.Conv(x, 8, 4, 1), net.Conv(x, 8, 4, 3, dilation: 6), net.Conv(x, 8, 4, 3, dilation: 12), pooled];
        x = net.Conv(net.Op("Relu", net.Op("Concat", string.Join(' ', all), ("axis", 1))), 16, 3, 1);
        return net.End(net.Op("Resize", $"{x} - - {net.Ints(1, 3, 16, 16)}", ("mode", "linear"),
            ("coordinate_transformation_mode", "pytorch_half_pixel")));
    }

    private static GraphWriter StyleTransfer()
    {
        ExporterNetworks net = Begin(9, 1, 3, 12, 12);
        string Conv(string map, int from, int to, int kernel, int stride)
        {
            long pad = kernel / 2;
            string padded = net.Op("Pad", map, ("mode", "reflect"), ("pads", new[] { 0, 0, pad, pad, 0, 0, pad, pad }));
            string given = net.Op("Conv", $"{padded} {net.Weights(to, from, kernel, kernel)} {net.Weights(to)}",
                ("strides", new long[] { stride, stride }));
            return net.Op("InstanceNormalization", $"{given} {net.Weights(3.0, to)} {net.Weights(to)}",
                ("epsilon", 1e-5f));
        }
        string x = net.Op("Relu", Conv(net.Op("Relu", Conv("x", 3, 4, 5, 1)), 4, 8, 3, 2));
        x = net.Op("Add", $"{x} {Conv(net.Op("Relu", Conv(x, 8, 8, 3, 1)), 8, 8, 3, 1)}");
        x = net.Op("Upsample", $"{x} {net.Scales(1, 1, 2, 2)}", ("mode", "nearest"));
        return net.End(net.Op("Tanh", Conv(x, 8, 3, 3, 1)));
    }

    private static GraphWriter Ocr()
    {
        ExporterNetworks net = Begin(10, "DynamicDimension.0", 3, 8, 32);
        string x = net.Op("BatchNormalization", $"{net.Conv("x", 3, 8, 3, 2)} {net.Weights(2.0, 8)} {net.Weights(8)} "
            + $"{net.Weights(8)} {net.Op("Abs", net.Weights(8))}", ("epsilon", 1e-5f), ("momentum", 0.9f));
        x = net.Op("Mul", $"{x} {net.Op("HardSigmoid", x, ("alpha", 0.16666667f), ("beta", 0.5f))}");
        string gate = net.Op("AveragePool", x, ("kernel_shape", new long[] { 4, 2 }), ("strides", new long[] { 4, 2 }));
        x = net.Transposed(net.Op("Squeeze", gate, ("axes", new long[] { 2 })), 0, 2, 1);
        string far = net.Op("Sub", $"{x} {net.Op("ReduceMean", x, ("axes", new long[] { -1 }))}");
        string variance = net.Op("ReduceMean", net.Op("Mul", $"{far} {far}"), ("axes", new long[] { -1 }));
        x = net.Op("Div", $"{far} {net.Op("Sqrt", net.Op("Add", $"{variance} {net.Scales(1e-5f)}"))}");
        return net.End(net.Op("Softmax", net.Linear(x, 8, 12), ("axis", 2)));
    }

    private static GraphWriter Keras()
    {
        ExporterNetworks net = Begin(15, "unk__6", 12, 12, 3);
        string x = net.Transposed("x", 0, 3, 1, 2);
        x = net.Op("Pad", $"{x} {net.Ints(0, 0, 0, 0, 0, 0, 1, 1)} {net.Scalar(0)}");
        x = net.Op("Conv", $"{x} {net.Weights(6, 3, 3, 3)}", ("strides", new long[] { 2, 2 }));
        x = net.Op("Relu", net.Op("Add", $"{x} {net.Weights(1, 6, 1, 1)}"));
        x = net.Op("Clip", net.Op("Conv", $"{x} {net.Weights(6, 1, 3, 3)} {net.Weights(6)}", ("group", 6),
            ("auto_pad", "SAME_LOWER")) + $" {net.Scalar(0)} {net.Scalar(6)}");
        x = net.Op("MaxPool", x, ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }),
            ("auto_pad", "VALID"));
        string count = net.Op("Gather", $"{net.Op("Shape", "x")} {net.Ints(0)}", ("axis", 0));
        string shape = net.Op("Concat", $"{count} {net.Ints(54)}", ("axis", 0));
        x = net.Op("Reshape", $"{net.Transposed(x, 0, 2, 3, 1)} {net.Op("Cast", shape, ("to", 7))}");
        return net.End(net.Op("Softmax", net.Linear(net.Op("Elu", net.Linear(x, 54, 8)), 8, 4)));
    }

    private static GraphWriter ShuffleNet()
    {
        ExporterNetworks net = Begin(13, "N", 3, 8, 8);
        string x = net.Op("Relu", net.Conv("x", 3, 8, 3));
        string[] halves = net.Ops("Split", x, 2, ("axis", 1));
        string y = net.Op("Relu", net.Conv(net.Conv(halves[1], 4, 4, 3, 1, 4), 4, 4, 1));
        x = net.Reshaped(net.Op("Concat", $"{halves[0]} {y}", ("axis", 1)), -1, 2, 4, 8, 8);
        x = net.Reshaped(net.Transposed(x, 0, 2, 1, 3, 4), -1, 8, 8, 8);
        x = net.Op("ReduceMean", x, ("axes", new long[] { 2, 3 }), ("keepdims", 0));
        return net.End(net.Op("Gemm", $"{x} {net.Weights(4, 8)}", ("transB", 1)));
    }

    /// <summary>A bias of relative positions gathered while the file is read, and Einsum's matrices as MatMul of more
    /// axes.</summary>
    private static GraphWriter Relative()
    {
        ExporterNetworks net = Begin(17, "N", 4, 4, 4);
        string x = net.Transposed(net.Reshaped("x", -1, 4, 16), 0, 2, 1);
        string table = net.Weights(1.0, 49, 2);
        long[] places = [.. from i in Enumerable.Range(0, 16)
                            from j in Enumerable.Range(0, 16)
                            select (long)((i / 4 - j / 4 + 3) * 7 + i % 4 - j % 4 + 3)];
        string bias = net.Reshaped(net.Op("Gather", $"{table} {net.Ints(places)}", ("axis", 0)), 16, 16, 2);
        bias = net.Op("Unsqueeze", $"{net.Transposed(bias, 2, 0, 1)} {net.Ints(0)}");
        string Heads(string of) => net.Transposed(net.Reshaped(net.Linear(of, 4, 8), -1, 16, 2, 4), 0, 2, 1, 3);
        string weights = net.Op("MatMul", $"{Heads(x)} {net.Transposed(Heads(x), 0, 1, 3, 2)}");
        weights = net.Op("Softmax", net.Op("Add", $"{weights} {bias}"), ("axis", -1));
        string y = net.Reshaped(net.Transposed(net.Op("MatMul", $"{weights} {Heads(x)}"), 0, 2, 1, 3), -1, 16, 8);
        return net.End(net.Linear(y, 8, 4));
    }

    private static GraphWriter SqueezeNet()
    {
        ExporterNetworks net = Begin(7, 1, 3, 15, 15);
        string x = net.Op("Relu", net.Conv("x", 3, 8, 3, 2));
        x = net.Op("MaxPool", x, ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 0, 0, 0, 0 }));
        string squeezed = net.Op("Relu", net.Conv(x, 8, 4, 1));
        string one = net.Op("Relu", net.Conv(squeezed, 4, 8, 1)), three = net.Op("Relu", net.Conv(squeezed, 4, 8, 3));
        x = net.Op("Concat", $"{one} {three}", ("axis", 1));
        x = net.Op("Dropout", x, ("ratio", 0.5f));
        x = net.Op("GlobalAveragePool", net.Op("Relu", net.Conv(x, 16, 6, 1)));
        return net.End(net.Op("Softmax", net.Reshaped(x, 1, 6)));
    }
}
