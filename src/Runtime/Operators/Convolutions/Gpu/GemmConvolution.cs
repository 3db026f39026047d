using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Gpu;

/// <summary>As a product of matrices, for GPUs: see <see cref="Gemm"/>.</summary>
/// <param name="Tile">What a workgroup computes.</param>
internal sealed record GemmConvolution(GemmTile Tile) : ConvolutionVariant
{
    public override string Name => Tile.Name;

    public override bool AddsResidual => true;

    public override bool Takes(Conv2d convolution, LoweringStep step) => Of(convolution, step).Fits(step);

    public override double Cost(Conv2d convolution, LoweringStep step) => Of(convolution, step).Cost(step);

    public override void Lower(Conv2d convolution, LoweringStep step) => Of(convolution, step).Lower(step);

    private Gemm Of(Conv2d convolution, LoweringStep step) =>
        new(Tile, convolution, step.Batch, step.InputShape, step.OutputShape);
}
