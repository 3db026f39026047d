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
    private protected override TensorShape Infer(TensorShape input)
    {
        AxisSplit.Check(nameof(Softmax), input, Dim);
        return input;
    }

    internal override void Compute<T>(ReferenceStep step) => SoftmaxReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        // The kernels know channels: what lies before the axis is as if it were of the batch.
        (int outer, int channels, int plane) = AxisSplit.Of(step.InputShape, Dim);
        int batch = step.Batch * outer;
        SpecializationConstant[] shape = [("BATCH", batch), ("CHANNELS", channels), ("PLANE", plane)];
        if (Slices.Of(channels).Count == 1 && !ExponentialSums.IsWide(step, batch, channels, plane))
            step.Dispatch(
                "softmax", shape, GroupCount.Linear((long)batch * plane), texels: 0, 3 * LoopIterations.Of(channels),
                step.Input, step.Output);
        else
            step.Dispatch(
                "softmax_of_sums", shape, GroupCount.Linear(step.Output.Count), step.Input, step.Output,
                ExponentialSums.OfCells(step, batch, channels, plane));
    }
}
