using SoftPool.Planning;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>
/// The exponentially weighted mean of each window: y = sum_i w_i x_i, with softmax weights w. Finite for every finite
/// input: exponentials are taken of differences to the window's largest value. Padding takes no part.
/// </summary>
/// <param name="KernelSize">Height and width of the window in pixels.</param>
/// <param name="Stride">The step from window to window in pixels.</param>
/// <param name="Padding">Cells added on each side in pixels, at most half the kernel.</param>
/// <param name="CeilMode">Whether a last window may reach beyond the padded input.</param>
/// <param name="Weights">Whether each channel has its own weights or all share one.</param>
public sealed record SoftPool2d(
    Size2d KernelSize, Size2d Stride, Size2d Padding, bool CeilMode, SoftPoolWeights Weights) : Operator
{
    /// <inheritdoc/>
    public override string Attributes => Window2d.Describe(KernelSize, Stride, Padding, CeilMode)
        + (Weights == SoftPoolWeights.PerChannel ? ", weights per channel" : ", weights shared across channels");

    /// <summary>(C, H, W) to (C, places along H, places along W).</summary>
    /// <inheritdoc/>
    public override TensorShape InferShape(TensorShape input)
    {
        Window2d.CheckPool(nameof(SoftPool2d), input, KernelSize, Stride, Padding);
        if (!Enum.IsDefined(Weights))
            throw new ShapeMismatchException($"SoftPool2d takes weights per channel or shared; got {Weights}.");
        (int height, int width) = Window2d.OutputSize(input, KernelSize, Stride, Padding, CeilMode);
        return new TensorShape(input[0], height, width);
    }

    internal override void Compute(ReferenceStep step) => SoftPool2dReference.Compute(this, step);

    internal override void Lower(LoweringStep step)
    {
        if (Weights == SoftPoolWeights.PerChannel)
        {
            step.DispatchPool("softpool2d", KernelSize, Stride, Padding, step.Input, step.Output);
            return;
        }
        // First the largest value and the sum of exponentials over the channels of each pixel, then the pooling.
        TensorShape input = step.InputShape;
        int pixels = step.Batch * input[1] * input[2];
        Operand sums = new Activation(2L * pixels);
        step.Dispatch(
            "softpool2d_shared_sums", [(uint)step.Batch, (uint)input[0], (uint)(input[1] * input[2])],
            GroupCount.Linear(pixels), step.Input, sums);
        step.DispatchPool("softpool2d_shared", KernelSize, Stride, Padding, step.Input, step.Output, sums);
    }
}
