using System.Runtime.InteropServices;

namespace SoftPool.Trainer.Onnx;

/// <summary>A node of an ONNX graph as it is made. Attributes are long, float, string or long[].</summary>
internal sealed record DraftNode(
    string Type, string[] Inputs, string[] Outputs, IReadOnlyList<(string Name, object Value)> Attributes);

/// <summary>An ONNX graph as it grows: nodes, constants, and names that are all different.</summary>
internal sealed class OnnxDraft
{
    // The first set with sizes of two axes in Resize, which leaves the batch free, and with Mish.
    private const int LeastOpset = 18;

    // What goes with that operator set.
    private const int IrVersion = 8;

    private readonly List<DraftNode> _nodes = [];
    private readonly OrderedDictionary<string, ProtoMessage> _constants = [];
    private readonly Dictionary<string, string> _numbers = [];
    private readonly HashSet<string> _names = [];

    /// <summary>The operator set that the nodes need.</summary>
    public int Opset { get; private set; } = LeastOpset;

    /// <summary>Has the file need at least this operator set.</summary>
    public void Require(int opset) => Opset = Math.Max(Opset, opset);

    /// <summary>Takes a name that nothing else has: the wanted one, or one like it.</summary>
    public string Name(string wanted)
    {
        string name = wanted;
        for (int number = 2; !_names.Add(name); number++)
            name = $"{wanted}_{number}";
        return name;
    }

    /// <summary>Adds a node, and gives the names of its outputs.</summary>
    public string[] Add(
        string type, string[] inputs, string[] outputs, IReadOnlyList<(string Name, object Value)> attributes)
    {
        _nodes.Add(new DraftNode(type, inputs, outputs, attributes));
        return outputs;
    }

    /// <summary>Gives the value of the last nodes another name.</summary>
    public void Rename(string value, string name)
    {
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            Replace(_nodes[i].Inputs);
            Replace(_nodes[i].Outputs);
            if (_nodes[i].Outputs.Contains(name))
                return;
        }

        void Replace(string[] names)
        {
            for (int i = 0; i < names.Length; i++)
                if (names[i] == value)
                    names[i] = name;
        }
    }

    /// <summary>A constant of floats under a name, which is added once.</summary>
    public string Floats(string name, IEnumerable<long> shape, ReadOnlyMemory<float> values)
    {
        if (!_constants.ContainsKey(name))
        {
            _names.Add(name);
            _constants.Add(name, Tensor(name, 1, shape).Bytes(9, values));
        }
        return name;
    }

    /// <summary>A constant of a few floats without a name of its own.</summary>
    public string Floats(params float[] values) => Number(
        $"f{string.Join(' ', values.Select(BitConverter.SingleToInt32Bits))}", 1, values.Length,
        MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>A scalar constant.</summary>
    public string Scalar(float value) =>
        Number($"s{BitConverter.SingleToInt32Bits(value)}", 1, null, BitConverter.GetBytes(value));

    /// <summary>A constant of whole numbers.</summary>
    public string Ints(params long[] values) =>
        Number($"i{string.Join(' ', values)}", 7, values.Length, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>The whole file's message.</summary>
    /// <param name="name">The graph's name.</param>
    /// <param name="inputs">The inputs and the shape of one item of each.</param>
    /// <param name="outputs">The outputs, likewise.</param>
    /// <param name="metadata">Texts by key.</param>
    public ProtoMessage Model(
        string name, IEnumerable<(string Name, TensorShape Shape)> inputs,
        IEnumerable<(string Name, TensorShape Shape)> outputs, IEnumerable<(string Key, string Value)> metadata)
    {
        var graph = new ProtoMessage();
        foreach (DraftNode node in _nodes)
            graph.Message(1, Message(node));
        graph.Text(2, name);
        foreach (ProtoMessage constant in _constants.Values)
            graph.Message(5, constant);
        foreach ((string, TensorShape) input in inputs)
            graph.Message(11, Value(input));
        foreach ((string, TensorShape) output in outputs)
            graph.Message(12, Value(output));
        ProtoMessage model = new ProtoMessage().Int(1, IrVersion).Text(2, "softpool").Message(7, graph)
            .Message(8, new ProtoMessage().Text(1, "").Int(2, Opset));
        foreach ((string key, string value) in metadata)
            model.Message(14, new ProtoMessage().Text(1, key).Text(2, value));
        return model;
    }

    private string Number(string content, int type, int? length, ReadOnlySpan<byte> bytes)
    {
        if (_numbers.TryGetValue(content, out string? known))
            return known;
        string name = Name($"constant{_numbers.Count}");
        _numbers.Add(content, name);
        _constants.Add(name, Tensor(name, type, length is { } count ? [count] : []).Bytes(9, bytes.ToArray()));
        return name;
    }

    private static ProtoMessage Tensor(string name, int type, IEnumerable<long> shape)
    {
        var tensor = new ProtoMessage();
        foreach (long extent in shape)
            tensor.Int(1, extent);
        return tensor.Int(2, type).Text(8, name);
    }

    private static ProtoMessage Message(DraftNode node)
    {
        var message = new ProtoMessage();
        foreach (string input in node.Inputs)
            message.Text(1, input);
        foreach (string output in node.Outputs)
            message.Text(2, output);
        message.Text(3, node.Outputs[0]).Text(4, node.Type);
        foreach ((string name, object value) in node.Attributes)
            message.Message(5, Attribute(name, value));
        return message;
    }

    private static ProtoMessage Attribute(string name, object value)
    {
        ProtoMessage message = new ProtoMessage().Text(1, name);
        switch (value)
        {
            case float number: return message.Float(2, number).Int(20, 1);
            case long number: return message.Int(3, number).Int(20, 2);
            case string text: return message.Text(4, text).Int(20, 3);
            default:
                foreach (long number in (long[])value)
                    message.Int(8, number);
                return message.Int(20, 7);
        }
    }

    private static ProtoMessage Value((string Name, TensorShape Shape) value)
    {
        ProtoMessage shape = new ProtoMessage().Message(1, new ProtoMessage().Text(2, "batch"));
        foreach (int extent in value.Shape.Extents)
            shape.Message(1, new ProtoMessage().Int(1, extent));
        return new ProtoMessage().Text(1, value.Name)
            .Message(2, new ProtoMessage().Message(1, new ProtoMessage().Int(1, 1).Message(2, shape)));
    }
}
