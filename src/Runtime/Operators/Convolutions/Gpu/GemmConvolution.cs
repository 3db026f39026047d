using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Gpu;

/// <summary>As a product of matrices, for GPUs: see <see cref="Gemm"/>.</summary>
/// <param name="Tile">The output channels and the pixels of a workgroup's tile: 128, 64 or 32.</param>
internal sealed record GemmConvolution(int Tile) : ConvolutionVariant
{
    public override string Name => $"gemm{Tile}";

    public override bool Takes(Conv2d convolution, LoweringStep step) => Of(convolution, step).Fits(step);

    public override double Cost(Conv2d convolution, LoweringStep step) => Of(convolution, step).Cost(step);

    public override void Lower(Conv2d convolution, LoweringStep step) => Of(convolution, step).Lower(step);

    private Gemm Of(Conv2d convolution, LoweringStep step) =>
        new(Tile, convolution, step.Batch, step.InputShape, step.OutputShape);
}
