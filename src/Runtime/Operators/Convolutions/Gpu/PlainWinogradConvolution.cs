using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Gpu;

/// <summary>Winograd's algorithm as <see cref="Cpu.WinogradConvolution"/>'s, for any device: no lane reads another's
/// values.</summary>
/// <param name="Taps">The kernel's size: 3 or 5.</param>
/// <param name="AsGemm">Whether the products are those of a <see cref="Gemm"/>, for GPUs: its channels are in groups,
/// one for each place in a transformed tile. So it is computed in sessions of 16 bits, too. Else register
/// tiles.</param>
internal sealed record PlainWinogradConvolution(int Taps, bool AsGemm) : ConvolutionVariant
{
    // The register tile of winograd_plain_products.comp.
    private const int TileChannels = 8;
    private const int TilePixels = 8;

    // What the transformed tiles of the images computed at once take at most, so that a GPU's last cache holds them
    // with their products: it grows with the units.
    private const long LeastCache = 4 << 20, CacheOfUnit = 96 << 10;

    public override string Name => $"{(AsGemm ? "gemm" : "plain")}_winograd{Taps}";

    public override double Tolerance => 1e-5;

    public override bool AddsResidual => AsGemm;

    private int Matrices => Winograd.Inputs(Taps) * Winograd.Inputs(Taps);

    public override bool Takes(Conv2d convolution, LoweringStep step)
    {
        if (step.Options.Numerics != Numerics.Fast || (step.Options.Fp16 && !AsGemm)
            || convolution is not { Groups: 1, Stride: { Height: 1, Width: 1 }, Dilation: { Height: 1, Width: 1 } }
            || convolution.KernelSize != (Size2d)Taps)
            return false;
        (_, _, int padded, int paddedChannels) = Of(convolution, step, Parts(convolution, step)[^1].Count);
        long largest = (long)Matrices * padded * Math.Max(convolution.InChannels, paddedChannels);
        return largest * sizeof(float) <= step.Options.LargestBuffer && largest <= int.MaxValue
            && (AsGemm
                ? Gemms(convolution, step, padded).Any()
                : WeightCount(convolution, paddedChannels) <= step.LargestWeight);
    }

    /// <summary>The register tiles are for SwiftShader: on a GPU the guess is that they are slower than a direct
    /// convolution, but not hopelessly so.</summary>
    public override double Cost(Conv2d convolution, LoweringStep step)
    {
        if (AsGemm)
            return Parts(convolution, step).Sum(part => CostAsGemm(convolution, step, part.Count));
        double direct = Conv2d.Variants.All
            .Where(variant => variant is PackedConvolution or TiledConvolution or GemmConvolution)
            .Where(variant => variant.Takes(convolution, step))
            .Min(variant => variant.Cost(convolution, step));
        // Few channels leave the transforms to be most of the work.
        bool pays = step.Options.Device.Driver == Driver.SwiftShader
            && Math.Min(convolution.InChannels, convolution.OutChannels) >= 32;
        return pays ? 0.5 * direct : 2 * direct;
    }

    /// <summary>In multiply-adds of a subgroup, as Gemm's, with what a usual GPU would compute meanwhile: while a
    /// number of a transformed tile goes to the cache and back, while a byte of weights comes from memory, and while
    /// its units begin the launches that a direct convolution does not have, two microseconds each.</summary>
    private double CostAsGemm(Conv2d convolution, LoweringStep step, int images)
    {
        const double OfWeightByte = 24, OfLaunches = 2 * 2 * 128 * 1500;
        DeviceTraits device = step.Options.Device;
        // GPUs with fast matrix units that share the CPU's memory compute three times as much per byte as others do.
        double ofTransformed = device.SharesMemory && GemmTile.HasFastMatrices(device) ? 120 : 40;
        (_, _, int padded, int paddedChannels) = Of(convolution, step, images);
        double transformed = (double)Matrices * padded * (convolution.InChannels + paddedChannels);
        int bytes = (Matrices * sizeof(float)) - (Taps * Taps * (step.Options.Fp16 ? 2 : sizeof(float)));
        double weights = (double)bytes * convolution.InChannels * paddedChannels;
        double invocations = (double)padded * Math.Min(convolution.InChannels, paddedChannels);
        double other = ofTransformed * transformed / device.Occupancy(invocations) + OfWeightByte * weights
            + OfLaunches * device.UnitsOrGuess;
        return Gemms(convolution, step, padded).Min(gemm => gemm.Cost(step))
            + other / Math.Max(device.SubgroupSize, 1);
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
        if (AsGemm)
        {
            LoweringStep in32Bits = step.In32Bits();
            Gemm gemm = Gemms(convolution, step, padded).MinBy(gemm => gemm.Cost(step))!;
            gemm.Lower(
                in32Bits, tiles, products,
                gemm.Weight(
                    in32Bits, $"weight*{Name}",
                    () => Transformed(convolution, step.Parameter("weight"), paddedChannels)),
                NoBias(step, Matrices * gemm.PaddedChannels), residual: null, default);
        }
        else
            step.Dispatch(
                "winograd_plain_products", [],
                GroupCount.Linear((long)Matrices * (padded / TilePixels) * (paddedChannels / TileChannels)),
                texels: 0, LoopIterations.Of(convolution.InChannels), tiles, products,
                step.Weight(
                    $"weight*{Name}", WeightCount(convolution, paddedChannels),
                    () => PackWeight(convolution, step.Parameter("weight"), paddedChannels)),
                shape);
        // Registers hold the products of one tile on any GPU; a CPU's driver loads those of four at once.
        (string adds, Operand[] added) =
            step.Residual is { } residual ? (KernelLaunch.Adds, (Operand[])[residual]) : ("", []);
        step.Dispatch(
            $"winograd{size}_{(AsGemm ? "gemm" : "plain")}_output{adds}", step.Pointwise.Constants,
            GroupCount.Linear((long)convolution.OutChannels * padded / (AsGemm ? 1 : 4)),
            [products, step.Output, PackBias(convolution, step, convolution.OutChannels), shape, .. added]);
    }

    private static FloatConstant NoBias(LoweringStep step, int count) =>
        step.Constant($"none*{count}", count, () => new float[count]);

    private List<(int First, int Count)> Parts(Conv2d convolution, LoweringStep step)
    {
        (_, _, int padded, int paddedChannels) = Of(convolution, step, images: 1);
        return
        [
            .. Winograd.Parts(
                step, (long)Matrices * padded * Math.Max(convolution.InChannels, paddedChannels) * sizeof(float),
                AsGemm ? Math.Max(LeastCache, CacheOfUnit * step.Options.Device.UnitsOrGuess) : Winograd.LargestPart),
        ];
    }

    private long WeightCount(Conv2d convolution, int paddedChannels) =>
        (long)Matrices * convolution.InChannels * paddedChannels;

    /// <summary>The products as those of a grouped convolution of 1x1: (matrices C, tiles) to (matrices O, tiles), in
    /// the tiles that the device takes.</summary>
    private IEnumerable<Gemm> Gemms(Conv2d convolution, LoweringStep step, int padded)
    {
        int inChannels = Matrices * convolution.InChannels,
            outChannels = Matrices * Division.RoundUp(convolution.OutChannels, TileChannels) * TileChannels;
        var products = new Conv2d(inChannels, outChannels, 1, 1, 0) { Groups = Matrices };
        return GemmTile.All
            .Select(tile => new Gemm(tile, products, 1, new(inChannels, 1, padded), new(outChannels, 1, padded)))
            .Where(gemm => gemm.Fits(step.In32Bits()));
    }

    /// <summary>(O, C, taps, taps) to (matrices, C, padded O), transformed.</summary>
    private float[] PackWeight(Conv2d convolution, ReadOnlySpan<float> weight, int paddedChannels)
    {
        int channels = convolution.InChannels;
        var packed = new float[Matrices * channels * paddedChannels];
        float[] transformed = Transformed(convolution, weight, paddedChannels);
        for (int i = 0; i < transformed.Length; i++)
        {
            (int row, int c) = Math.DivRem(i, channels);
            (int matrix, int o) = Math.DivRem(row, paddedChannels);
            packed[(matrix * channels + c) * paddedChannels + o] = transformed[i];
        }
        return packed;
    }

    /// <summary>(O, C, taps, taps) to (matrices, padded O, C), transformed.</summary>
    private float[] Transformed(Conv2d convolution, ReadOnlySpan<float> weight, int paddedChannels)
    {
        double[,] transform = Winograd.FilterTransform(Taps);
        int channels = convolution.InChannels;
        var all = new float[Matrices * channels * paddedChannels];
        for (int o = 0; o < convolution.OutChannels; o++)
            for (int c = 0; c < channels; c++)
            {
                double[] one = Winograd.TransformFilter(
                    transform, weight.Slice((o * channels + c) * Taps * Taps, Taps * Taps));
                for (int matrix = 0; matrix < Matrices; matrix++)
                    all[(matrix * paddedChannels + o) * channels + c] = (float)one[matrix];
            }
        return all;
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
