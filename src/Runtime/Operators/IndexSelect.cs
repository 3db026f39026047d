using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Takes elements of one axis, in any order and any number of times, as torch.index_select.</summary>
/// <param name="Dim">The axis, counted as in PyTorch: 1 is the channels. 0, the batch, is not allowed.</param>
/// <param name="Index">The place of each element, from 0; 1 to 65,536 of them.</param>
public sealed record IndexSelect(int Dim, IReadOnlyList<int> Index) : UnaryOperator
{
    private const int Most = 65_536;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"axis {Dim}, {Index?.Count ?? 0} places";

    /// <inheritdoc/>
    public bool Equals(IndexSelect? other) => other is not null && Dim == other.Dim && Index.SequenceEqual(other.Index);

    /// <inheritdoc/>
    public override int GetHashCode() => Index.Aggregate(Dim, HashCode.Combine);

    /// <summary>(C, ...) to the same with the number of places in the place of the axis's extent.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        if (Dim < 1 || Dim > input.Rank)
            throw new ShapeMismatchException(
                $"IndexSelect takes an axis of 1 to {input.Rank} on {input}; got {Attributes}.");
        int extent = input[Dim - 1];
        if (Index is not { Count: >= 1 and <= Most } || Index.Any(place => place < 0 || place >= extent))
            throw new ShapeMismatchException(
                $"IndexSelect takes 1 to {Most} places of 0 to {extent - 1}; got {Attributes}.");
        return input.With(Dim, Index.Count);
    }

    internal override void Compute<T>(ReferenceStep step)
    {
        (int extent, int inner) = (step.InputShape[Dim - 1], step.InputShape.Inner(Dim));
        for (int row = 0; row < step.Output.Length / inner; row++)
        {
            int from = row / Index.Count * extent + Index[row % Index.Count];
            step.Input.Slice(from * inner, inner).CopyTo(step.Output[(row * inner)..]);
        }
    }

    internal override void Lower(LoweringStep step)
    {
        (int count, int inner) = (step.Batch * step.OutputShape.ElementCount, step.InputShape.Inner(Dim));
        // A texel lies within a place.
        step.DispatchElements(
            "index_select",
            [("COUNT", count), ("EXTENT", step.InputShape[Dim - 1]), ("LENGTH", Index.Count), ("INNER", inner)],
            count, inner % 4 == 0 ? 0b1u : 0, step.Input, step.Output,
            step.Integers("index", [.. Index.Select(place => (uint)place)]));
    }
}
