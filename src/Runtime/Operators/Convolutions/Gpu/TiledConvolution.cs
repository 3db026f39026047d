using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Gpu;

/// <summary>Direct, in register tiles, lanes along the pixels: takes every convolution on every device. Sums run over
/// kernel rows, then kernel columns, then channels, in that order.</summary>
internal sealed record TiledConvolution : ConvolutionVariant
{
    // The register tiles of conv2d.comp and conv2d_narrow.comp: what one invocation computes.
    private const int TileChannels = 16;
    private const int NarrowTileChannels = 4;
    private const int TilePixels = 8;

    // In multiply-adds, on lavapipe: a load of one float and one of four, and whether a pixel's tap is inside of the
    // input.
    private const double LoadCost = 36;
    internal const double WideLoadCost = 60;
    private const double TestCost = 200;

    /// <summary>How many times as long a tile takes whose registers the compiler keeps in memory; a guess: for Intel's
    /// GPUs it makes 923 accesses beside 512 multiply-adds.</summary>
    internal const double SpillCost = 3;

    /// <summary>Whether a tile of 16 channels does not fit into the registers: those of Apple's, Intel's and Qualcomm's
    /// GPUs. NVIDIA's and AMD's hold it, and then too few subgroups run side by side.</summary>
    internal static bool SpillsWide(LoweringStep step) => step.Options.Device.Driver == Driver.Other;

    public override string Name => "tiled";

    // Each of its two kernels can do without the other.
    public override bool HasIndependentKernels => true;

    public override bool Takes(Conv2d convolution, LoweringStep step) => true;

    public override double Cost(Conv2d convolution, LoweringStep step)
    {
        // For each channel of each tap a lane loads its pixels' inputs, one by one, and the weights, four by four.
        int groupChannels = convolution.OutChannels / convolution.Groups, workgroup = step.Options.Device.WorkgroupSize;
        int channels = IsNarrow(groupChannels, step) ? NarrowTileChannels : TileChannels;
        double invocations =
            Division.RoundUp(step.Batch * step.OutputShape[1] * step.OutputShape[2], workgroup * TilePixels)
            * (double)workgroup * Division.RoundUp(groupChannels, channels) * convolution.Groups;
        double perChannel = channels * TilePixels + TilePixels * LoadCost + channels / 4 * WideLoadCost;
        return invocations / Math.Max(step.Options.Device.SubgroupSize, 1) / step.Options.Device.Occupancy(invocations)
            * convolution.KernelSize.Height * convolution.KernelSize.Width
            * (convolution.InChannels / convolution.Groups * perChannel + TilePixels * TestCost);
    }

    public override void Lower(Conv2d convolution, LoweringStep step)
    {
        TensorShape input = step.InputShape, output = step.OutputShape;
        int pixels = step.Batch * output[1] * output[2];
        // A tile lies in one group; of a wide one, narrow groups would use a small part.
        int groupChannels = convolution.OutChannels / convolution.Groups;
        bool narrow = step.IsRejected("conv2d")
            || (IsNarrow(groupChannels, step) && !step.IsRejected("conv2d_narrow"));
        int tileChannels = narrow ? NarrowTileChannels : TileChannels;
        int tiles = Division.RoundUp(groupChannels, tileChannels);
        (Size2d kernel, Size2d stride, Size2d padding, Size2d dilation) =
            (convolution.KernelSize, convolution.Stride, convolution.Padding, convolution.Dilation);
        step.Dispatch(
            narrow ? "conv2d_narrow" : "conv2d",
            [
                ("BATCH", step.Batch), ("CHANNELS", convolution.InChannels), ("HEIGHT", input[1]), ("WIDTH", input[2]),
                ("OUT_CHANNELS", convolution.OutChannels), ("OUT_HEIGHT", output[1]), ("OUT_WIDTH", output[2]),
                ("KERNEL_HEIGHT", kernel.Height), ("KERNEL_WIDTH", kernel.Width),
                ("STRIDE_HEIGHT", stride.Height), ("STRIDE_WIDTH", stride.Width),
                ("PADDING_HEIGHT", padding.Height), ("PADDING_WIDTH", padding.Width),
                ("DILATION_HEIGHT", dilation.Height), ("DILATION_WIDTH", dilation.Width),
                ("GROUPS", convolution.Groups), .. step.Pointwise.Constants,
                ("WORKGROUP_SIZE", step.Options.Device.WorkgroupSize),
            ],
            new GroupCount(
                Division.RoundUp(pixels, step.Options.Device.WorkgroupSize * TilePixels), tiles * convolution.Groups),
            texels: 0, LoopIterations.Of(kernel.Height, kernel.Width, convolution.InChannels / convolution.Groups),
            step.Input, step.Output,
            step.Weight(
                $"weight*{tileChannels}",
                (long)convolution.Groups * tiles * tileChannels * kernel.Height * kernel.Width
                    * (convolution.InChannels / convolution.Groups),
                () => PackWeight(convolution, step.Parameter("weight"), tiles, tileChannels)),
            PackBias(convolution, step, tiles * tileChannels));
    }

    private static bool IsNarrow(int groupChannels, LoweringStep step) =>
        groupChannels <= TileChannels / 2 || SpillsWide(step);

    /// <summary>(O, C / groups, kH, kW) to (groups, tiles of a group, kH, kW, C / groups, channels of a tile): an
    /// invocation reads its tile in one sweep.</summary>
    private static float[] PackWeight(Conv2d convolution, ReadOnlySpan<float> weight, int tiles, int tileChannels)
    {
        int taps = convolution.KernelSize.Height * convolution.KernelSize.Width;
        int inChannels = convolution.InChannels / convolution.Groups;
        int outChannels = convolution.OutChannels / convolution.Groups;
        var packed = new float[convolution.Groups * tiles * tileChannels * taps * inChannels];
        for (int o = 0; o < convolution.OutChannels; o++)
        {
            (int group, int channel) = Math.DivRem(o, outChannels);
            for (int c = 0; c < inChannels; c++)
                for (int tap = 0; tap < taps; tap++)
                {
                    int row = ((group * tiles + channel / tileChannels) * taps + tap) * inChannels + c;
                    packed[row * tileChannels + channel % tileChannels] = weight[(o * inChannels + c) * taps + tap];
                }
        }
        return packed;
    }
}
