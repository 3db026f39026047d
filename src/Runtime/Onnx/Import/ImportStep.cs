using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>One node while it is imported. It notes which attributes and inputs a converter has read: what is left over
/// is refused by name, because a model computes something else where an attribute is not heeded.</summary>
/// <param name="node">The node.</param>
/// <param name="inputs">Its inputs; null of those left out.</param>
/// <param name="opset">The version of the operator set that the file was written for.</param>
/// <param name="batch">The batch that the file is folded for; it is free in the model.</param>
internal sealed class ImportStep(OnnxNode node, IReadOnlyList<Value?> inputs, long opset, int batch)
{
    private readonly HashSet<string> _readAttributes = [];
    private readonly HashSet<int> _readInputs = [];
    private Constant? _aligned;

    public OnnxNode Node => node;

    public long Opset => opset;

    public int Batch => batch;

    public int InputCount => inputs.Count;

    /// <summary>The attributes that nobody has read.</summary>
    public IEnumerable<string> UnreadAttributes =>
        node.Attributes.Select(attribute => attribute.Name).Where(name => !_readAttributes.Contains(name)
            && !(opset < 6 && name == "consumed_inputs")); // Which inputs' memory an engine might write to.

    /// <summary>The inputs that nobody has read.</summary>
    public IEnumerable<int> UnreadInputs =>
        Enumerable.Range(0, inputs.Count).Where(index => inputs[index] is not null && !_readInputs.Contains(index));

    public long Int(string name, long other) => Attribute(name, other);

    public float Float(string name, float other) => Attribute(name, other);

    public string Text(string name, string other) =>
        Attribute<OnnxText?>(name, null, kind: OnnxAttributeKind.String)?.ToString() ?? other;

    /// <summary>A list of integers; null where the node has none.</summary>
    public int[]? Ints(string name) =>
        Attribute<IReadOnlyList<long>?>(name, null) is { } numbers ? Narrow(numbers, name) : null;

    public OnnxTensor? Tensor(string name) => Attribute<OnnxTensor?>(name, null);

    public T Attribute<T>(string name, T other, OnnxAttributeKind kind = OnnxAttributeKind.None)
    {
        _readAttributes.Add(name);
        OnnxAttribute? attribute = node.Attributes.FirstOrDefault(attribute => attribute.Name == name);
        return attribute switch
        {
            null => other,
            OnnxAttribute<OnnxText> text when kind == OnnxAttributeKind.String => (T)(object)text.Value,
            OnnxAttribute<T> right => right.Value,
            _ => throw new RefusalException($"attribute {name} is of kind {attribute.Kind}"),
        };
    }

    public bool Has(string name) => node.Attributes.Any(attribute => attribute.Name == name);

    /// <summary>Reads an attribute that has no influence here.</summary>
    public void Ignore(string name) => _readAttributes.Add(name);

    /// <summary>Reads an integer attribute that only one value is taken of.</summary>
    public void Only(string name, long value, long? other = null)
    {
        long got = Int(name, other ?? value);
        if (got != value)
            throw new RefusalException($"attribute {name} is {got}; only {value} is supported");
    }

    /// <summary>Before set 7 an attribute said whether a node was of inference, and it was not where there was
    /// none.</summary>
    public void ExpectInference()
    {
        if (opset < 7)
            Only("is_test", 1, other: 0);
    }

    /// <summary>Reads the attributes by which older sets repeat the second input along axes. Newer ones do as if it
    /// were allowed, and match the last axes. Where the second input is a constant that matches others, it gets axes of
    /// extent 1 behind.</summary>
    public void ReadBroadcast()
    {
        if (opset >= 7)
            return;
        Ignore("broadcast");
        if (!Has("axis"))
            return;
        long named = Int("axis", 0);
        if (Input(0) is not Activation x || Input(1) is not Constant constant)
            throw new RefusalException($"attribute axis is {named} of two layers");
        int behind = x.Shape.Length - Axis(named, x.Shape.Length) - constant.Shape.Length;
        _aligned = behind < 0
            ? throw new RefusalException(
                $"a constant of {string.Join('x', constant.Shape)} from axis {named} of {string.Join('x', x.Shape)}")
            : constant with { Shape = [.. constant.Shape, .. Enumerable.Repeat(1, behind)] };
    }

    public static int[] Narrow(IEnumerable<long> numbers, string what) =>
    [
        .. numbers.Select(number => number is >= int.MinValue and <= int.MaxValue
            ? (int)number
            : throw new RefusalException($"{what} holds {number}")),
    ];

    /// <summary>An input; null where it is left out.</summary>
    public Value? Input(int index)
    {
        _readInputs.Add(index);
        if (index == 1 && _aligned is not null)
            return _aligned;
        return index < inputs.Count
            ? inputs[index] is UnknownValue ? throw new UnknownInputException() : inputs[index]
            : null;
    }

    /// <summary>An input that a layer gives.</summary>
    public Activation Layer(int index, bool padsToo = false, bool movedToo = false) =>
        Input(index) switch
        {
            Activation { IsWhole: true } whole => throw new RefusalException(
                "input whose first axis is not the batch", $"of {string.Join('x', whole.Shape)}"),
            Activation { BatchAxis: not 0 } moved => movedToo
                ? moved
                : throw new RefusalException(
                    "input behind a Transpose that moves the batch from axis 0; Transpose, Slice, Squeeze and Gather "
                    + "are supported"),
            Activation { Pads: null } layer => layer,
            Activation layer => padsToo ? layer : Padded(layer, layer.Pads!, node.Inputs[index]),
            Constant => throw new RefusalException($"input {index} is a constant; a layer's output is expected"),
            _ => throw new RefusalException($"input {index} is missing"),
        };

    /// <summary>A layer with zeros around its map: top, left, bottom, right.</summary>
    public Activation Padded(Activation x, int[] pads, string? onnxValue = null)
    {
        Activation padded = Add(new ZeroPad2d(pads[1], pads[3], pads[0], pads[2]), [x.Layer], name: $"{Name}.pad");
        padded.Layer.OnnxValue = onnxValue;
        return padded;
    }

    /// <summary>An input that does not depend on the network's; null where it is left out.</summary>
    public Constant? Optional(int index, string what) => Input(index) switch
    {
        null => null,
        Constant constant => constant,
        _ => throw new RefusalException($"{what}, input {index}, is computed by the network; a constant is expected"),
    };

    public Constant ConstantAt(int index, string what) =>
        Optional(index, what) ?? throw new RefusalException($"{what}, input {index}, is missing");

    public int[] Integers(int index, string what) => Optional(index, what) switch
    {
        null => throw new RefusalException($"{what}, input {index}, is missing"),
        { Ints: null } => throw new RefusalException($"{what}, input {index}, is not of integers"),
        { } constant => Narrow(constant.Ints(), what),
    };

    /// <summary>Axes, by the attribute of older sets or the input of newer ones, counted from the first; null for
    /// none.</summary>
    public int[]? Axes(int rank, int input)
    {
        int[]? axes = Ints("axes");
        if (axes is null && Optional(input, "axes") is not null)
            axes = Integers(input, "axes");
        return axes is null ? null : [.. axes.Select(axis => Axis(axis, rank))];
    }

    /// <summary>An axis counted from the first.</summary>
    public static int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw new RefusalException($"axis {axis} of {rank}");

    /// <summary>A layer of this node, and its output's shape by the operator's own rule.</summary>
    public Activation Add(
        Operator op, IReadOnlyList<Draft> reads, IReadOnlyDictionary<string, Func<float[]>>? weights = null,
        string? name = null)
    {
        TensorShape shape;
        try
        {
            shape = op.InferShape([.. reads.Select(read => read.Shape)]);
            _ = op.Parameters;
        }
        catch (ShapeMismatchException e)
        {
            throw new RefusalException(e.Message.TrimEnd('.'));
        }
        var draft = new Draft(name ?? Name, op, reads, shape);
        if (weights is not null)
            draft = draft with { Weights = weights };
        return new Activation(draft, [batch, .. shape.Extents]);
    }

    public Activation Add(Operator op, Activation input) => Add(op, [input.Layer]);

    /// <summary>A layer's name: that of its weight as PyTorch's exporter leaves it, else the node's, else its
    /// output's.</summary>
    public string NameBy(Constant weight)
    {
        const string Ending = ".weight";
        return weight.Name.EndsWith(Ending, StringComparison.Ordinal) && weight.Name.Length > Ending.Length
            ? weight.Name[..^Ending.Length]
            : Name;
    }

    public string Name => node.Name.Length > 0 ? node.Name : node.Outputs.Count > 0 ? node.Outputs[0] : node.OpType;
}
