using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Changes the order of the axes, as torch.permute. The batch stays first. At most 4 axes may move;
/// neighbouring axes that stay together count as one.</summary>
/// <param name="Dims">The input's axis for each axis of the output. Axes are counted as in PyTorch; axis 0, the batch,
/// is left out: [2, 1] exchanges the first two axes after the batch.</param>
public sealed record Permute(IReadOnlyList<int> Dims) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"axes {string.Join(", ", Dims ?? [])}";

    /// <inheritdoc/>
    public bool Equals(Permute? other) => other is not null && Dims.SequenceEqual(other.Dims);

    /// <inheritdoc/>
    public override int GetHashCode() => Dims.Aggregate(0, HashCode.Combine);

    /// <summary>(e1, e2, ...) to the same extents in the order of Dims.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        if (Dims is null || !Dims.Order().SequenceEqual(Enumerable.Range(1, input.Rank)))
            throw new ShapeMismatchException(
                $"Permute takes each axis of 1 to {input.Rank} once on {input}; got {Attributes}.");
        if (PermutedAxes.Of(input, Dims).Extents.Length > Strided.Most)
            throw new ShapeMismatchException(
                $"Permute takes orders of up to {Strided.Most} axes that move, "
                + $"neighbours that stay together counted as one; got {Attributes} on {input}.");
        return new TensorShape([.. Dims.Select(dim => input[dim - 1])]);
    }

    internal override void Compute<T>(ReferenceStep step)
    {
        var axes = PermutedAxes.Of(step.InputShape, Dims);
        for (int i = 0; i < step.Output.Length; i++)
            step.Output[i] = step.Input[axes.SourceOf(i)];
    }

    internal override void Lower(LoweringStep step)
    {
        var axes = PermutedAxes.Of(step.InputShape, Dims);
        if (axes.Extents.Length == 0)
        {
            step.Alias();
            return;
        }
        Strided.Lower(step, step.Input, axes.Item, axes.Item, axes.Extents, axes.Strides);
    }
}
