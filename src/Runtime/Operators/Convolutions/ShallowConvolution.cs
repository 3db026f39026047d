using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions;

/// <summary>For output channels that read few input channels each: one on any device, as depthwise convolutions do,
/// and on CPU drivers up to four, as a network's first layer does. An invocation computes a tile of outputs of one or
/// several channels, and loads the cells under it once, four at a time.</summary>
internal sealed record ShallowConvolution : ConvolutionVariant
{
    private const string Kernel = "conv2d_shallow";

    /// <summary>The most input channels that an output channel reads.</summary>
    private const int MostChannels = 4;

    /// <summary>The most taps of a window, and cells under a tile: the kernel's code has each of them once.</summary>
    private const int LargestWindow = 128, LargestTile = 512;

    // In multiply-adds, on lavapipe: a load of four floats, and a store of one.
    private const double LoadCost = 36;
    private const double StoreCost = 36;

    public override string Name => "shallow";

    public override bool HasIndependentKernels => true;

    public override bool IsRejected(Conv2d convolution, LoweringStep step) =>
        !TakesTexels(convolution, step) && step.IsRejected(Kernel);

    public override bool Takes(Conv2d convolution, LoweringStep step)
    {
        (long rows, long columns) = Cells(convolution, step);
        return ReadsFew(convolution) && (GroupChannels(convolution) == 1 || TakesSeveral(step))
            && step.Input.Count % 4 == 0 && Taps(convolution) <= LargestWindow && rows <= LargestTile && columns <= LargestTile
            && rows * columns <= LargestTile && WeightCount(convolution) <= step.LargestWeight;
    }

    public override double Cost(Conv2d convolution, LoweringStep step)
    {
        (long rows, long columns) = Cells(convolution, step);
        (int tileRows, int tileColumns) = Tile(convolution, step);
        int channels = GroupChannels(convolution), maps = Maps(convolution);
        double quads = channels * (rows * (columns / 4 + 1) + maps * TapQuads(convolution));
        double perTile = quads * LoadCost
            + maps * tileRows * tileColumns * (channels * Taps(convolution) + StoreCost);
        return (double)Tiles(convolution, step) / Math.Max(step.Options.Device.SubgroupSize, 1) * perTile;
    }

    public override void Lower(Conv2d convolution, LoweringStep step)
    {
        TensorShape input = step.InputShape, output = step.OutputShape;
        (Size2d kernel, Size2d stride, Size2d padding, Size2d dilation) =
            (convolution.KernelSize, convolution.Stride, convolution.Padding, convolution.Dilation);
        (int tileRows, int tileColumns) = Tile(convolution, step);
        (int channels, int maps) = (GroupChannels(convolution), Maps(convolution));
        step.Dispatch(
            Kernel,
            [
                ("BATCH", step.Batch), ("CHANNELS", input[0]), ("HEIGHT", input[1]), ("WIDTH", input[2]),
                ("OUT_CHANNELS", output[0]), ("OUT_HEIGHT", output[1]), ("OUT_WIDTH", output[2]),
                ("KERNEL_HEIGHT", kernel.Height), ("KERNEL_WIDTH", kernel.Width),
                ("STRIDE_HEIGHT", stride.Height), ("STRIDE_WIDTH", stride.Width),
                ("PADDING_HEIGHT", padding.Height), ("PADDING_WIDTH", padding.Width),
                ("DILATION_HEIGHT", dilation.Height), ("DILATION_WIDTH", dilation.Width),
                ("GROUP_CHANNELS", channels), ("MAPS", maps),
                ("TILE_ROWS", tileRows), ("TILE_COLUMNS", tileColumns), .. step.Pointwise.Constants,
            ],
            GroupCount.Linear(Tiles(convolution, step)), TakesTexels(convolution, step) ? 0b101u : 0,
            LoopIterations.Of(channels, Cells(convolution, step).Rows, tileRows, maps, kernel.Width, tileColumns),
            step.Input, step.Output,
            step.Weight(
                "weight*shallow", WeightCount(convolution),
                () => PackWeight(convolution, step.Parameter("weight"))),
            PackBias(convolution, step, convolution.OutChannels / convolution.Groups));
    }

    private static bool TakesTexels(Conv2d convolution, LoweringStep step) =>
        step.TakesTexels(Kernel, step.Input.Count, WeightCount(convolution));

    /// <summary>The outputs of a tile: many on a CPU, which has few lanes, so that few cells are loaded twice. Its
    /// columns are a multiple of 4.</summary>
    private static (int Rows, int Columns) Tile(Conv2d convolution, LoweringStep step) =>
        step.Options.Device.LargestTexels == 0 ? (2, 4) : Maps(convolution) == 1 ? (4, 8) : (2, 8);

    /// <summary>Whether each output channel reads few input channels.</summary>
    public static bool ReadsFew(Conv2d convolution) => GroupChannels(convolution) <= MostChannels;

    private static int GroupChannels(Conv2d convolution) => convolution.InChannels / convolution.Groups;

    // In strict numerics a sum runs over the channels last.
    private static bool TakesSeveral(LoweringStep step) =>
        step.Options.Device is { Driver: Driver.Lavapipe, LargestTexels: > 0 } && !step.Options.IsStrict;

    /// <summary>The output channels of an invocation: several where they read the same cells.</summary>
    private static int Maps(Conv2d convolution)
    {
        int outputs = convolution.OutChannels / convolution.Groups;
        return GroupChannels(convolution) == 1 ? 1 : outputs % 4 == 0 ? 4 : outputs % 2 == 0 ? 2 : 1;
    }

    private static long Tiles(Conv2d convolution, LoweringStep step)
    {
        (int rows, int columns) = Tile(convolution, step);
        return (long)step.Batch * (step.OutputShape[0] / Maps(convolution)) * Division.RoundUp(step.OutputShape[1], rows)
            * Division.RoundUp(step.OutputShape[2], columns);
    }

    /// <summary>The cells under a tile along each axis.</summary>
    private static (long Rows, long Columns) Cells(Conv2d convolution, LoweringStep step)
    {
        (int rows, int columns) = Tile(convolution, step);
        (Size2d kernel, Size2d stride, Size2d dilation) =
            (convolution.KernelSize, convolution.Stride, convolution.Dilation);
        return (
            (rows - 1) * stride.Height + (kernel.Height - 1) * dilation.Height + 1,
            (columns - 1) * stride.Width + (kernel.Width - 1) * dilation.Width + 1);
    }

    private static int Taps(Conv2d convolution) => convolution.KernelSize.Height * convolution.KernelSize.Width;

    private static int TapQuads(Conv2d convolution) => Division.RoundUp(Taps(convolution), 4);

    private static long WeightCount(Conv2d convolution) => 4L * convolution.OutChannels * GroupChannels(convolution) * TapQuads(convolution);

    /// <summary>(O, C / groups, kH, kW) to (O, C / groups, kH * kW and zeros to whole quads).</summary>
    private static float[] PackWeight(Conv2d convolution, ReadOnlySpan<float> weight)
    {
        (int taps, int row) = (Taps(convolution), 4 * TapQuads(convolution));
        int kernels = convolution.OutChannels * GroupChannels(convolution);
        var packed = new float[kernels * row];
        for (int i = 0; i < kernels; i++)
            weight.Slice(i * taps, taps).CopyTo(packed.AsSpan(i * row));
        return packed;
    }
}
