namespace SoftPool.Operators;

/// <summary>The axes of a permuted shape, in the output's order. Axes that stay neighbours are one, an extent of 1 is
/// none, and a first axis that stays the first is a part of the batch.</summary>
/// <param name="Extents">Their extents; none where the order stays.</param>
/// <param name="Strides">The elements of the input from place to place on each.</param>
internal sealed record PermutedAxes(int[] Extents, int[] Strides)
{
    /// <param name="input">The shape of the input, without the batch.</param>
    /// <param name="dims">The input's axes in the output's order, from 1.</param>
    public static PermutedAxes Of(TensorShape input, IReadOnlyList<int> dims)
    {
        var strides = new int[input.Rank];
        for (int axis = input.Rank - 1, stride = 1; axis >= 0; stride *= input[axis--])
            strides[axis] = stride;
        var merged = new List<(int Extent, int Stride)>();
        foreach (int dim in dims)
        {
            (int extent, int stride) = (input[dim - 1], strides[dim - 1]);
            if (extent == 1)
                continue;
            if (merged.Count > 0 && merged[^1].Stride == extent * stride)
                merged[^1] = (merged[^1].Extent * extent, stride);
            else
                merged.Add((extent, stride));
        }
        if (merged.Count > 0 && merged[0].Extent * merged[0].Stride == input.ElementCount)
            merged.RemoveAt(0);
        return new PermutedAxes([.. merged.Select(axis => axis.Extent)], [.. merged.Select(axis => axis.Stride)]);
    }

    /// <summary>The number of elements that are put into another order.</summary>
    public int Item { get; } = Extents.Aggregate(1, (count, extent) => count * extent);

    /// <summary>The place in the input of an element of the output.</summary>
    public int SourceOf(int place)
    {
        (int outer, place) = Math.DivRem(place, Item);
        int source = outer * Item;
        for (int axis = Extents.Length - 1; axis >= 0; axis--)
        {
            (place, int along) = Math.DivRem(place, Extents[axis]);
            source += along * Strides[axis];
        }
        return source;
    }
}
