using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>Nodes for which the batch is an axis like any other: attention that joins it with heads, windows of a map
/// that it is multiplied by, reductions over it. With a batch of 1 the file's whole tensor is one item. Converters are
/// given the node as if each tensor had one more axis before its first, and know nothing of it.</summary>
/// <param name="fixesBatch">Whether the file takes no other batch: then what works along its axis is the same for each
/// item.</param>
internal sealed class WholeItems(bool fixesBatch)
{
    /// <summary>No attribute and no constant input of these names an axis.</summary>
    private static readonly HashSet<string> Elementwise =
    [
        "Abs", "Add", "And", "Cast", "Ceil", "Celu", "Clip", "Cos", "Div", "Dropout", "Elu", "Equal", "Erf", "Exp",
        "Floor", "Gelu", "Gemm", "Greater", "GreaterOrEqual", "HardSigmoid", "HardSwish", "Identity", "IsInf", "IsNaN",
        "LeakyRelu", "Less", "LessOrEqual", "Log", "MatMul", "Max", "Mean", "Min", "Mish", "Mul", "Neg", "Not", "Or",
        "Pow", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Softplus", "Softsign",
        "Sqrt", "Sub", "Sum", "Tan", "Tanh", "ThresholdedRelu", "Where", "Xor",
    ];

    // One layer for each reshaped one, by which patterns are found.
    private readonly Dictionary<(Draft, TensorShape), Draft> _reshaped = [];

    /// <summary>A layer whose first axis is the batch again, if it can be.</summary>
    public Value? AsItems(Value? value, int batch) => value is Activation { IsWhole: true } whole
        && whole.Shape.Length > 1 && whole.Shape[0] == batch
        ? new Activation(Reshaped(whole.Layer, whole.Shape[1..]), whole.Shape)
        : value;

    /// <summary>A layer as one item of the file's shape, for a batch of 1.</summary>
    public Activation Whole(Activation layer) =>
        new(Reshaped(layer.Layer, layer.Shape), layer.Shape, BatchAxis: Activation.NoAxis);

    /// <summary>A node and its inputs as converters take them; null of a node that needs the batch as its first
    /// axis.</summary>
    public (OnnxNode Node, Value?[] Inputs)? Of(OnnxNode node, IReadOnlyList<Value?> inputs, long opset)
    {
        Activation[] layers = [.. inputs.OfType<Activation>()];
        if (layers.Length == 0 || inputs.Any(input => input is UnknownValue or Activation { Pads: not null }))
            return null;
        int[] shape = layers[0].Shape;
        int rank = layers.Max(layer => layer.Shape.Length);
        if (Elementwise.Contains(node.OpType))
        {
            rank = inputs.OfType<Constant>().Select(constant => constant.Shape.Length).Append(rank).Max();
            // The axis of old sets says where a constant begins.
            return Int(node, "axis") is not null || MixesItems(node, inputs) ? null : (node, Lifted(inputs, rank));
        }
        if (inputs.Any(input => input is Activation layer && layer.Shape.Length != rank))
            return null;
        OnnxNode? lifted = node.OpType switch
        {
            "Softmax" or "LogSoftmax" => Along(node, shape, layers, opset < 13 ? 1 : -1),
            "Hardmax" => Along(node, shape, layers, opset < 13 ? 1 : -1),
            "Concat" => Along(node, shape, layers, null),
            "Split" or "Gather" or "ArgMax" or "ArgMin" => Along(node, shape, layers, 0),
            "LpNormalization" or "TopK" => Along(node, shape, layers, -1),
            "LayerNormalization" => LayerNormalization(node, shape, layers),
            "Transpose" => Transpose(node, shape),
            "MeanVarianceNormalization" when Longs(node, "axes") is null =>
                Reduce(With(node, "axes", [0, 2, 3]), inputs, shape, layers),
            "MeanVarianceNormalization" => Reduce(node, inputs, shape, layers),
            _ when node.OpType.StartsWith("Reduce", StringComparison.Ordinal) => Reduce(node, inputs, shape, layers),
            _ => null,
        };
        if (lifted is not null)
            return (lifted, Lifted(
                node.OpType.StartsWith("Reduce", StringComparison.Ordinal) ? [inputs[0]] : inputs, rank));
        return node.OpType switch
        {
            "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" => Target(node, inputs, shape) is { } target
                ? (Bare(node) with { OpType = "Reshape" }, Lifted([inputs[0], Numbers(target)], rank))
                : null,
            "Expand" => Expand(node, inputs, layers),
            "Tile" => Ints(inputs, 1) is { } repeats && repeats.Length == rank
                && (repeats[0] == 1 || !MayMix(layers, 0))
                ? (node, Lifted([inputs[0], Numbers(repeats)], rank))
                : null,
            "Slice" => Slice(node, inputs, shape, layers),
            _ => null,
        };
    }

    private Value?[] Lifted(IReadOnlyList<Value?> inputs, int rank) =>
    [
        .. inputs.Select(input => input is Activation layer
            ? Lifted(layer, [.. Enumerable.Repeat(1, rank - layer.Shape.Length), .. layer.Shape])
            : input),
    ];

    private Activation Lifted(Activation layer, int[] shape) => new(Reshaped(layer.Layer, shape), [1, .. shape]);

    private Draft Reshaped(Draft layer, int[] extents)
    {
        var shape = new TensorShape(extents);
        Draft from = layer.Operator is Reshape or Flatten ? layer.Inputs[0] : layer;
        if (layer.Shape == shape || from.Shape == shape)
            return layer.Shape == shape ? layer : from;
        if (!_reshaped.TryGetValue((from, shape), out Draft? reshaped))
            _reshaped[(from, shape)] = reshaped = new Draft($"{from.Name}.reshape", new Reshape(shape), [from], shape);
        return reshaped;
    }

    /// <summary>Whether work along an axis may be work across the items of a free batch.</summary>
    private bool MayMix(IEnumerable<Activation> layers, int axis) =>
        !fixesBatch && layers.Any(layer => layer.BatchAxis == axis);

    /// <summary>Whether a constant differs from item to item of a free batch, or a product sums over items.</summary>
    private bool MixesItems(OnnxNode node, IReadOnlyList<Value?> inputs)
    {
        if (fixesBatch)
            return false;
        bool isProduct = node.OpType is "MatMul" or "Gemm";
        for (int i = 0; i < inputs.Count; i++)
            if (inputs[i] is Activation { IsWhole: false } layer)
            {
                int behind = layer.Shape.Length - layer.BatchAxis;
                bool sums = isProduct
                    && (i == 0 ? behind == 1 || Int(node, "transA") is not null and not 0 : behind == 2);
                if (sums || (!isProduct && inputs.OfType<Constant>().Any(constant =>
                    constant.Shape.Length >= behind && constant.Shape[^behind] != 1)))
                    return true;
            }
        return false;
    }

    private OnnxNode? Along(OnnxNode node, int[] shape, Activation[] layers, long? other)
    {
        if ((Int(node, "axis") ?? other) is not { } axis || axis < -shape.Length || axis >= shape.Length
            || MayMix(layers, (int)(axis < 0 ? axis + shape.Length : axis)))
            return null;
        return axis < 0 && Int(node, "axis") is null ? node : With(node, "axis", axis < 0 ? axis : axis + 1);
    }

    private OnnxNode? LayerNormalization(OnnxNode node, int[] shape, Activation[] layers)
    {
        long axis = Int(node, "axis") ?? -1;
        axis = axis < 0 ? axis + shape.Length : axis;
        return axis < 0 || axis >= shape.Length || layers.Any(layer =>
            !fixesBatch && !layer.IsWhole && layer.BatchAxis >= axis)
            ? null
            : With(node, "axis", axis + 1);
    }

    private static OnnxNode? Transpose(OnnxNode node, int[] shape)
    {
        IReadOnlyList<long> perm = Longs(node, "perm")
            ?? [.. Enumerable.Range(0, shape.Length).Reverse().Select(axis => (long)axis)];
        return perm.Count == shape.Length ? With(node, "perm", [0, .. perm.Select(axis => axis + 1)]) : null;
    }

    private OnnxNode? Reduce(OnnxNode node, IReadOnlyList<Value?> inputs, int[] shape, Activation[] layers)
    {
        IReadOnlyList<long> axes = Longs(node, "axes") ?? Ints(inputs, 1)?.Select(axis => (long)axis).ToArray() ?? [];
        if (axes.Count == 0 && Int(node, "noop_with_empty_axes") is not null and not 0)
            return null;
        if (axes.Count == 0)
            axes = [.. Enumerable.Range(0, shape.Length).Select(axis => (long)axis)];
        if (axes.Any(axis => axis < -shape.Length || axis >= shape.Length
            || MayMix(layers, (int)(axis < 0 ? axis + shape.Length : axis))))
            return null;
        return With(node, "axes", [.. axes.Select(axis => axis < 0 ? axis : axis + 1)]);
    }

    private (OnnxNode Node, Value?[] Inputs)? Expand(
        OnnxNode node, IReadOnlyList<Value?> inputs, Activation[] layers)
    {
        if (Ints(inputs, 1) is not { } wanted)
            return null;
        int[] shape = Shapes.Broadcast(layers[0].Shape, wanted);
        bool extendsBatch = shape.Length == layers[0].Shape.Length && shape[0] != layers[0].Shape[0];
        return extendsBatch && MayMix(layers, 0) ? null : (node, Lifted([inputs[0], Numbers(shape)], shape.Length));
    }

    private (OnnxNode Node, Value?[] Inputs)? Slice(
        OnnxNode node, IReadOnlyList<Value?> inputs, int[] shape, Activation[] layers)
    {
        int count = Longs(node, "starts")?.Count ?? Ints(inputs, 1)?.Length ?? 0;
        IReadOnlyList<long> axes = Longs(node, "axes")
            ?? (Ints(inputs, 3) ?? [.. Enumerable.Range(0, count)]).Select(axis => (long)axis).ToArray();
        if (axes.Any(axis => axis < -shape.Length || axis >= shape.Length
            || MayMix(layers, (int)(axis < 0 ? axis + shape.Length : axis))))
            return null;
        long[] lifted = [.. axes.Select(axis => axis < 0 ? axis : axis + 1)];
        Value?[] all = Lifted(inputs, shape.Length);
        if (Longs(node, "starts") is not null)
            return (With(node, "axes", lifted), all);
        Value?[] read = [.. Enumerable.Range(0, 5).Select(index => index < all.Length ? all[index] : null)];
        read[3] = Constant.Of(lifted, lifted.Length);
        return (node, read);
    }

    /// <summary>What a node that keeps the order of the values makes of a shape.</summary>
    private static int[]? Target(OnnxNode node, IReadOnlyList<Value?> inputs, int[] shape)
    {
        int[]? numbers = Ints(inputs, 1);
        int[]? axes = Longs(node, "axes") is { } named ? ImportStep.Narrow(named, "axes") : numbers;
        switch (node.OpType)
        {
            case "Reshape":
                numbers ??= Longs(node, "shape") is { } attribute ? ImportStep.Narrow(attribute, "shape") : null;
                return numbers is null
                    ? null
                    : Shapes.Resolve(shape, numbers, Int(node, "allowzero") is not null and not 0);
            case "Flatten":
                long axis = Int(node, "axis") ?? 1;
                int first = axis == shape.Length ? shape.Length : ImportStep.Axis(axis, shape.Length);
                return [Constant.CountOf(shape.AsSpan(0, first)), Constant.CountOf(shape.AsSpan(first))];
            case "Squeeze":
                return Shapes.Squeeze(
                    shape, axes is null ? null : [.. axes.Select(each => ImportStep.Axis(each, shape.Length))]);
            default:
                if (axes is null)
                    return null;
                int rank = shape.Length + axes.Length;
                int[] places = [.. axes.Select(each => ImportStep.Axis(each, rank))];
                var extents = new Queue<int>(shape);
                return places.Distinct().Count() != places.Length
                    ? null
                    : [.. Enumerable.Range(0, rank).Select(each => places.Contains(each) ? 1 : extents.Dequeue())];
        }
    }

    private static Constant Numbers(int[] shape) =>
        Constant.Of([1, .. shape.Select(extent => (long)extent)], shape.Length + 1);

    private static int[]? Ints(IReadOnlyList<Value?> inputs, int index) =>
        index < inputs.Count && inputs[index] is Constant { Ints: { } ints }
            ? [.. ints().Select(number => (int)Math.Clamp(number, int.MinValue, int.MaxValue))]
            : null;

    private static long? Int(OnnxNode node, string name) =>
        node.Attributes.OfType<OnnxAttribute<long>>().FirstOrDefault(attribute => attribute.Name == name)?.Value;

    private static IReadOnlyList<long>? Longs(OnnxNode node, string name) => node.Attributes
        .OfType<OnnxAttribute<IReadOnlyList<long>>>().FirstOrDefault(attribute => attribute.Name == name)?.Value;

    private static OnnxNode With(OnnxNode node, string name, long value) =>
        With(node, new OnnxAttribute<long>(name, OnnxAttributeKind.Int, value));

    private static OnnxNode With(OnnxNode node, string name, IReadOnlyList<long> values) =>
        With(node, new OnnxAttribute<IReadOnlyList<long>>(name, OnnxAttributeKind.Ints, values));

    private static OnnxNode With(OnnxNode node, OnnxAttribute attribute) => node with
    {
        Attributes = [.. node.Attributes.Where(each => each.Name != attribute.Name), attribute],
    };

    /// <summary>Without the attributes that say the shape.</summary>
    private static OnnxNode Bare(OnnxNode node) => node with
    {
        Attributes = [.. node.Attributes.Where(each => each.Name is not ("allowzero" or "axis" or "axes" or "shape"))],
    };
}
