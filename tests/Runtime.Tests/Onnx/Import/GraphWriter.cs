using static SoftPool.Runtime.Tests.Onnx.OnnxFiles;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>Writes a small ONNX model node by node: y of x, unless said otherwise.</summary>
internal sealed class GraphWriter(int opset = 17)
{
    private readonly ProtoWriter _graph = Message().Text(2, "small");
    private readonly List<ProtoWriter> _metadata = [];
    private int _nodes;
    private string? _name;

    public GraphWriter Input(string name, params object[] extents) => Input(name, 1, extents);

    public GraphWriter Input(string name, int element, object[] extents)
    {
        ProtoWriter shape = Message();
        foreach (object extent in extents)
            shape.Message(1, extent is string symbol ? Message().Text(2, symbol) : Message().Int(1, (int)extent));
        _graph.Message(
            11, Message().Text(1, name).Message(2, Message().Message(1, Message().Int(1, element).Message(2, shape))));
        return this;
    }

    public GraphWriter Output(string name)
    {
        _graph.Message(12, Value(name));
        return this;
    }

    /// <summary>An output whose type ONNX Runtime finds out.</summary>
    public GraphWriter UntypedOutput(string name)
    {
        _graph.Message(12, Message().Text(1, name));
        return this;
    }

    public GraphWriter Floats(string name, long[] shape, params float[] values)
    {
        _graph.Message(5, Tensor(name, shape, values));
        return this;
    }

    /// <summary>Numbers that are different each, and not on a line.</summary>
    public GraphWriter Some(string name, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (count, extent) => count * extent)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (i * 37 % 23 - 11) / 16f;
        return Floats(name, shape, values);
    }

    /// <summary>The same numbers in 16 bits, which hold them exactly.</summary>
    public GraphWriter Halves(string name, long[] shape)
    {
        var values = new Half[shape.Aggregate(1L, (count, extent) => count * extent)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (Half)((i * 37 % 23 - 11) / 16f);
        _graph.Message(
            5, Message().Packed(1, shape).Int(2, 10).Text(8, name)
                .Bytes(9, [.. values.SelectMany(BitConverter.GetBytes)]));
        return this;
    }

    public GraphWriter Ints(string name, params long[] values)
    {
        _graph.Message(5, Message().Packed(1, values.Length).Int(2, 7).Text(8, name).Packed(7, values));
        return this;
    }

    /// <summary>An integer that is a scalar.</summary>
    public GraphWriter Index(string name, long value)
    {
        _graph.Message(5, Message().Int(2, 7).Text(8, name).Packed(7, value));
        return this;
    }

    /// <summary>Integers of a type of 8, 32 or 64 bits.</summary>
    public GraphWriter Integers(string name, int element, long[] shape, params int[] values)
    {
        byte[] data = [.. values.SelectMany(value =>
            element switch
            {
                6 => BitConverter.GetBytes(value),
                7 => BitConverter.GetBytes((long)value),
                _ => [unchecked((byte)value)],
            })];
        _graph.Message(5, Message().Packed(1, shape).Int(2, element).Text(8, name).Bytes(9, data));
        return this;
    }

    /// <summary>A truth value that is a scalar.</summary>
    public GraphWriter Truth(string name, bool holds)
    {
        _graph.Message(5, Message().Int(2, 9).Text(8, name).Bytes(9, holds ? [1] : [0]));
        return this;
    }

    public GraphWriter Metadata(string key, string value)
    {
        _metadata.Add(Message().Text(1, key).Text(2, value));
        return this;
    }

    public GraphWriter Scalar(string name, float value) => Floats(name, [], value);

    /// <summary>A node called n0, n1 and so on.</summary>
    public GraphWriter Node(string opType, string inputs, string output, params (string Name,
        object Value)[] attributes) =>
        Node("", opType, inputs, output, attributes);

    public GraphWriter Node(
        string domain, string opType, string inputs, string outputs, (string Name, object Value)[] attributes)
    {
        ProtoWriter node = Message().Text(3, _name ?? $"n{_nodes++}").Text(4, opType).Text(7, domain);
        _name = null;
        foreach (string input in inputs.Split(' '))
            node.Text(1, input == "-" ? "" : input);
        foreach (string output in outputs.Split(' '))
            node.Text(2, output);
        foreach ((string name, object value) in attributes)
            node.Message(5, Attribute(name, value));
        _graph.Message(1, node);
        return this;
    }

    /// <summary>Names the next node.</summary>
    public GraphWriter Named(string name)
    {
        _name = name;
        return this;
    }

    public byte[] ToArray()
    {
        ProtoWriter model = Message().Int(1, 8).Text(2, "test").Message(7, _graph)
            .Message(8, Message().Int(2, opset));
        return _metadata.Aggregate(model, (whole, entry) => whole.Message(14, entry)).ToArray();
    }

    public SoftPool.Model Import(OnnxOptions? options = null) => SoftPool.Model.FromOnnx(new MemoryStream(ToArray()),
        options);

    /// <summary>The lines that the import is refused with.</summary>
    public string[] Refusals(OnnxOptions? options = null) =>
        [.. Assert.ThrowsExactly<UnsupportedOnnxException>(() => Import(options)).Refusals];

    private static ProtoWriter Tensor(string name, long[] shape, float[] values) => Message().Packed(1, shape).Int(2,
        1).Text(8, name)
        .Bytes(9, [.. values.SelectMany(BitConverter.GetBytes)]);

    private static ProtoWriter Attribute(string name, object value)
    {
        ProtoWriter attribute = Message().Text(1, name);
        return value switch
        {
            float number => attribute.Float(2, number).Int(20, 1),
            int number => attribute.Int(3, number).Int(20, 2),
            long number =>
                attribute.Message(5, Message().Packed(1, 1).Int(2, 7).Packed(7, number)).Int(20, 4),
            GraphWriter graph => attribute.Message(6, graph._graph).Int(20, 5),
            string text => attribute.Text(4, text).Int(20, 3),
            long[] numbers => attribute.Packed(8, numbers).Int(20, 7),
            float[] numbers => attribute.Message(5, Tensor("", [numbers.Length], numbers)).Int(20, 4),
            IReadOnlyList<float> numbers =>
                numbers.Aggregate(attribute, (message, number) => message.Float(7, number)).Int(20, 6),
            _ => throw new ArgumentException($"{value}"),
        };
    }
}
