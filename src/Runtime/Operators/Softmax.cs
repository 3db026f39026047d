using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>exp(x_c) / sum_k exp(x_k) over the channels, as torch.nn.Softmax(dim=1). Finite for every finite input.
///</summary>
public sealed record Softmax : UnaryOperator
{
    /// <summary>(C, ...) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input) => input.Rank > 0
        ? input
        : throw new ShapeMismatchException("Softmax takes (C, ...); got a scalar.");

    internal override void Compute<T>(ReferenceStep step) => SoftmaxReference.Compute<T>(step);

    internal override void Lower(LoweringStep step)
    {
        int channels = step.InputShape[0], plane = step.InputShape.Plane();
        SpecializationConstant[] shape = [("BATCH", step.Batch), ("CHANNELS", channels), ("PLANE", plane)];
        if (Slices.Of(channels).Count == 1)
            step.Dispatch(
                "softmax", shape, GroupCount.Linear((long)step.Batch * plane), texels: 0, 3 * LoopIterations.Of(channels), step.Input, step.Output);
        else
            step.Dispatch(
                "softmax_of_sums", shape, GroupCount.Linear(step.Output.Count), step.Input, step.Output, ExponentialSums.OfCells(step));
    }
}
