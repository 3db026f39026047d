using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>What moves values or names them anew.</summary>
internal static class ShapeConverters
{
    private const string Flattening = "Flatten, or nothing where the shape stays";

    public static Converter[] All { get; } =
    [
        new("Concat", "Concat", "Layers, along the channels.", Concat),
        new("Flatten", Flattening, "To (N, F).", Flatten),
        new("Reshape", $"{Flattening}; with Transpose ChannelShuffle",
            "To (N, F) by a constant shape, with 0, -1 and allowzero; to (N, G, C / G, ...) and back.", Reshape),
        new("Squeeze", Flattening, "To (N, F); axes as an attribute or a constant input.", Squeeze),
        new("Transpose", "nothing where the order stays; between Reshapes ChannelShuffle",
            "A perm that keeps the order, or swaps the axes of split channels.", Transpose),
        new("Identity", "nothing", "Everything.", step => step.Layer(0, padsToo: true, splitToo: true)),
        new("Cast", "nothing", "From and to 32-bit real numbers.", Cast),
        new("Dropout", "nothing", "ratio and seed have no influence. No training_mode, no output mask.", Dropout),
    ];

    private static Activation Concat(ImportStep step)
    {
        long axis = step.Attribute<long>("axis", long.MinValue);
        if (step.InputCount == 0)
            throw new RefusalException("no inputs");
        for (int i = 0; i < step.InputCount; i++)
            _ = step.Input(i);
        Activation[] parts = [.. Enumerable.Range(0, step.InputCount).Select(index => step.Layer(index))];
        if (ImportStep.Axis(axis, parts[0].Shape.Length) != 1)
            throw new RefusalException($"axis {axis}; the channels, axis 1, are supported");
        return parts.Length == 1 ? parts[0] : step.Add(new Concat(), [.. parts.Select(part => part.Layer)]);
    }

    private static Activation Flatten(ImportStep step)
    {
        long named = step.Int("axis", 1);
        Activation x = step.Layer(0);
        int rank = x.Shape.Length;
        int axis = named == rank ? rank : ImportStep.Axis(named, rank);
        return To(step, x, [Constant.CountOf(x.Shape.AsSpan(0, axis)), Constant.CountOf(x.Shape.AsSpan(axis))]);
    }

    private static Activation Reshape(ImportStep step)
    {
        bool allowsZero = step.Int("allowzero", 0) != 0;
        Activation x = step.Layer(0, splitToo: true);
        return To(step, x, Shapes.Resolve(x.Shape, step.Integers(1, "the shape"), allowsZero));
    }

    private static Activation Squeeze(ImportStep step)
    {
        _ = step.Ints("axes");
        Activation x = step.Layer(0);
        return To(step, x, Shapes.Squeeze(x.Shape, step.Axes(x.Shape.Length, 1)));
    }

    /// <summary>The same values in another shape, if that is a vector for each item.</summary>
    private static Activation To(ImportStep step, Activation x, int[] shape)
    {
        if (shape.SequenceEqual(x.Shape))
            return x;
        int[] whole = [step.Batch, .. x.Layer.Shape.Extents];
        if (x.Split is { } split && shape.SequenceEqual(whole))
            return split.Swapped ? step.Add(new ChannelShuffle(split.Groups), [x.Layer]) : x with { Shape = whole, Split = null };
        if (x.Split is null && whole.Length > 2 && shape.Length == whole.Length + 1 && shape[0] == step.Batch
            && shape.AsSpan(3).SequenceEqual(whole.AsSpan(2)))
            return x with { Shape = shape, Split = new SplitChannels(shape[1], Swapped: false) };
        return shape.Length == 2 && shape[0] == step.Batch && x.Split is null
            ? step.Add(new Flatten(), x)
            : throw new RefusalException(
                "to a shape other than vectors (N, F)", $"from {string.Join('x', x.Shape)} to {string.Join('x', shape)}", shape);
    }

    private static Activation Transpose(ImportStep step)
    {
        int[]? perm = step.Ints("perm");
        Activation x = step.Layer(0, splitToo: true);
        int[] order = [.. Enumerable.Range(0, x.Shape.Length)];
        perm ??= [.. order.Reverse()];
        if (x.Split is { Swapped: false } split && perm.SequenceEqual([0, 2, 1, .. order[3..]]))
            return x with { Shape = Permuted()!, Split = split with { Swapped = true } };
        return perm.SequenceEqual(order)
            ? x
            : throw new RefusalException(
                $"attribute perm is {WindowAttributes.Show(perm)}", shape: Permuted());

        int[]? Permuted() => perm.Order().SequenceEqual(order)
            ? [.. perm.Select(axis => x.Shape[axis])]
            : null;
    }

    private static Activation Cast(ImportStep step)
    {
        var to = (OnnxElement)step.Int("to", 0);
        Activation x = step.Layer(0);
        return to == OnnxElement.Float ? x : throw new RefusalException($"attribute to is {to}; Float is supported");
    }

    private static Activation Dropout(ImportStep step)
    {
        step.Ignore("ratio");
        step.Ignore("seed");
        step.ExpectInference();
        Activation x = step.Layer(0);
        _ = step.Optional(1, "the ratio");
        if (step.Optional(2, "training_mode") is { } training && training.Numbers() is not [0])
            throw new RefusalException("training_mode is on");
        return x;
    }
}
