using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Gpu;

/// <summary>For output channels that read one input channel each, on any device: an invocation computes a tile of one
/// channel's outputs, and loads the cells under it once, four at a time. Sums run over kernel rows, then kernel
/// columns.</summary>
internal sealed record DepthwiseConvolution : ConvolutionVariant
{
    private const string Kernel = "conv2d_depthwise";

    /// <summary>The most taps of a window, and cells under a tile: the kernel's code has each of them once.</summary>
    private const int LargestWindow = 128, LargestTile = 512;

    // In multiply-adds, on lavapipe: a load of four floats, and a store of one.
    private const double LoadCost = 36;
    private const double StoreCost = 36;

    public override string Name => "depthwise";

    public override bool HasIndependentKernels => true;

    public override bool IsRejected(Conv2d convolution, LoweringStep step) =>
        !TakesTexels(convolution, step) && step.IsRejected(Kernel);

    public override bool Takes(Conv2d convolution, LoweringStep step)
    {
        (long rows, long columns) = Cells(convolution, step);
        return convolution.Groups == convolution.InChannels && step.Input.Count % 4 == 0
            && Taps(convolution) <= LargestWindow && rows <= LargestTile && columns <= LargestTile
            && rows * columns <= LargestTile && WeightCount(convolution) <= step.LargestWeight;
    }

    public override double Cost(Conv2d convolution, LoweringStep step)
    {
        (long rows, long columns) = Cells(convolution, step);
        (int tileRows, int tileColumns) = Tile(step);
        double quads = rows * (columns / 4 + 1) + TapQuads(convolution);
        double perTile = quads * LoadCost + tileRows * tileColumns * (Taps(convolution) + StoreCost);
        return (double)Tiles(step) / Math.Max(step.Options.Device.SubgroupSize, 1) * perTile;
    }

    public override void Lower(Conv2d convolution, LoweringStep step)
    {
        TensorShape input = step.InputShape, output = step.OutputShape;
        (Size2d kernel, Size2d stride, Size2d padding, Size2d dilation) =
            (convolution.KernelSize, convolution.Stride, convolution.Padding, convolution.Dilation);
        (int tileRows, int tileColumns) = Tile(step);
        step.Dispatch(
            Kernel,
            [
                ("BATCH", step.Batch), ("CHANNELS", input[0]), ("HEIGHT", input[1]), ("WIDTH", input[2]),
                ("OUT_CHANNELS", output[0]), ("OUT_HEIGHT", output[1]), ("OUT_WIDTH", output[2]),
                ("KERNEL_HEIGHT", kernel.Height), ("KERNEL_WIDTH", kernel.Width),
                ("STRIDE_HEIGHT", stride.Height), ("STRIDE_WIDTH", stride.Width),
                ("PADDING_HEIGHT", padding.Height), ("PADDING_WIDTH", padding.Width),
                ("DILATION_HEIGHT", dilation.Height), ("DILATION_WIDTH", dilation.Width),
                ("TILE_ROWS", tileRows), ("TILE_COLUMNS", tileColumns), .. step.Pointwise.Constants,
            ],
            GroupCount.Linear(Tiles(step)), TakesTexels(convolution, step) ? 0b101u : 0,
            LoopIterations.Of(Cells(convolution, step).Rows, tileRows, kernel.Width, tileColumns),
            step.Input, step.Output,
            step.Weight(
                "weight*depthwise", WeightCount(convolution),
                () => PackWeight(convolution, step.Parameter("weight"))),
            PackBias(convolution, step, convolution.OutChannels / convolution.Groups));
    }

    private static bool TakesTexels(Conv2d convolution, LoweringStep step) =>
        step.TakesTexels(Kernel, step.Input.Count, WeightCount(convolution));

    /// <summary>The outputs of a tile: many on a CPU, which has few lanes, so that few cells are loaded twice. Its
    /// columns are a multiple of 4.</summary>
    private static (int Rows, int Columns) Tile(LoweringStep step) =>
        step.Options.Device.LargestTexels > 0 ? (4, 8) : (2, 4);

    private static long Tiles(LoweringStep step)
    {
        (int rows, int columns) = Tile(step);
        return (long)step.Batch * step.OutputShape[0] * Division.RoundUp(step.OutputShape[1], rows)
            * Division.RoundUp(step.OutputShape[2], columns);
    }

    /// <summary>The cells under a tile along each axis.</summary>
    private static (long Rows, long Columns) Cells(Conv2d convolution, LoweringStep step)
    {
        (int rows, int columns) = Tile(step);
        (Size2d kernel, Size2d stride, Size2d dilation) =
            (convolution.KernelSize, convolution.Stride, convolution.Dilation);
        return (
            (rows - 1) * stride.Height + (kernel.Height - 1) * dilation.Height + 1,
            (columns - 1) * stride.Width + (kernel.Width - 1) * dilation.Width + 1);
    }

    private static int Taps(Conv2d convolution) => convolution.KernelSize.Height * convolution.KernelSize.Width;

    private static int TapQuads(Conv2d convolution) => Division.RoundUp(Taps(convolution), 4);

    private static long WeightCount(Conv2d convolution) => 4L * convolution.OutChannels * TapQuads(convolution);

    /// <summary>(O, 1, kH, kW) to (O, kH * kW and zeros to whole quads).</summary>
    private static float[] PackWeight(Conv2d convolution, ReadOnlySpan<float> weight)
    {
        (int taps, int row) = (Taps(convolution), 4 * TapQuads(convolution));
        var packed = new float[convolution.OutChannels * row];
        for (int o = 0; o < convolution.OutChannels; o++)
            weight.Slice(o * taps, taps).CopyTo(packed.AsSpan(o * row));
        return packed;
    }
}
