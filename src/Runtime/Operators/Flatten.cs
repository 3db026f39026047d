using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Flattens an input of any shape to a vector, as torch.nn.Flatten: (C, H, W) to (C H W). The memory is
/// shared, and no kernel runs.</summary>
public sealed record Flatten : UnaryOperator
{
    /// <summary>Any shape to (its number of elements).</summary>
    private protected override TensorShape Infer(TensorShape input) => new(input.ElementCount);

    internal override void Compute<T>(ReferenceStep step) => step.Input.CopyTo(step.Output);

    internal override void Lower(LoweringStep step) => step.Alias();
}
