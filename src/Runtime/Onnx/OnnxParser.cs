namespace SoftPool.Onnx;

/// <summary>Makes the object model of a file, by onnx.proto's field numbers. A message that occurs more than once where
/// one is expected is merged, by the format's rule that merging is reading the concatenation: each message is read from
/// all its places.</summary>
internal sealed class OnnxParser(OnnxSource source) : OnnxFields(source)
{
    private const int FirstVersion = 3, LastVersion = 13;

    /// <summary>Of graphs within attributes; each takes some stack.</summary>
    private const int DeepestGraph = 16;

    private int _depth;

    public OnnxModel Model()
    {
        long version = 0;
        string producer = "", producerVersion = "";
        var opsets = new Dictionary<string, long>();
        var metadata = new Dictionary<string, string>();
        List<WireSpan> graph = [];
        foreach (WireField field in Fields([new WireSpan(0, Source.Length)]))
            switch (field.Number)
            {
                case 1: version = Int(field); break;
                case 2: producer = Text(field); break;
                case 3: producerVersion = Text(field); break;
                case 7: graph.Add(Span(field)); break;
                case 8:
                    (string domain, long opset) = Opset(Span(field));
                    // Both names mean the standard's operators.
                    opsets[domain == "ai.onnx" ? "" : domain] = opset;
                    break;
                case 14:
                    (string key, string value) = Entry(Span(field));
                    metadata[key] = value;
                    break;
                case 25: throw Refused(field, "the function", NameOf([Span(field)], 1));
                default: break;
            }
        if (version is < FirstVersion or > LastVersion)
            throw Source.Invalid(0, $"a model of IR version {FirstVersion} to {LastVersion} was expected, not {version}");
        if (graph.Count == 0)
            throw Source.Invalid(Source.Length, "a graph was expected, and the model has none");
        if (opsets.Count == 0)
            throw Source.Invalid(Source.Length, "an operator set's version was expected, and the model imports none");
        return new OnnxModel(version, producer, producerVersion, opsets, metadata, Graph(graph));
    }

    private OnnxGraph Graph(List<WireSpan> parts)
    {
        if (++_depth > DeepestGraph)
            throw Source.Invalid(parts[0].Begin, $"graphs nested at most {DeepestGraph} deep were expected");
        string name = "";
        List<OnnxNode> nodes = [];
        List<OnnxTensor> initializers = [];
        List<OnnxValue> inputs = [], outputs = [], values = [];
        foreach (WireField field in Fields(parts))
            switch (field.Number)
            {
                case 1: nodes.Add(Node(Span(field))); break;
                case 2: name = Text(field); break;
                case 5: initializers.Add(Tensor([Span(field)])); break;
                case 11: inputs.Add(Value(Span(field))); break;
                case 12: outputs.Add(Value(Span(field))); break;
                case 13: values.Add(Value(Span(field))); break;
                case 15:
                    throw Refused(field, "the sparse initializer", NameOf(Fields([Span(field)])
                    .Where(part => part.Number == 1).Select(Span).ToList(), 8));
                default: break;
            }
        _depth--;
        return new OnnxGraph(name, inputs, outputs, values, initializers, nodes);
    }

    private OnnxNode Node(WireSpan span)
    {
        string type = "", domain = "", name = "";
        List<string> inputs = [], outputs = [];
        List<OnnxAttribute> attributes = [];
        foreach (WireField field in Fields([span]))
            switch (field.Number)
            {
                case 1: inputs.Add(Text(field)); break;
                case 2: outputs.Add(Text(field)); break;
                case 3: name = Text(field); break;
                case 4: type = Text(field); break;
                case 5: attributes.Add(Attribute(Span(field))); break;
                case 7: domain = Text(field); break;
                default: break;
            }
        return new OnnxNode(type, domain == "ai.onnx" ? "" : domain, name, inputs, outputs, attributes);
    }

    private OnnxAttribute Attribute(WireSpan span)
    {
        string name = "", reference = "";
        var kind = OnnxAttributeKind.None;
        float number = 0;
        long integer = 0;
        OnnxText text = default;
        List<WireSpan> tensor = [], graph = [], type = [];
        List<float> floats = [];
        List<long> integers = [];
        List<OnnxText> texts = [];
        List<OnnxTensor> tensors = [];
        List<OnnxGraph> graphs = [];
        List<OnnxType> types = [];
        foreach (WireField field in Fields([span]))
            switch (field.Number)
            {
                case 1: name = Text(field); break;
                case 2: number = Float(field); break;
                case 3: integer = Int(field); break;
                case 4: text = Raw(field); break;
                case 5: tensor.Add(Span(field)); break;
                case 6: graph.Add(Span(field)); break;
                case 7: Floats(field, floats); break;
                case 8: Ints(field, integers); break;
                case 9: texts.Add(Raw(field)); break;
                case 10: tensors.Add(Tensor([Span(field)])); break;
                case 11: graphs.Add(Graph([Span(field)])); break;
                case 14: type.Add(Span(field)); break;
                case 15: types.Add(Type([Span(field)])); break;
                case 20: kind = (OnnxAttributeKind)Int(field); break;
                case 21: reference = Text(field); break;
                default: break;
            }
        if (reference.Length > 0)
            throw Source.Invalid(span.Begin, $"attribute {name} refers to {reference} of a function, outside of one");
        return kind switch
        {
            OnnxAttributeKind.Float => new OnnxAttribute<float>(name, kind, number),
            OnnxAttributeKind.Int => new OnnxAttribute<long>(name, kind, integer),
            OnnxAttributeKind.String => new OnnxAttribute<OnnxText>(name, kind, text),
            OnnxAttributeKind.Tensor => new OnnxAttribute<OnnxTensor>(name, kind, Tensor(Present(tensor, name, span))),
            OnnxAttributeKind.Graph => new OnnxAttribute<OnnxGraph>(name, kind, Graph(Present(graph, name, span))),
            OnnxAttributeKind.Floats => new OnnxAttribute<IReadOnlyList<float>>(name, kind, floats),
            OnnxAttributeKind.Ints => new OnnxAttribute<IReadOnlyList<long>>(name, kind, integers),
            OnnxAttributeKind.Strings => new OnnxAttribute<IReadOnlyList<OnnxText>>(name, kind, texts),
            OnnxAttributeKind.Tensors => new OnnxAttribute<IReadOnlyList<OnnxTensor>>(name, kind, tensors),
            OnnxAttributeKind.Graphs => new OnnxAttribute<IReadOnlyList<OnnxGraph>>(name, kind, graphs),
            OnnxAttributeKind.Type => new OnnxAttribute<OnnxType>(name, kind, Type(Present(type, name, span))),
            OnnxAttributeKind.Types => new OnnxAttribute<IReadOnlyList<OnnxType>>(name, kind, types),
            OnnxAttributeKind.SparseTensor or OnnxAttributeKind.SparseTensors => throw Source.Invalid(
                span.Begin, $"attribute {name} holds a sparse tensor, which is not supported"),
            _ => throw Source.Invalid(span.Begin, $"attribute {name} is of type {(int)kind}; 1 to 14 are known"),
        };
    }

    private List<WireSpan> Present(List<WireSpan> parts, string name, WireSpan attribute) => parts.Count > 0
        ? parts
        : throw Source.Invalid(attribute.Begin, $"a value of attribute {name} was expected, and it has none of its type");

    private OnnxValue Value(WireSpan span)
    {
        string name = "";
        List<WireSpan> type = [];
        foreach (WireField field in Fields([span]))
            switch (field.Number)
            {
                case 1: name = Text(field); break;
                case 2: type.Add(Span(field)); break;
                default: break;
            }
        return new OnnxValue(name, Type(type));
    }

    private OnnxType Type(List<WireSpan> parts)
    {
        var kind = OnnxTypeKind.None;
        List<WireSpan> tensor = [], shape = [];
        foreach (WireField field in Fields(parts))
            if (Enum.IsDefined((OnnxTypeKind)field.Number))
            {
                // Of a choice's members the last one holds, alone.
                kind = (OnnxTypeKind)field.Number;
                if (kind == OnnxTypeKind.Tensor)
                    tensor.Add(Span(field));
                else
                    tensor.Clear();
            }
        var element = OnnxElement.None;
        foreach (WireField field in Fields(tensor))
            switch (field.Number)
            {
                case 1: element = (OnnxElement)Int(field); break;
                case 2: shape.Add(Span(field)); break;
                default: break;
            }
        List<OnnxDimension> dimensions = [];
        foreach (WireField field in Fields(shape))
            if (field.Number == 1)
                dimensions.Add(Dimension(Span(field)));
        return new OnnxType(kind, element, shape.Count > 0 ? dimensions : null);
    }

    private OnnxDimension Dimension(WireSpan span)
    {
        OnnxDimension dimension = default;
        foreach (WireField field in Fields([span]))
            switch (field.Number)
            {
                case 1: dimension = new OnnxDimension(Int(field), null); break;
                case 2: dimension = new OnnxDimension(null, Text(field)); break;
                default: break;
            }
        return dimension;
    }

    private OnnxTensor Tensor(List<WireSpan> parts)
    {
        string name = "";
        var element = OnnxElement.None;
        bool external = false;
        List<long> dimensions = [];
        var where = new Dictionary<string, string>();
        foreach (WireField field in Fields(parts))
            switch (field.Number)
            {
                case 1: Ints(field, dimensions); break;
                case 2: element = (OnnxElement)Int(field); break;
                case 3: throw Refused(field, "a segment of tensor", name);
                case 8: name = Text(field); break;
                case 13:
                    (string key, string value) = Entry(Span(field));
                    where[key] = value;
                    break;
                case 14: external = Int(field) == 1; break;
                default: break;
            }
        foreach (long dimension in dimensions)
            if (dimension < 0)
                throw Source.Invalid(parts[0].Begin, $"dimensions of tensor {name} were expected, and {dimension} is none");
        return new OnnxTensor(name, element, dimensions, Source, parts, external ? where : null);
    }

    private (string Domain, long Version) Opset(WireSpan span)
    {
        (string domain, long version) = ("", 0);
        foreach (WireField field in Fields([span]))
            switch (field.Number)
            {
                case 1: domain = Text(field); break;
                case 2: version = Int(field); break;
                default: break;
            }
        return (domain, version);
    }

    private (string Key, string Value) Entry(WireSpan span)
    {
        (string key, string value) = ("", "");
        foreach (WireField field in Fields([span]))
            switch (field.Number)
            {
                case 1: key = Text(field); break;
                case 2: value = Text(field); break;
                default: break;
            }
        return (key, value);
    }

    private string NameOf(List<WireSpan> parts, int number)
    {
        string name = "";
        foreach (WireField field in Fields(parts))
            if (field.Number == number)
                name = Text(field);
        return name;
    }

    private ModelFormatException Refused(WireField field, string what, string name) =>
        Source.Invalid(field.Offset, $"the model holds {what} {name}, which is not supported");
}
