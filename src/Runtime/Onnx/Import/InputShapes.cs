namespace SoftPool.Onnx.Import;

/// <summary>The shapes of a graph's inputs, by what the file declares and what the user gives.</summary>
/// <param name="graph">The graph.</param>
/// <param name="inputs">Those of its inputs that are needed.</param>
/// <param name="options">What the user gives.</param>
/// <param name="refusals">Gets what is refused.</param>
internal sealed class InputShapes(
    OnnxGraph graph, IReadOnlyList<OnnxValue> inputs, OnnxOptions options, Refusals refusals)
{
    private const int MostAxes = 8;

    /// <summary>What gives elements of its input as they are.</summary>
    private static readonly HashSet<string> Moves =
        ["Flatten", "Identity", "Reshape", "Slice", "Split", "Squeeze", "Transpose", "Unsqueeze"];

    /// <summary>Whether there is no batch: a vector is an input too.</summary>
    public bool TakesWhole { get; init; }

    /// <summary>The batch of an input that leaves it free: what another input fixes, else 1.</summary>
    private readonly long _freeBatch = inputs
        .Select(input => options.Shapes.GetValueOrDefault(input.Name) is [var batch, ..] ? batch
            : input.Type.Dimensions is [{ Size: var size }, ..] ? size : null)
        .FirstOrDefault(size => size > 0) ?? 1;

    /// <summary>Refuses names that the file does not have.</summary>
    public void CheckNames()
    {
        string[] inputs = [.. graph.Inputs.Select(input => input.Name)];
        foreach (string name in options.Shapes.Keys.Except(inputs))
            refusals.Add(
                "input", $"there is none named {name} to have a shape; there are {string.Join(", ", inputs.Take(8))}");
        HashSet<string?> symbols =
            [.. graph.Inputs.SelectMany(input => input.Type.Dimensions ?? []).Select(extent => extent.Symbol)];
        string?[] named = [.. symbols.Where(symbol => symbol?.Length > 0)];
        foreach (string name in options.Symbols.Keys.Where(name => !symbols.Contains(name)))
            refusals.Add(
                "input",
                $"no extent is named {name}; "
                + (named.Length > 0 ? $"{string.Join(", ", named)} are" : "the file names none"));
    }

    /// <summary>An input's extents, batch first; null where they are refused.</summary>
    public int[]? Of(OnnxValue input)
    {
        OnnxType type = input.Type;
        bool isReal = type.Element is OnnxElement.Float or OnnxElement.Float16 or OnnxElement.Double;
        bool isBytes = type.Element == OnnxElement.UInt8;
        if (type.Kind != OnnxTypeKind.Tensor || (!isReal && !isBytes))
            return Refuse(
                input, $"its type is {(type.Kind == OnnxTypeKind.Tensor ? type.Element : type.Kind)}; Float, Float16, "
                    + "Double and UInt8 are supported");
        if (isBytes && FirstBeforeCast(input.Name) is { } reader)
            return Refuse(
                input, $"its type is UInt8, and {reader.OpType} reads it; Cast to real numbers is expected first");
        string declared = Declared(input.Type.Dimensions);
        int[]? shape = options.Shapes.TryGetValue(input.Name, out IReadOnlyList<int>? given)
            ? Given(input, [.. given], declared)
            : Resolved(input, declared);
        if (shape is null)
            return null;
        if (shape.Length > MostAxes)
            return Refuse(input, $"it has {shape.Length} axes; {MostAxes} are supported");
        if (shape.Length < (TakesWhole ? 1 : 2) || shape.Min() < 1)
            return Refuse(
                input, $"its shape is {string.Join('x', shape)}; a batch, channels and other extents of at least 1 are "
                + "expected");
        try
        {
            _ = new TensorShape(shape);
        }
        catch (ShapeMismatchException e)
        {
            return Refuse(input, e.Message.TrimEnd('.'));
        }
        return shape;
    }

    /// <summary>What computes with a value's integers before a Cast makes them real numbers; null where nothing
    /// does.</summary>
    private OnnxNode? FirstBeforeCast(string name)
    {
        HashSet<string> integers = [name];
        foreach (OnnxNode node in graph.Nodes.Where(node => node.Inputs.Any(integers.Contains)))
            if (Moves.Contains(node.OpType))
                integers.UnionWith(node.Outputs);
            else if (!IsCastToReal(node) && node.OpType != "Shape")
                return node;
        return null;

        static bool IsCastToReal(OnnxNode node) => node.OpType == "Cast" && node.Attributes
            .OfType<OnnxAttribute<long>>().Any(attribute => attribute.Name == "to"
                && (OnnxElement)attribute.Value is OnnxElement.Float or OnnxElement.Float16 or OnnxElement.Double);
    }

    private int[]? Given(OnnxValue input, int[] given, string declared)
    {
        IReadOnlyList<OnnxDimension>? dimensions = input.Type.Dimensions;
        bool fits = dimensions is null || dimensions.Count == given.Length;
        for (int axis = 0; fits && dimensions is not null && axis < given.Length; axis++)
            fits = dimensions[axis].Size is null or <= 0 || dimensions[axis].Size == given[axis];
        return fits ? given : Refuse(input, $"its declared shape is {declared}; {string.Join('x', given)} was given");
    }

    private int[]? Resolved(OnnxValue input, string declared)
    {
        if (input.Type.Dimensions is { Count: 0 })
            return Refuse(input, "it is a single number; a batch, channels and other extents are expected");
        if (input.Type.Dimensions is not { } dimensions)
            return Refuse(input, $"its shape is not declared; give one, such as {input.Name}=1x3x224x224");
        var shape = new int[dimensions.Count];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            // Exporters write 0 and -1 for what is free.
            long? size = dimensions[axis].Size > 0 ? dimensions[axis].Size
                : dimensions[axis].Symbol is { } symbol && options.Symbols.TryGetValue(symbol, out int value) ? value
                : axis == 0 ? _freeBatch
                : null;
            if (size is not { } known)
                return Refuse(
                    input, $"its declared shape is {declared}; give one, such as {input.Name}={Example(dimensions)}");
            shape[axis] = (int)Math.Min(known, int.MaxValue);
        }
        return shape;
    }

    private static string Declared(IReadOnlyList<OnnxDimension>? dimensions) => dimensions is null
        ? "unknown"
        : string.Join('x', dimensions.Select(extent => extent.Size > 0 ? $"{extent.Size}"
            : extent.Symbol?.Length > 0 ? $"[{extent.Symbol}]" : "?"));

    private static string Example(IReadOnlyList<OnnxDimension> dimensions) =>
        string.Join('x', dimensions.Select((extent, axis) => extent.Size > 0
            ? extent.Size
            : axis switch { 0 => 1, 1 => 3, _ => 224 }));

    private int[]? Refuse(OnnxValue input, string reason)
    {
        refusals.Add("input", $"{input.Name}: {reason}");
        return null;
    }
}
