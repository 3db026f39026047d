using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Gpu;

/// <summary>Winograd's algorithm as <see cref="Cpu.WinogradConvolution"/>'s, for any device: no lane reads another's
/// values.</summary>
/// <param name="Taps">The kernel's size: 3 or 5.</param>
internal sealed record PlainWinogradConvolution(int Taps) : ConvolutionVariant
{
    // The register tile of winograd_plain_products.comp.
    private const int TileChannels = 8;
    private const int TilePixels = 8;

    public override string Name => $"plain_winograd{Taps}";

    public override double Tolerance => 1e-5;

    private int Matrices => Winograd.Inputs(Taps) * Winograd.Inputs(Taps);

    public override bool Takes(Conv2d convolution, LoweringStep step)
    {
        if (step.Options is not { Numerics: Numerics.Fast, Fp16: false }
            || convolution is not { Groups: 1, Stride: { Height: 1, Width: 1 }, Dilation: { Height: 1, Width: 1 } }
            || convolution.KernelSize != (Size2d)Taps)
            return false;
        (_, _, int padded, int paddedChannels) = Of(convolution, step, Parts(convolution, step)[^1].Count);
        long largest = (long)Matrices * padded * Math.Max(convolution.InChannels, paddedChannels);
        return largest * sizeof(float) <= step.Options.LargestBuffer && largest <= int.MaxValue
            && WeightCount(convolution, paddedChannels) <= step.LargestWeight;
    }

    /// <summary>On a GPU, where nothing was measured yet, only a tuner takes it: the guess is that it is slower than a
    /// direct convolution, but not hopelessly so.</summary>
    public override double Cost(Conv2d convolution, LoweringStep step)
    {
        double direct = Conv2d.Variants.All
            .Where(variant => variant is PackedConvolution or TiledConvolution or GemmConvolution)
            .Where(variant => variant.Takes(convolution, step))
            .Min(variant => variant.Cost(convolution, step));
        // Few channels leave the transforms to be most of the work.
        bool pays = step.Options.Device.Driver == Driver.SwiftShader
            && Math.Min(convolution.InChannels, convolution.OutChannels) >= 32;
        return pays ? 0.5 * direct : 2 * direct;
    }

    public override void Lower(Conv2d convolution, LoweringStep step)
    {
        foreach ((int first, int count) in Parts(convolution, step))
            Lower(convolution, step, first, count);
    }

    private void Lower(Conv2d convolution, LoweringStep step, int firstImage, int images)
    {
        int size = Winograd.Inputs(Taps);
        TensorShape input = step.InputShape, output = step.OutputShape;
        (int across, int down, int padded, int paddedChannels) = Of(convolution, step, images);
        IntegerConstant shape = step.Integers(
            $"shape*{Name}*{firstImage}*{images}",
            [
                (uint)input[0], (uint)input[1], (uint)input[2], (uint)output[0], (uint)output[1], (uint)output[2],
                (uint)convolution.Padding.Height, (uint)convolution.Padding.Width, 0, (uint)paddedChannels,
                (uint)across, (uint)down, (uint)Matrices, (uint)firstImage, (uint)images,
            ]);
        var tiles = new Activation((long)Matrices * padded * convolution.InChannels);
        var products = new Activation((long)Matrices * padded * paddedChannels);
        step.Dispatch(
            $"winograd{size}_input", [("LANES", 0)],
            GroupCount.Linear((long)padded * convolution.InChannels), step.Input, tiles, shape);
        step.Dispatch(
            "winograd_plain_products", [],
            GroupCount.Linear((long)Matrices * (padded / TilePixels) * (paddedChannels / TileChannels)),
            texels: 0, LoopIterations.Of(convolution.InChannels), tiles, products,
            step.Weight(
                $"weight*{Name}", WeightCount(convolution, paddedChannels),
                () => PackWeight(convolution, step.Parameter("weight"), paddedChannels)),
            shape);
        step.Dispatch(
            $"winograd{size}_plain_output", step.Pointwise.Constants,
            GroupCount.Linear((long)convolution.OutChannels * padded / 4),
            products, step.Output, PackBias(convolution, step, convolution.OutChannels), shape);
    }

    private List<(int First, int Count)> Parts(Conv2d convolution, LoweringStep step)
    {
        (_, _, int padded, int paddedChannels) = Of(convolution, step, images: 1);
        return
        [
            .. Winograd.Parts(
                step, (long)Matrices * padded * Math.Max(convolution.InChannels, paddedChannels) * sizeof(float)),
        ];
    }

    private long WeightCount(Conv2d convolution, int paddedChannels) =>
        (long)Matrices * convolution.InChannels * paddedChannels;

    /// <summary>(O, C, taps, taps) to (matrices, C, padded O), transformed.</summary>
    private float[] PackWeight(Conv2d convolution, ReadOnlySpan<float> weight, int paddedChannels)
    {
        double[,] transform = Winograd.FilterTransform(Taps);
        int channels = convolution.InChannels;
        var packed = new float[Matrices * channels * paddedChannels];
        for (int o = 0; o < convolution.OutChannels; o++)
            for (int c = 0; c < channels; c++)
            {
                double[] transformed = Winograd.TransformFilter(
                    transform, weight.Slice((o * channels + c) * Taps * Taps, Taps * Taps));
                for (int matrix = 0; matrix < Matrices; matrix++)
                    packed[(matrix * channels + c) * paddedChannels + o] = (float)transformed[matrix];
            }
        return packed;
    }

    /// <summary>Tiles of one image, across and down; those of some images and output channels, in whole register
    /// tiles.</summary>
    private static (int Across, int Down, int PaddedTiles, int PaddedChannels) Of(
        Conv2d convolution, LoweringStep step, int images)
    {
        int across = Division.RoundUp(step.OutputShape[2], Winograd.Tile);
        int down = Division.RoundUp(step.OutputShape[1], Winograd.Tile);
        return (
            across, down, Division.RoundUp(images * across * down, TilePixels) * TilePixels,
            Division.RoundUp(convolution.OutChannels, TileChannels) * TileChannels);
    }
}
