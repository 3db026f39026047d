using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Goes through a graph's nodes, folds those of constants, makes layers of the others, and gathers what is
/// refused.</summary>
/// <param name="file">The file.</param>
/// <param name="options">What the user gives.</param>
/// <param name="takesWhole">Whether the file's input tensors are one item each, without a batch.</param>
internal sealed class GraphImporter(OnnxModel file, OnnxOptions options, bool takesWhole = false)
{
    /// <summary>The sets whose operators were compared with the converters. An older one gives attributes another
    /// meaning.</summary>
    private const long FirstOpset = 1, LastOpset = 24;

    private const int MostAxes = 8;

    /// <summary>Of constants computed from constants, one behind the other: each takes some stack.</summary>
    private const int DeepestConstant = 500;

    /// <summary>Of graphs within nodes of graphs within nodes.</summary>
    private const int DeepestBranch = 16;

    private static readonly HashSet<string> IntegerOperators =
    [
        "ConvInteger", "DynamicQuantizeLinear", "DynamicQuantizeMatMul", "MatMulInteger", "MatMulIntegerToFloat",
    ];

    /// <summary>Operators that are not supported and give what they take a shape of, so that what stands behind them is
    /// looked at as well.</summary>
    private static readonly HashSet<string> KeepShape =
    [
        "Acos", "Asin", "Atan", "DequantizeLinear", "QuantizeLinear",
    ];

    private readonly Refusals _refusals = new();
    private readonly Dictionary<string, Value> _values = [];

    /// <summary>The values of the file's graph itself; those of graphs within nodes are none.</summary>
    private readonly HashSet<string> _ofFile = [];

    private int _depth;
    private WholeItems _wholes = new(fixesBatch: true);

    public bool TakesWhole => takesWhole;

    /// <summary>Whether the file fixes every extent of the inputs that it needs.</summary>
    public bool FixesInputs { get; private set; }

    /// <summary>The graph's inputs that the outputs may depend on, in the file's order.</summary>
    public IReadOnlyList<Draft> Inputs { get; private set; } = [];

    /// <summary>The graph's values that the network gives.</summary>
    public IReadOnlyList<string> OutputNames { get; private set; } = [];

    /// <summary>The batch that the file is folded for: its own, or 1 where that is free.</summary>
    public int Batch { get; private set; } = 1;

    /// <summary>Makes drafts of all that the outputs depend on.</summary>
    /// <param name="name">The network's name, for the message.</param>
    /// <returns>The layers that give the outputs, in the order of <see cref="OutputNames"/>.</returns>
    /// <exception cref="UnsupportedOnnxException">Something is not supported.</exception>
    public IReadOnlyList<Draft> Import(string name)
    {
        OnnxGraph graph = file.Graph;
        long opset = file.Opsets.GetValueOrDefault("");
        if (opset is < FirstOpset or > LastOpset)
            _refusals.Add("operator set", $"version {opset}; {FirstOpset} to {LastOpset} are supported");
        OutputNames = ChooseOutputs(graph);
        List<OnnxNode> nodes = Needed(graph);
        foreach (OnnxTensor tensor in graph.Initializers)
            _values[tensor.Name] = Initializer(tensor);
        AddInputs(graph, nodes);
        RefuseDoubles(graph, nodes);
        _ofFile.UnionWith(graph.Nodes.SelectMany(node => node.Outputs));
        foreach (OnnxNode node in nodes)
            Take(node, opset);
        Draft[] outputs = _refusals.Any ? [] : [.. OutputNames.Select(OutputOf).OfType<Draft>()];
        return _refusals.Any ? throw new UnsupportedOnnxException(name, _refusals.Lines()) : outputs;
    }

    /// <summary>Of a value that is given twice nobody knows which is meant.</summary>
    private void RefuseDoubles(OnnxGraph graph, List<OnnxNode> nodes)
    {
        HashSet<string> given =
            [.. graph.Initializers.Select(tensor => tensor.Name), .. graph.Inputs.Select(input => input.Name)];
        foreach (OnnxNode node in nodes)
            foreach (string output in node.Outputs)
                if (output.Length > 0 && !given.Add(output))
                    _refusals.Add(node, $"it gives {output}, which is given before it");
    }

    /// <summary>Adds what a node gives to the values.</summary>
    private void Take(OnnxNode node, long opset)
    {
        if (node.Outputs.Count == 0)
            return;
        if (BranchOf(node) is { } branch)
        {
            Inline(node, branch, opset);
            return;
        }
        if (Rewritten(node, opset) is { } nodes)
        {
            foreach (OnnxNode part in nodes)
                Take(part, opset);
            return;
        }
        Value value = Convert(node, opset);
        for (int i = 0; i < node.Outputs.Count; i++)
            Name(
                node.Outputs[i],
                value is Several several ? several.Outputs[i] : i == 0 ? value : UnknownValue.Instance);
    }

    private void Name(string name, Value value)
    {
        // The values of a batch that is not the first axis lie in another order.
        if (value is Activation { Layer.OnnxValue: null, BatchAxis: 0 or Activation.NoAxis } made
            && _ofFile.Contains(name))
            made.Layer.OnnxValue = name;
        _values[name] = value;
    }

    /// <summary>The graph that an If chooses by a constant, such as an extent that is compared with 1; null of any
    /// other node.</summary>
    private OnnxGraph? BranchOf(OnnxNode node) =>
        node is { OpType: "If", Domain: "", Inputs: [var condition] }
            && _values.GetValueOrDefault(condition) is Constant { Count: 1, Ints: { } holds }
            && node.Attributes.OfType<OnnxAttribute<OnnxGraph>>().FirstOrDefault(attribute =>
                attribute.Name == (holds()[0] != 0 ? "then_branch" : "else_branch")) is { Value: var branch }
            && branch.Outputs.Count >= node.Outputs.Count
            ? branch
            : null;

    /// <summary>Takes the nodes of a graph in place of the node that holds it. They may read what is around
    /// it.</summary>
    private void Inline(OnnxNode node, OnnxGraph branch, long opset)
    {
        if (++_depth > DeepestBranch)
        {
            _refusals.Add(node, $"more than {DeepestBranch} are nested");
            return;
        }
        foreach (OnnxTensor tensor in branch.Initializers)
            _values[tensor.Name] = Initializer(tensor);
        foreach (OnnxNode inner in branch.Nodes)
            Take(inner, opset);
        _depth--;
        for (int i = 0; i < node.Outputs.Count; i++)
            Name(node.Outputs[i], Find(node, branch.Outputs[i].Name));
    }

    /// <summary>The nodes that one is written as, where its converter has it so and the shapes are known.</summary>
    private IReadOnlyList<OnnxNode>? Rewritten(OnnxNode node, long opset)
    {
        if (node.Domain.Length > 0 || ConverterTable.Find(node.OpType)?.Rewrite is not { } rewrite)
            return null;
        Value?[] inputs = [.. node.Inputs.Select(name => _values.GetValueOrDefault(name))];
        int[]?[] shapes = [.. inputs.Select(input => (input as Activation)?.Shape ?? (input as Constant)?.Shape)];
        if (shapes.Contains(null))
            return null;
        try
        {
            var step = new ImportStep(node, inputs, opset, Batch);
            IReadOnlyList<OnnxNode> nodes = rewrite(step, [.. shapes.OfType<int[]>()]);
            return RefuseUnread(step) ? nodes : null;
        }
        catch (RefusalException)
        {
            // Its converter says so.
            return null;
        }
    }

    private Draft? OutputOf(string name)
    {
        Value? value = _values.GetValueOrDefault(name);
        if (!takesWhole)
            value = _wholes.AsItems(value, Batch);
        switch (value)
        {
            // An input that goes through as it is.
            case Activation { Pads: null, Layer: { Operator: null } input } given
                when given.BatchAxis is 0 || takesWhole:
                return new Draft(name, new Reshape(input.Shape), [input], input.Shape) { OnnxValue = name };
            case Activation { IsWhole: true, Layer.Operator: not null } whole: return whole.Layer;
            case Activation { BatchAxis: not 0, IsWhole: false } moved when Batch == 1:
                return _wholes.Whole(moved).Layer;
            case Activation { BatchAxis: not 0 }:
                _refusals.Add("output", "the batch is not its first axis", name);
                break;
            case Activation { Pads: null, Layer.Operator: not null } given: return given.Layer;
            case Activation { Pads: { } pads } padded: return PaddedOutput(name, padded, pads);
            default: _refusals.Add("output", $"{name} depends on no operator"); break;
        }
        return null;
    }

    private Draft? PaddedOutput(string name, Activation padded, int[] pads)
    {
        try
        {
            var op = new ZeroPad2d(pads[1], pads[3], pads[0], pads[2]);
            return new Draft(name, op, [padded.Layer], op.InferShape([padded.Layer.Shape])) { OnnxValue = name };
        }
        catch (ShapeMismatchException e)
        {
            _refusals.Add("output", e.Message.TrimEnd('.'), name);
            return null;
        }
    }

    private string[] ChooseOutputs(OnnxGraph graph)
    {
        string[] names = [.. graph.Outputs.Select(output => output.Name).Distinct()];
        if (options.Outputs.Count == 0)
        {
            if (names.Length == 0)
                _refusals.Add("output", "there is none");
            return names;
        }
        foreach (string wanted in options.Outputs)
            if (!names.Contains(wanted) && !graph.Nodes.Any(node => node.Outputs.Contains(wanted)))
                _refusals.Add("output", $"there is none named {wanted}; there are {string.Join(", ", names)}");
        return [.. options.Outputs.Distinct()];
    }

    /// <summary>The nodes that the outputs depend on, in the file's order, in which each has to stand behind those that
    /// it reads.</summary>
    private List<OnnxNode> Needed(OnnxGraph graph)
    {
        HashSet<string> wanted = [.. OutputNames];
        List<OnnxNode> needed = [];
        foreach (OnnxNode node in graph.Nodes.Reverse())
            if (node.Outputs.Any(wanted.Contains))
            {
                needed.Add(node);
                wanted.UnionWith(ReadBy(node));
                foreach (string extra in node.Outputs.Skip(1))
                    if (extra.Length > 0 && wanted.Contains(extra)
                        && ConverterTable.Find(node.OpType) is { GivesSeveral: false })
                        _refusals.Add(node, "its second output and those behind it are not supported");
            }
        needed.Reverse();
        HashSet<string> given = [.. needed.SelectMany(node => node.Outputs)];
        if (options.Outputs.Count == 0)
            foreach (string output in OutputNames.Where(output => !given.Contains(output)
                && !graph.Inputs.Any(input => input.Name == output)
                && !graph.Initializers.Any(tensor => tensor.Name == output)))
                _refusals.Add("output", $"no node gives {output}");
        return needed;
    }

    /// <summary>What a node reads, and graphs within it.</summary>
    private static IEnumerable<string> ReadBy(OnnxNode node) => node.Inputs.Concat(
        node.Attributes.OfType<OnnxAttribute<OnnxGraph>>().SelectMany(attribute =>
            attribute.Value.Nodes.SelectMany(ReadBy)
                .Concat(attribute.Value.Outputs.Select(output => output.Name))));

    private Value Initializer(OnnxTensor tensor)
    {
        try
        {
            return Constant.Of(tensor);
        }
        catch (RefusalException e)
        {
            _refusals.Add("initializer", e.Message, tensor.Name);
            return UnknownValue.Instance;
        }
    }

    private void AddInputs(OnnxGraph graph, List<OnnxNode> nodes)
    {
        HashSet<string> read = [.. nodes.SelectMany(ReadBy)];
        List<OnnxValue> inputs =
            [.. graph.Inputs.Where(input => !_values.ContainsKey(input.Name) && read.Contains(input.Name))];
        FixesInputs = inputs.All(input =>
            input.Type.Dimensions is { Count: > 0 } dimensions && dimensions.All(extent => extent.Size > 0));
        _wholes = new WholeItems(takesWhole || inputs.All(input => input.Type.Dimensions is [{ Size: > 0 }, ..]));
        var shapes = new InputShapes(graph, inputs, options, _refusals) { TakesWhole = takesWhole };
        shapes.CheckNames();
        if (inputs.Count == 0 && !_refusals.Any)
            _refusals.Add("input", "the output depends on none");
        List<Draft> drafts = [];
        foreach (OnnxValue input in inputs)
        {
            _values[input.Name] = UnknownValue.Instance;
            if (shapes.Of(input) is not { } shape)
                continue;
            if (takesWhole)
            {
                drafts.Add(new Draft(input.Name, null, [], new TensorShape(shape)) { OnnxValue = input.Name });
                _values[input.Name] = new Activation(drafts[^1], shape, BatchAxis: Activation.NoAxis);
                continue;
            }
            if (drafts.Count > 0 && shape[0] != Batch)
            {
                _refusals.Add(
                    "input", $"{input.Name}: its first axis is {shape[0]}, and that of {drafts[0].Name} {Batch}; "
                        + "the first axis of every input is the batch");
                continue;
            }
            Batch = shape[0];
            drafts.Add(new Draft(input.Name, null, [], new TensorShape(shape.AsSpan(1))) { OnnxValue = input.Name });
            _values[input.Name] = new Activation(drafts[^1], shape);
        }
        Inputs = drafts;
    }

    private Value Convert(OnnxNode node, long opset)
    {
        var inputs = new Value?[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
            if (node.Inputs[i].Length > 0)
                inputs[i] = Find(node, node.Inputs[i]);
        Value?[] items = [.. inputs.Select(input => takesWhole ? input : _wholes.AsItems(input, Batch))];
        var step = new ImportStep(node, items, opset, Batch);
        try
        {
            if (node.Domain.Length > 0 && !IsInteger(node.OpType))
                throw new RefusalException($"the operator is of the domain {node.Domain}");
            Func<ImportStep, Value>? convert = ConstantFolding.Find(node.OpType, inputs);
            bool areConstants = inputs.Any(input => input is Constant)
                && inputs.All(input => input is null or Constant);
            if (convert is null && areConstants && FoldedByLayers(node, inputs, opset) is { } computed)
                return computed;
            convert ??= ConverterTable.Find(node.OpType)?.Convert;
            if (convert is null)
                return ConstantFolding.Knows(node.OpType) && inputs.Any(input => input is UnknownValue)
                    ? UnknownValue.Instance
                    : throw Unknown(node, inputs);
            Value value = convert(step);
            bool isWhole = RefuseUnread(step);
            foreach (int input in step.UnreadInputs)
                isWhole &= Refuse(node, $"input {input} is not supported");
            return !isWhole ? UnknownValue.Instance
                : value is Several several
                    ? new Several([.. several.Outputs.Select(part => part is Constant of ? Kept(of, inputs) : part)])
                : value is Constant folded ? Kept(folded, inputs)
                : value;
        }
        catch (UnknownInputException)
        {
            // Converters read their attributes before their inputs; folding does not, and only shapes come of it.
            if (ConverterTable.Find(node.OpType) is not null)
                RefuseUnread(step);
        }
        catch (ShapeMismatchException e)
        {
            // Of a shape that is too large for a layer, before there is one.
            _refusals.Add(node, e.Message.TrimEnd('.'));
        }
        catch (RefusalException e)
        {
            if (AsWhole(node, inputs, opset) is { } whole)
                return whole;
            _refusals.Add(node, e.Message, e.Detail);
            if (e.Shape is { Length: > 1 and <= MostAxes } shape && shape[0] == Batch && shape.Min() > 0)
                return new Activation(new Draft("", null, [], new TensorShape(shape.AsSpan(1))), shape);
        }
        return UnknownValue.Instance;
    }

    private static Constant? FoldedByLayers(OnnxNode node, Value?[] inputs, long opset)
    {
        try
        {
            return ConstantLayers.Fold(node, inputs, opset) is { } folded ? Kept(folded, inputs) : null;
        }
        catch (Exception e) when (e is RefusalException or ShapeMismatchException)
        {
            return null;
        }
    }

    /// <summary>What a node gives where the batch is an axis like any other; null where that is not supported
    /// either.</summary>
    private Value? AsWhole(OnnxNode node, Value?[] inputs, long opset)
    {
        if (Batch != 1 || node.Domain.Length > 0 || ConverterTable.Find(node.OpType) is null)
            return null;
        try
        {
            if (_wholes.Of(node, inputs, opset) is not { } lifted)
                return null;
            var step = new ImportStep(lifted.Node, lifted.Inputs, opset, batch: 1);
            Value value = ConverterTable.Find(lifted.Node.OpType)!.Convert(step);
            return step.UnreadAttributes.Any() || step.UnreadInputs.Any() ? null
                : value is Several several ? new Several([.. several.Outputs.Cast<Activation>().Select(Lowered)])
                : Lowered((Activation)value);
        }
        catch (Exception e) when (e is RefusalException or ShapeMismatchException)
        {
            return null;
        }

        static Value Lowered(Activation lifted) => lifted.Pads is null
            ? new Activation(lifted.Layer, lifted.Shape[1..], BatchAxis: Activation.NoAxis)
            : throw new RefusalException("padding");
    }

    /// <summary>A computed constant that is computed once, however many read it.</summary>
    private static Constant Kept(Constant constant, Value?[] inputs)
    {
        int depth = 1 + inputs.Max(input => (input as Constant)?.Depth) ?? 0;
        if (depth > DeepestConstant)
            throw new RefusalException($"more than {DeepestConstant} constants are computed one from the other");
        if (constant.Floats is not { } floats)
            return constant with { Depth = depth };
        var once = new Lazy<float[]>(floats);
        return constant with { Depth = depth, Floats = () => once.Value };
    }

    private bool RefuseUnread(ImportStep step)
    {
        bool isWhole = true;
        foreach (string attribute in step.UnreadAttributes)
            isWhole &= Refuse(step.Node, $"attribute {attribute} is not supported");
        return isWhole;
    }

    private bool Refuse(OnnxNode node, string reason)
    {
        _refusals.Add(node, reason);
        return false;
    }

    private static RefusalException Unknown(OnnxNode node, Value?[] inputs) => new(
        node.OpType is "If" or "Loop" or "Scan" ? "control flow is not supported"
        : node.OpType is "QuantizeLinear" or "DequantizeLinear"
            ? "quantised activations are not supported; use the file of real numbers"
        : IsInteger(node.OpType) ? "integer arithmetic is not supported; use the file of real numbers"
        : ConstantFolding.Knows(node.OpType) ? "it is supported on constants alone"
        : "the operator is not supported",
        shape: KeepShape.Contains(node.OpType) && inputs is [Activation x, ..] ? x.Shape : null);

    private static bool IsInteger(string opType) =>
        IntegerOperators.Contains(opType) || opType.StartsWith("QLinear", StringComparison.Ordinal);

    private Value Find(OnnxNode node, string name)
    {
        if (_values.TryGetValue(name, out Value? value))
            return value;
        Refuse(node, $"it reads {name}, which nothing before it gives");
        return _values[name] = UnknownValue.Instance;
    }
}
