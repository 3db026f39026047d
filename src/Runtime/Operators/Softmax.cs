using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>exp(x_c) / sum_k exp(x_k) along an axis, as torch.nn.Softmax. The shape stays the same. Finite for every
/// finite input.</summary>
/// <param name="Dim">The axis, counted as in PyTorch: 1 is the channels, 2 the axis after the channels, and so on. 0,
/// the batch, is not allowed.</param>
public sealed record Softmax(int Dim = 1) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => Dim == 1 ? "" : $"axis {Dim}";

    /// <summary>(C, ...) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input) => Dim > 0 && Dim <= input.Rank
        ? input
        : throw new ShapeMismatchException($"Softmax takes an axis of 1 to {input.Rank} on {input}; got axis {Dim}.");

    /// <summary>The elements before the axis, along it and behind it.</summary>
    internal (int Outer, int Extent, int Inner) AxesOf(TensorShape input)
    {
        int outer = 1;
        foreach (int extent in input.Extents[..(Dim - 1)])
            outer *= extent;
        return (outer, input[Dim - 1], input.ElementCount / outer / input[Dim - 1]);
    }

    internal override void Compute<T>(ReferenceStep step) => SoftmaxReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        // The kernels know channels: what lies before the axis is as if it were of the batch.
        (int outer, int channels, int plane) = AxesOf(step.InputShape);
        int batch = step.Batch * outer;
        SpecializationConstant[] shape = [("BATCH", batch), ("CHANNELS", channels), ("PLANE", plane)];
        if (Slices.Of(channels).Count == 1)
            step.Dispatch(
                "softmax", shape, GroupCount.Linear((long)batch * plane), texels: 0, 3 * LoopIterations.Of(channels),
                step.Input, step.Output);
        else
            step.Dispatch(
                "softmax_of_sums", shape, GroupCount.Linear(step.Output.Count), step.Input, step.Output,
                ExponentialSums.OfCells(step, batch, channels, plane));
    }
}
