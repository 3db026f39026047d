using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Gives the elements another shape, as torch.reshape. The batch stays. The memory is shared, and no kernel
/// runs.</summary>
/// <param name="Shape">The shape of one item of the output, without the batch. It has as many elements as the
/// input.</param>
public sealed record Reshape(TensorShape Shape) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"to {Shape}";

    /// <summary>Any shape to another of as many elements.</summary>
    private protected override TensorShape Infer(TensorShape input) =>
        Shape.Rank > 0 && Shape.ElementCount == input.ElementCount
            ? Shape
            : throw new ShapeMismatchException($"Reshape to {Shape} takes {Shape.ElementCount} elements; got {input}.");

    internal override void Compute<T>(ReferenceStep step) => step.Input.CopyTo(step.Output);

    internal override void Lower(LoweringStep step) => step.Alias();
}
