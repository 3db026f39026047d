using SoftPool.Planning;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The largest value of each window, as torch.nn.MaxPool2d. Padding takes no part.</summary>
/// <param name="KernelSize">Height and width of the window in pixels.</param>
/// <param name="Stride">The step from window to window in pixels.</param>
/// <param name="Padding">Cells added on each side in pixels, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
public sealed record MaxPool2d(Size2d KernelSize, Size2d Stride, Size2d Padding, bool CeilMode) : Operator
{
    /// <inheritdoc/>
    public override string Attributes => Window2d.Describe(KernelSize, Stride, Padding, CeilMode);

    /// <summary>(C, H, W) to (C, places along H, places along W).</summary>
    /// <inheritdoc/>
    public override TensorShape InferShape(TensorShape input)
    {
        Window2d.CheckPool(nameof(MaxPool2d), input, KernelSize, Stride, Padding);
        (int height, int width) = Window2d.OutputSize(input, KernelSize, Stride, Padding, CeilMode);
        return new TensorShape(input[0], height, width);
    }

    internal override void Compute(ReferenceStep step) => MaxPool2dReference.Compute(this, step);

    internal override void Lower(LoweringStep step) =>
        step.DispatchPool("maxpool2d", KernelSize, Stride, Padding, step.Input, step.Output);
}
