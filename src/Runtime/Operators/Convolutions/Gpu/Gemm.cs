using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Gpu;

/// <summary>The launches of conv2d_gemm.glsl's and conv2d_matrix.glsl's kernels: a convolution as a product of two
/// matrices whose tiles are staged in shared memory (implicit GEMM). The input is read where it lies, and few registers
/// hold a tile. Layers of few tiles divide the sum among workgroups, so that they fill a large GPU, and a second kernel
/// adds the parts. Sums of a part run over kernel rows, then kernel columns, then channels.</summary>
/// <param name="Tile">What a workgroup computes.</param>
/// <param name="Convolution">What is computed.</param>
/// <param name="Images">The number of images.</param>
/// <param name="Input">The shape of one.</param>
/// <param name="Output">The shape of its output.</param>
internal sealed record Gemm(GemmTile Tile, Conv2d Convolution, int Images, TensorShape Input, TensorShape Output)
{
    // Fewer steps would not be worth the sums that a part stores.
    private const int LeastStepsOfPart = 4;
    private const int MostParts = 32;

    private int Cells => Convolution.KernelSize.Height * Convolution.KernelSize.Width * GroupInChannels;

    private int Steps => Division.RoundUp(Cells, Tile.Depth);

    private int GroupInChannels => Convolution.InChannels / Convolution.Groups;

    private int GroupOutChannels => Convolution.OutChannels / Convolution.Groups;

    private int Tiles => Division.RoundUp(GroupOutChannels, Tile.Size);

    private int PixelTiles => Division.RoundUp(Images * Output[1] * Output[2], Tile.Size);

    /// <summary>The output channels of a group, in whole tiles.</summary>
    public int PaddedChannels => Tiles * Tile.Size;

    private long Count => (long)Images * Output.ElementCount;

    private long WeightCount => (long)Convolution.Groups * Tiles * Steps * Tile.Depth * Tile.Size;

    public bool Fits(LoweringStep step) =>
        Tile.Fits(step.Options) && WeightCount <= step.LargestWeight
        && PixelTiles <= GroupCount.Largest && (long)Tiles * Convolution.Groups <= GroupCount.Largest;

    /// <summary>A guess at the time, in multiply-adds of a subgroup.</summary>
    public double Cost(LoweringStep step)
    {
        DeviceTraits device = step.Options.Device;
        double tiles = (double)PixelTiles * Tiles * Convolution.Groups;
        // Drivers on CPUs emulate barriers and shared memory, at ten to forty times the time of a register tile.
        double slowness = device.Driver == Driver.Other ? 1 : 40;
        return slowness * Tile.TimeOfProduct(device) * tiles * Tile.Size * Tile.Size * Steps * Tile.Depth
            / Math.Max(device.SubgroupSize, 1)
            / device.Occupancy(tiles * Parts(step) * Tile.WorkgroupSize(device));
    }

    /// <summary>The weights as the kernels read them.</summary>
    /// <param name="step">The operator.</param>
    /// <param name="name">What tells them from the operator's other weights.</param>
    /// <param name="weight">(O, C / groups, kH, kW).</param>
    public FloatConstant Weight(LoweringStep step, string name, Func<float[]> weight) =>
        step.Weight($"{name}*{Tile.Name}", WeightCount, () => PackWeight(weight()));

    /// <summary>Adds the launches of an operator that is this product.</summary>
    public void Lower(LoweringStep step) => Lower(
        step, step.Input, step.Output, Weight(step, "weight", () => [.. step.Parameter("weight")]),
        ConvolutionVariant.PackBias(Convolution, step, PaddedChannels), step.Residual, step.Pointwise);

    /// <summary>Adds the launches of a product that is a part of an operator.</summary>
    /// <param name="step">The operator.</param>
    /// <param name="input">What is read.</param>
    /// <param name="output">What is written.</param>
    /// <param name="weight">What <see cref="Weight"/> gives.</param>
    /// <param name="bias">(groups, <see cref="PaddedChannels"/>).</param>
    /// <param name="residual">What is added to each element on the way, if anything.</param>
    /// <param name="pointwise">What is computed of each element on the way.</param>
    public void Lower(
        LoweringStep step, Operand input, Operand output, FloatConstant weight, FloatConstant bias,
        Operand? residual, PointwiseFunction pointwise)
    {
        (Size2d kernel, Size2d stride, Size2d padding, Size2d dilation) =
            (Convolution.KernelSize, Convolution.Stride, Convolution.Padding, Convolution.Dilation);
        int parts = Parts(step);
        Operand sums = parts == 1 ? output : new Activation(parts * Count);
        (string adds, Operand[] added) = residual is null ? ("", []) : (KernelLaunch.Adds, (Operand[])[residual]);
        step.Dispatch(
            Tile.Kernel + (parts == 1 ? adds : ""),
            [
                ("BATCH", Images), ("CHANNELS", Convolution.InChannels), ("HEIGHT", Input[1]), ("WIDTH", Input[2]),
                ("OUT_CHANNELS", Convolution.OutChannels), ("OUT_HEIGHT", Output[1]), ("OUT_WIDTH", Output[2]),
                ("KERNEL_HEIGHT", kernel.Height), ("KERNEL_WIDTH", kernel.Width),
                ("STRIDE_HEIGHT", stride.Height), ("STRIDE_WIDTH", stride.Width),
                ("PADDING_HEIGHT", padding.Height), ("PADDING_WIDTH", padding.Width),
                ("DILATION_HEIGHT", dilation.Height), ("DILATION_WIDTH", dilation.Width),
                ("GROUPS", Convolution.Groups), ("PARTS", parts),
                .. parts == 1 ? pointwise.Constants : default(PointwiseFunction).Constants,
                .. Tile.Constants(step.Options.Device),
            ],
            new GroupCount(PixelTiles, Tiles * Convolution.Groups, parts), texels: 0,
            LoopIterations.Of(
                Division.RoundUp(Steps, parts), Tile.Depth / Tile.Unrolled(step.Options.Device)),
            [input, sums, weight, bias, .. parts == 1 ? added : []]);
        if (parts > 1)
            step.Dispatch(
                $"conv2d_gemm_sums{adds}",
                [
                    ("BATCH", Images), ("OUT_CHANNELS", Convolution.OutChannels), ("OUT_PLANE", Output[1] * Output[2]),
                    ("GROUPS", Convolution.Groups), ("PADDED_CHANNELS", PaddedChannels), ("PARTS", parts),
                    .. pointwise.Constants,
                ],
                GroupCount.Linear(Count), texels: 0,
                LoopIterations.OfSlices(parts, step.Options.IsStrict), [sums, output, bias, .. added]);
    }

    /// <summary>Into how many the sum is divided: until there are two workgroups for each of the GPU's
    /// units.</summary>
    private int Parts(LoweringStep step)
    {
        long wanted = 2L * step.Options.Device.UnitsOrGuess / ((long)PixelTiles * Tiles * Convolution.Groups);
        int parts = (int)Math.Clamp(wanted, 1, Math.Clamp(Steps / LeastStepsOfPart, 1, MostParts));
        long count = parts * Count;
        if (count * sizeof(float) > step.Options.LargestBuffer || count > int.MaxValue)
            return 1;
        // No part is empty.
        return Division.RoundUp(Steps, Division.RoundUp(Steps, parts));
    }

    /// <summary>(O, C / groups, kH, kW) to (groups, tiles, steps, cells of a step, channels of a tile), or with the
    /// last two exchanged.</summary>
    private float[] PackWeight(ReadOnlySpan<float> weight)
    {
        int cells = Cells, taps = cells / GroupInChannels, inChannels = GroupInChannels;
        (int ofChannel, int ofCell) = Tile.OnMatrixUnits ? (Tile.Depth, 1) : (1, Tile.Size);
        var packed = new float[WeightCount];
        for (int o = 0; o < Convolution.OutChannels; o++)
        {
            (int group, int channel) = Math.DivRem(o, GroupOutChannels);
            int firstStep = (group * Tiles + channel / Tile.Size) * Steps;
            for (int c = 0; c < inChannels; c++)
                for (int tap = 0; tap < taps; tap++)
                {
                    (int step, int cell) = Math.DivRem(tap * inChannels + c, Tile.Depth);
                    packed[((firstStep + step) * Tile.Depth * Tile.Size)
                        + (channel % Tile.Size * ofChannel) + (cell * ofCell)] =
                        weight[(o * inChannels + c) * taps + tap];
                }
        }
        return packed;
    }
}
