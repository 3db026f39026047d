using SoftPool.Planning;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>exp(x_c) / sum_k exp(x_k) over the channels, as torch.nn.Softmax(dim=1). Finite for every finite input.
/// </summary>
public sealed record Softmax : UnaryOperator
{
    /// <summary>(C, ...) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input) => input.Rank > 0
        ? input
        : throw new ShapeMismatchException("Softmax takes (C, ...); got a scalar.");

    internal override void Compute<T>(ReferenceStep step) => SoftmaxReference.Compute<T>(step);

    internal override void Lower(LoweringStep step)
    {
        int plane = step.InputShape.Plane();
        step.Dispatch(
            "softmax", [(uint)step.Batch, (uint)step.InputShape[0], (uint)plane],
            GroupCount.Linear((long)step.Batch * plane), texels: 0, 3 * Turns.Of(step.InputShape[0]), step.Input, step.Output);
    }
}
