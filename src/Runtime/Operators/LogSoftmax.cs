using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>x_c - log(sum_k exp(x_k)) along an axis, as torch.nn.LogSoftmax. The shape stays the same. Finite for every
/// finite input whose differences are.</summary>
/// <param name="Dim">The axis, counted as in PyTorch: 1 is the channels. 0, the batch, is not allowed.</param>
public sealed record LogSoftmax(int Dim) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"axis {Dim}";

    /// <summary>(C, ...) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        AxisSplit.Check(nameof(LogSoftmax), input, Dim);
        return input;
    }

    internal override void Compute<T>(ReferenceStep step)
    {
        (int outer, int extent, int inner) = AxisSplit.Of(step.InputShape, Dim);
        for (int part = 0; part < outer; part++)
        {
            int first = part * extent * inner;
            ReadOnlySpan<float> input = step.Input.Slice(first, extent * inner);
            ExponentialSum<T>[] sums = ExponentialSum<T>.OfCells(input, extent);
            for (int i = 0; i < input.Length; i++)
                if (step.Wants(first + i))
                {
                    ExponentialSum<T> sum = sums[i % inner];
                    step.Output[first + i] = (T.Of(input[i]) - sum.Largest - T.Log(sum.Total)).Stored;
                }
        }
    }

    internal override void Lower(LoweringStep step)
    {
        (int outer, int channels, int plane) = AxisSplit.Of(step.InputShape, Dim);
        int batch = step.Batch * outer;
        step.Dispatch(
            "log_softmax_of_sums", [("BATCH", batch), ("CHANNELS", channels), ("PLANE", plane)],
            GroupCount.Linear(step.Output.Count), step.Input, step.Output,
            ExponentialSums.OfCells(step, batch, channels, plane));
    }
}
