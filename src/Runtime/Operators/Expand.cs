using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Repeats an input along axes of extent 1, as torch.Tensor.expand.</summary>
/// <param name="Shape">The shape of one item of the output, without the batch: the input's extents, and any in the
/// place of an extent of 1.</param>
public sealed record Expand(TensorShape Shape) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"to {Shape}";

    /// <summary>The input's shape to another.</summary>
    private protected override TensorShape Infer(TensorShape input) =>
        BroadcastAxes.Infer(nameof(Expand), [input, Shape]) == Shape
            ? Shape
            : throw new ShapeMismatchException($"Expand to {Shape} takes an input of its extents or 1; got {input}.");

    internal override void Compute<T>(ReferenceStep step)
    {
        var axes = BroadcastAxes.Of(1, step.OutputShape, step.InputShapes);
        for (int i = 0; i < step.Output.Length; i++)
            step.Output[i] = step.Input[axes.PlaceOf(0, i)];
    }

    internal override void Lower(LoweringStep step)
    {
        if (step.InputShape == Shape)
        {
            step.Alias();
            return;
        }
        var axes = BroadcastAxes.Of(step.Batch, step.OutputShape, step.InputShapes);
        int[] extents = axes.Extents[1..];
        Strided.Lower(
            step, step.Input, extents.Aggregate(1, (count, extent) => count * extent), axes.Strides[0][0], extents,
            axes.Strides[0][1..]);
    }
}
