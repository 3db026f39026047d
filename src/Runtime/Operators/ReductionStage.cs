using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>One launch of a reduction: rows of <paramref name="Length"/> elements are cut into lines of <paramref
/// name="Width"/>, of which the last may be shorter, and what stands in one column is combined.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Length">The elements of a row.</param>
/// <param name="Width">The numbers that a row gives.</param>
internal readonly record struct ReductionStage(int Rows, int Length, int Width)
{
    /// <summary>The numbers that it gives.</summary>
    public int Count => Rows * Width;

    /// <summary>The most elements that are combined to one.</summary>
    public int Lines => (int)(((long)Length + Width - 1) / Width);

    /// <summary>The launches of a reduction, in order. Axes that lie side by side are one; the last are reduced first,
    /// and long ones in two steps. They depend on the shape of an item alone.</summary>
    /// <param name="input">The shape of the input, without the batch.</param>
    /// <param name="dims">The axes that are reduced, from 1.</param>
    public static IReadOnlyList<ReductionStage> Of(TensorShape input, IEnumerable<int> dims)
    {
        HashSet<int> reduced = [.. dims];
        List<ReductionStage> stages = [];
        int outer = input.ElementCount, inner = 1, terms = 1;
        for (int axis = input.Rank; axis > 0; axis--)
        {
            outer /= input[axis - 1];
            terms *= input[axis - 1];
            if (axis > 1 && reduced.Contains(axis) == reduced.Contains(axis - 1))
                continue;
            if (!reduced.Contains(axis))
                inner *= terms;
            else if (terms > 1)
                stages.AddRange(Of(outer, terms, inner));
            terms = 1;
        }
        // Of one element each there still is a magnitude or a square.
        return stages.Count > 0 ? stages : [new(1, input.ElementCount, input.ElementCount)];
    }

    private static ReductionStage[] Of(int outer, int terms, int inner)
    {
        int slices = Slices.Interleaved(terms, (long)outer * inner).Count;
        return slices == 1
            ? [new(outer, terms * inner, inner)]
            : [new(outer, terms * inner, slices * inner), new(outer, slices * inner, inner)];
    }
}
