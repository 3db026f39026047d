using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>One number of all elements along some axes: their mean, their sum, the largest and the like, as torch.mean,
/// torch.sum, torch.amax.</summary>
/// <param name="Kind">What becomes of the elements.</param>
/// <param name="Dims">The axes, counted as in PyTorch: 1 is the channels. 0, the batch, is not allowed.</param>
/// <param name="Keepdim">Whether the axes stay, with an extent of 1.</param>
public sealed record Reduce(Reduction Kind, IReadOnlyList<int> Dims, bool Keepdim) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes =>
        $"{Kind} over axes {string.Join(", ", Dims ?? [])}{(Keepdim ? ", which stay" : "")}";

    /// <inheritdoc/>
    public bool Equals(Reduce? other) =>
        other is not null && Kind == other.Kind && Keepdim == other.Keepdim && Dims.SequenceEqual(other.Dims);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Keepdim, Dims.Aggregate(0, HashCode.Combine));

    /// <summary>The extents along the other axes, and 1 along these where they stay.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        bool fits = Enum.IsDefined(Kind) && Dims is { Count: > 0 } && Dims.Distinct().Count() == Dims.Count
            && Dims.All(dim => dim > 0 && dim <= input.Rank);
        return fits
            ? Reduced(input, Dims, Keepdim)
            : throw new ShapeMismatchException(
                $"Reduce takes a defined kind and axes of 1 to {input.Rank}, each once, on {input}; got {Attributes}.");
    }

    internal override void Compute<T>(ReferenceStep step) => ReduceReference
        .Compute<T>(ReductionSteps.Of(Kind), ReductionStage.Of(step.InputShape, Dims), step.Input)
        .CopyTo(step.Output);

    internal override void Lower(LoweringStep step) => Reductions.Lower(
        step, ReductionSteps.Of(Kind), ReductionStage.Of(step.InputShape, Dims), step.Output, step.Options.Fp16);

    /// <summary>A shape without some of its axes, or with an extent of 1 along them.</summary>
    internal static TensorShape Reduced(TensorShape input, IReadOnlyCollection<int> dims, bool keepdim) =>
        new([.. Enumerable.Range(1, input.Rank).Where(dim => keepdim || !dims.Contains(dim))
            .Select(dim => dims.Contains(dim) ? 1 : input[dim - 1])]);
}
