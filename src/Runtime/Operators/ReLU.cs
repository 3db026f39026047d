using SoftPool.Planning;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>max(x, 0) of each element, as torch.nn.ReLU; NaN stays NaN.</summary>
public sealed record ReLU : Operator
{
    /// <summary>Any shape to itself.</summary>
    /// <inheritdoc/>
    public override TensorShape InferShape(TensorShape input) => input;

    internal override void Compute(ReferenceStep step) => ReLUReference.Compute(step);

    internal override void Lower(LoweringStep step)
    {
        int count = step.Batch * step.InputShape.Count;
        step.Dispatch("relu", [(uint)count], GroupCount.Linear(count), step.Input, step.Output);
    }
}
