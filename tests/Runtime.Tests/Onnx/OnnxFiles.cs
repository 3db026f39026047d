using SoftPool.Onnx;

namespace SoftPool.Runtime.Tests.Onnx;

/// <summary>Small ONNX files.</summary>
internal static class OnnxFiles
{
    public static ProtoWriter Message() => new();

    public static ProtoWriter Model(ProtoWriter graph) => Message().Int(1, 8).Text(2, "test").Message(7, graph)
        .Message(8, Message().Int(2, 17));

    public static OnnxModel Read(ProtoWriter model) => OnnxModel.Read(new MemoryStream(model.ToArray()), "a.onnx");

    public static string Refusal(ProtoWriter model) =>
        Assert.ThrowsExactly<ModelFormatException>(() => Read(model)).Message;

    /// <summary>The tensor, as a graph's only initializer.</summary>
    public static OnnxTensor Tensor(ProtoWriter tensor) =>
        Read(Model(Message().Message(5, tensor))).Graph.Initializers[0];

    public static ProtoWriter Value(string name, params ProtoWriter[] dimensions)
    {
        ProtoWriter shape = Message();
        foreach (ProtoWriter dimension in dimensions)
            shape.Message(1, dimension);
        return Message().Text(1, name).Message(2, Message().Message(1, Message().Int(1, 1).Message(2, shape)));
    }

    /// <summary>A file with something of each kind.</summary>
    public static ProtoWriter Everything()
    {
        ProtoWriter inner = Message().Text(2, "then")
            .Message(1, Message().Text(4, "Identity").Text(1, "x").Text(2, "z"));
        ProtoWriter weight = Message().Packed(1, 2, 1).Int(2, 1).Text(8, "w")
            .Bytes(9, [.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);
        ProtoWriter node = Message().Text(1, "x").Text(1, "").Text(1, "w").Text(2, "y").Text(3, "n").Text(4, "If")
            .Text(7, "ai.onnx")
            .Message(5, Message().Text(1, "f").Float(2, 0.5f).Int(20, 1))
            .Message(5, Message().Text(1, "i").Int(3, -7).Int(20, 2))
            .Message(5, Message().Text(1, "zero").Int(20, 2))
            .Message(5, Message().Text(1, "s").Bytes(4, [.. "SAME"u8]).Int(20, 3))
            .Message(5, Message().Text(1, "t").Message(5, weight).Int(20, 4))
            .Message(5, Message().Text(1, "g").Message(6, inner).Int(20, 5))
            .Message(5, Message().Text(1, "fs").Float(7, 1).Float(7, 2).Int(20, 6))
            .Message(5, Message().Text(1, "is").Packed(8, 1, -2).Int(8, 3).Int(20, 7))
            .Message(5, Message().Text(1, "ss").Text(9, "a").Text(9, "b").Int(20, 8))
            .Message(5, Message().Text(1, "ts").Message(10, weight).Int(20, 9))
            .Message(5, Message().Text(1, "gs").Message(11, inner).Int(20, 10))
            .Message(5, Message().Text(1, "tp").Message(14, Message().Message(4, Message())).Int(20, 13))
            .Message(5, Message().Text(1, "tps").Message(15, Message()).Int(20, 14));
        ProtoWriter graph = Message().Text(2, "g").Message(1, node).Message(5, weight)
            .Message(11, Value("x", Message().Text(2, "N"), Message().Int(1, 3), Message()))
            .Message(11, Message().Text(1, "w")).Message(12, Value("y")).Message(13, Value("v"))
            .Message(14, Message().Text(1, "x")).Text(10, "doc");
        return Model(graph).Text(3, "1.0").Message(8, Message().Text(1, "com.microsoft").Int(2, 1))
            .Message(14, Message().Text(1, "k").Text(2, "v")).Int(999, 5).Double(998, 1);
    }
}
