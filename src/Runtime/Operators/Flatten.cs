using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>(C, H, W) as one vector of C H W features, as torch.nn.Flatten. The same memory: nothing runs.</summary>
public sealed record Flatten : UnaryOperator
{
    /// <summary>Any shape to (its number of elements).</summary>
    private protected override TensorShape Infer(TensorShape input) => new(input.ElementCount);

    internal override void Compute<T>(ReferenceStep step) => step.Input.CopyTo(step.Output);

    internal override void Lower(LoweringStep step) => step.Alias();
}
