using SoftPool.Kernels;
using SoftPool.Operators.Convolutions.Gpu;

namespace SoftPool.Operators.Linears;

/// <summary>As a product of matrices, for many vectors on GPUs: a convolution of images of one pixel, see
/// <see cref="Gemm"/>.</summary>
/// <param name="Tile">What a workgroup computes: features by vectors.</param>
internal sealed record GemmLinear(GemmTile Tile) : Variant<Linear>
{
    // Of fewer, a kernel that loads each weight for eight vectors leaves less of its tile empty.
    private const int LeastVectors = 16;

    public override string Name => $"linear_{Tile.Name}";

    public override bool HasIndependentKernels => false;

    public override bool Takes(Linear op, LoweringStep step) => Of(op, step).Fits(step);

    // The costs of LinearVariant are ranks of some tens. Of the tiles, those of Gemm tell.
    public override double Cost(Linear op, LoweringStep step) =>
        step.Options.Device.Driver == Driver.Other && op.VectorsOf(step) >= LeastVectors
            ? -1000 - 1 / (1 + Of(op, step).Cost(step))
            : double.MaxValue;

    public override void Lower(Linear op, LoweringStep step) => Of(op, step).Lower(step);

    private Gemm Of(Linear op, LoweringStep step) => new(
        Tile, new Conv2d(op.InFeatures, op.OutFeatures, 1, 1, 0), op.VectorsOf(step), new(op.InFeatures, 1, 1),
        new(op.OutFeatures, 1, 1));
}
