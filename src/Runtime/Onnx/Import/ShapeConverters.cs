using SoftPool.Operators;

namespace SoftPool.Onnx.Import;

/// <summary>What moves values or names them anew.</summary>
internal static class ShapeConverters
{
    private const string Reshaping = "Flatten, Reshape, or nothing where the shape stays";

    // Of a TensorShape, without the batch.
    private const int LargestRank = 8;

    // Of axes that a Permute moves, neighbours that stay together counted as one.
    private const int MostGroups = 4;

    private const string Kept = "The batch stays the first axis";

    public static Converter[] All { get; } =
    [
        new("Flatten", Reshaping, $"{Kept}, by itself or alone.", Flatten),
        new("Reshape", $"{Reshaping}; with Transpose ChannelShuffle, PixelShuffle or PixelUnshuffle",
            $"A constant shape, with 0, -1 and allowzero. {Kept}.", Reshape),
        new("Squeeze", Reshaping, $"axes as an attribute or a constant input. {Kept}.", Squeeze),
        new("Unsqueeze", Reshaping, $"axes as an attribute or a constant input. {Kept}.", Unsqueeze),
        new("Transpose", "Permute, or nothing where the order stays or comes back",
            "perm. The batch may be another axis until a Transpose, Slice, Squeeze or Gather makes it the first again.",
            Transpose),
        new("DepthToSpace", "PixelShuffle; of mode DCR Reshape and Permute", "blocksize; mode.", DepthToSpace),
        new("SpaceToDepth", "Reshape and Permute", "blocksize.", SpaceToDepth),
        new("Identity", "nothing", "Everything.", step => step.Layer(0, padsToo: true)),
        new("Dropout", "nothing",
            "ratio and seed have no influence. No training_mode but with a ratio of 0, no output mask.", Dropout),
    ];

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
        int[]? attribute = step.Opset < 5 ? step.Ints("shape") : null;
        Activation x = step.Layer(0);
        return To(step, x, Shapes.Resolve(x.Shape, attribute ?? step.Integers(1, "the shape"), allowsZero));
    }

    private static Activation Squeeze(ImportStep step)
    {
        _ = step.Ints("axes");
        Activation x = step.Layer(0, movedToo: true);
        return Squeezed(step, x, step.Axes(x.Shape.Length, 1));
    }

    /// <summary>A layer without some extents of 1, or without all; the batch may be any axis.</summary>
    public static Activation Squeezed(ImportStep step, Activation x, int[]? axes)
    {
        int[] shape = Shapes.Squeeze(x.Shape, axes);
        int batch = x.BatchAxis
            - Enumerable.Range(0, x.BatchAxis).Count(axis => axes?.Contains(axis) ?? x.Shape[axis] == 1);
        if (axes?.Contains(x.BatchAxis) ?? x.Shape[x.BatchAxis] == 1)
            throw new RefusalException(
                "to a shape whose first axis is not the batch",
                $"from {string.Join('x', x.Shape)} to {string.Join('x', shape)}",
                shape);
        int[] item = [.. shape.Where((_, axis) => axis != batch)];
        Activation first = new(x.Layer, [step.Batch, .. x.Layer.Shape.Extents]);
        return To(step, first, [step.Batch, .. item]) with { Shape = shape, BatchAxis = batch };
    }

    private static Activation Unsqueeze(ImportStep step)
    {
        long[] named = step.Ints("axes") is { } attribute
            ? [.. attribute.Select(axis => (long)axis)]
            : [.. step.Integers(1, "axes").Select(axis => (long)axis)];
        Activation x = step.Layer(0);
        int rank = x.Shape.Length + named.Length;
        int[] axes = [.. named.Select(axis => ImportStep.Axis(axis, rank))];
        if (axes.Distinct().Count() != axes.Length)
            throw new RefusalException("axes name one twice");
        var extents = new Queue<int>(x.Shape);
        return To(step, x, [.. Enumerable.Range(0, rank).Select(axis => axes.Contains(axis) ? 1 : extents.Dequeue())]);
    }

    /// <summary>The same values in another shape.</summary>
    private static Activation To(ImportStep step, Activation x, int[] shape)
    {
        if (shape.SequenceEqual(x.Shape))
            return x;
        if (shape.Length < 2 || shape[0] != step.Batch)
            throw new RefusalException(
                "to a shape whose first axis is not the batch",
                $"from {string.Join('x', x.Shape)} to {string.Join('x', shape)}",
                shape);
        if (shape.Length - 1 > LargestRank)
            throw new RefusalException($"to {shape.Length} axes; {LargestRank + 1} are supported");
        var item = new TensorShape(shape.AsSpan(1));
        // One Reshape behind another.
        Draft from = x.Layer.Operator is Reshape ? x.Layer.Inputs[0] : x.Layer;
        if (from.Shape == item)
            return new Activation(from, shape);
        if (Shuffles.Find(from, item) is { } shuffle)
            return step.Add(shuffle.Op, [shuffle.Input]);
        return step.Add(shape.Length == 2 ? new Flatten() : new Reshape(item), [from]);
    }

    private static Activation Transpose(ImportStep step)
    {
        int[]? perm = step.Ints("perm");
        Activation x = step.Layer(0, movedToo: true);
        int[] order = [.. Enumerable.Range(0, x.Shape.Length)];
        perm ??= [.. order.Reverse()];
        if (!perm.Order().SequenceEqual(order))
            throw new RefusalException(
                $"attribute perm is {WindowAttributes.Show(perm)} on {string.Join('x', x.Shape)}");
        int[] dims = [.. perm.Where(axis => axis != x.BatchAxis).Select(x.DimOf)];
        // One Transpose behind another.
        Draft from = x.Layer;
        if (x.Layer.Operator is Permute before)
            (from, dims) = (x.Layer.Inputs[0], [.. dims.Select(dim => before.Dims[dim - 1])]);
        Activation turned = dims.SequenceEqual(order.Skip(1))
            ? new Activation(from, [step.Batch, .. from.Shape.Extents])
            : Permuted(step, from, dims);
        return turned with
        {
            Shape = [.. perm.Select(axis => x.Shape[axis])],
            BatchAxis = Array.IndexOf(perm, x.BatchAxis),
        };
    }

    /// <summary>Axes in another order, by two Permutes where one takes too few.</summary>
    private static Activation Permuted(ImportStep step, Draft from, int[] dims)
    {
        if (IsOne(from.Shape, dims) || dims.Length == LargestRank)
            return step.Add(new Permute(dims), [from]);
        foreach (int[] first in Orders(dims.Length))
        {
            var between = new TensorShape([.. first.Select(dim => from.Shape[dim - 1])]);
            int[] second = [.. dims.Select(dim => Array.IndexOf(first, dim) + 1)];
            if (IsOne(from.Shape, first) && IsOne(between, second))
                return step.Add(new Permute(second), step.Add(new Permute(first), [from]));
        }
        return step.Add(new Permute(dims), [from]);

        static bool IsOne(TensorShape shape, int[] order) =>
            PermutedAxes.Of(shape, order).Extents.Length <= MostGroups;
    }

    private static IEnumerable<int[]> Orders(int count) => count == 0
        ? [[]]
        : Orders(count - 1).SelectMany(order => Enumerable.Range(0, count)
            .Select(place => (int[])[.. order[..place], count, .. order[place..]]));

    private static Activation DepthToSpace(ImportStep step)
    {
        int size = BlockSize(step);
        string mode = step.Text("mode", "DCR");
        Activation x = step.Layer(0);
        if (mode == "CRD")
            return step.Add(new PixelShuffle(size), x);
        if (mode != "DCR")
            throw new RefusalException($"attribute mode is {mode}; DCR and CRD are supported");
        (int channels, int height, int width) = Image(x);
        if ((long)size * size > channels || channels % (size * size) != 0)
            throw new RefusalException($"attribute blocksize is {size} on {channels} channels");
        channels /= size * size;
        Activation split = step.Add(new Reshape(new(size, size, channels, height, width)), x);
        Activation moved = step.Add(new Permute([3, 4, 1, 5, 2]), split);
        return step.Add(new Reshape(new(channels, height * size, width * size)), moved);
    }

    private static Activation SpaceToDepth(ImportStep step)
    {
        int size = BlockSize(step);
        Activation x = step.Layer(0);
        (int channels, int height, int width) = Image(x);
        if (height % size != 0 || width % size != 0)
            throw new RefusalException($"attribute blocksize is {size} on a map of {height}x{width}");
        (height, width) = (height / size, width / size);
        Activation split = step.Add(new Reshape(new(channels, height, size, width, size)), x);
        Activation moved = step.Add(new Permute([3, 5, 1, 2, 4]), split);
        return step.Add(new Reshape(new(channels * size * size, height, width)), moved);
    }

    private static int BlockSize(ImportStep step)
    {
        long size = step.Int("blocksize", 0);
        return size is >= 1 and <= int.MaxValue
            ? (int)size
            : throw new RefusalException($"attribute blocksize is {size}");
    }

    private static (int Channels, int Height, int Width) Image(Activation x) => x.Layer.Shape.Rank == 3
        ? (x.Shape[1], x.Shape[2], x.Shape[3])
        : throw new RefusalException($"an input of {string.Join('x', x.Shape)}; images (N, C, H, W) are supported");

    private static Activation Dropout(ImportStep step)
    {
        step.Ignore("ratio");
        step.Ignore("seed");
        step.ExpectInference();
        Activation x = step.Layer(0);
        // A ratio of 0 drops nothing, whatever the mode.
        bool drops = step.Optional(1, "the ratio") is not { } ratio || ratio.Numbers() is not [0];
        if (step.Optional(2, "training_mode") is { } training && training.Numbers() is not [0] && drops)
            throw new RefusalException("training_mode is on");
        return x;
    }
}
