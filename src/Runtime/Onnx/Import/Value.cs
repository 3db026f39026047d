namespace SoftPool.Onnx.Import;

/// <summary>What a name of the ONNX graph stands for while it is imported.</summary>
internal abstract record Value;

/// <summary>What comes of a node that was refused: nothing is said of it again.</summary>
internal sealed record UnknownValue : Value
{
    public static UnknownValue Instance { get; } = new();
}

/// <summary>What a layer gives.</summary>
/// <param name="Layer">The layer, or the network's input.</param>
/// <param name="Shape">The shape as ONNX has it, with the batch.</param>
/// <param name="Pads">Zeros around height and width that the next layer has to take into its own padding: top, left,
/// bottom, right. They are in the shape.</param>
/// <param name="BatchAxis">The axis of the shape that is the batch. A layer has it first; a Transpose may move it away
/// for a while, as attention does to take the first of queries, keys and values.</param>
internal sealed record Activation(Draft Layer, int[] Shape, int[]? Pads = null, int BatchAxis = 0) : Value
{
    /// <summary>The batch axis of a shape that is the layer's own: the batch is none of its axes.</summary>
    public const int NoAxis = int.MaxValue;

    /// <summary>Whether the shape is that of one item.</summary>
    public bool IsWhole => BatchAxis == NoAxis;

    /// <summary>The layer's axis, from 1, that an axis of the shape is.</summary>
    public int DimOf(int axis) => axis < BatchAxis ? axis + 1 : axis;
}

/// <summary>What a node of several outputs gives, in their order.</summary>
internal sealed record Several(IReadOnlyList<Value> Outputs) : Value;

/// <summary>A tensor that does not depend on the network's input. It is computed when it is asked for.</summary>
/// <param name="Shape">Its extents; none of a scalar.</param>
/// <param name="Name">The initializer's name, for layers to be named after.</param>
/// <param name="Floats">The elements of a tensor of real numbers, null of integers.</param>
/// <param name="Ints">The elements of a tensor of integers or truth values, null of real numbers.</param>
internal sealed record Constant(int[] Shape, string Name, Func<float[]>? Floats, Func<long[]>? Ints) : Value
{
    /// <summary>Integers are shapes, indices and masks: those of windows of attention have the most elements.</summary>
    public const int MostInts = 1 << 18;

    private const int MostElements = int.MaxValue / sizeof(float);

    public int Count => CountOf(Shape);

    /// <summary>The type of integers, where a file or a QuantizeLinear says it.</summary>
    public OnnxElement Element { get; init; }

    /// <summary>Integers as real numbers, of which there may be more than of shapes and indices: those of a quantised
    /// weight. Null where <see cref="Ints"/> are all there is.</summary>
    public Func<float[]>? Weight { get; init; }

    /// <summary>How many constants were computed one from the other for it.</summary>
    public int Depth { get; init; }

    public static Constant Of(long[] ints, params int[] shape) => new(shape, "", null, () => ints);

    /// <summary>The elements as real numbers, whatever they are.</summary>
    public float[] Numbers() => Floats is not null ? Floats()
        : Weight is not null ? Weight()
        : [.. Ints!().Select(number => (float)number)];

    /// <summary>The number of elements of a shape that a constant may have.</summary>
    /// <exception cref="RefusalException">It has too many.</exception>
    public static int CountOf(ReadOnlySpan<int> shape)
    {
        long count = 1;
        foreach (int extent in shape)
        {
            count *= extent;
            if (extent < 0 || count > MostElements)
                throw new RefusalException(
                    $"a constant has at most {MostElements} elements; got {string.Join('x', shape.ToArray())}");
        }
        return (int)count;
    }

    /// <summary>An initializer or an attribute.</summary>
    public static Constant Of(OnnxTensor tensor)
    {
        int[] shape = [.. tensor.Dimensions.Select(extent => (int)Math.Min(extent, int.MaxValue))];
        int count = CountOf(shape);
        if (tensor.Element is OnnxElement.Float or OnnxElement.Double or OnnxElement.Float16 or OnnxElement.BFloat16)
            return new Constant(shape, tensor.Name, tensor.ToFloats, null);
        if (tensor.Element is OnnxElement.String or OnnxElement.Complex64 or OnnxElement.Complex128 or OnnxElement.None)
            throw new RefusalException($"a constant of type {tensor.Element}");
        return count <= MostInts
            ? new Constant(shape, tensor.Name, null, tensor.ToInts) { Element = tensor.Element }
            : OfWeight(shape, tensor.Name, tensor.Element, tensor.ToFloats);
    }

    /// <summary>Integers that are a weight, and are refused as shapes and indices.</summary>
    public static Constant OfWeight(int[] shape, string name, OnnxElement element, Func<float[]> numbers)
    {
        int count = CountOf(shape);
        return new Constant(shape, name, null, () => throw new RefusalException(
            $"a constant of {count} elements of type {element}; use the file of real numbers"))
        {
            Element = element,
            Weight = numbers,
        };
    }
}
