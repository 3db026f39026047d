using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Cpu;

/// <summary>Winograd's algorithm in tiles of 4x4 outputs, for stride 1: a quarter of the multiplications for 3x3
/// kernels, a sixth for 5x5. Three kernels: the tiles' inputs transformed, a matrix product for each place in a tile,
/// and the way back. The products have their lanes along the output channels, as those of
/// <see cref="LanesConvolution"/> do.</summary>
/// <param name="Taps">The kernel's size: 3 or 5.</param>
/// <param name="Vectors">How many output channels a lane computes.</param>
/// <param name="Pixels">Of how many tiles.</param>
/// <param name="Loads">How a lane loads words.</param>
internal sealed record WinogradConvolution(int Taps, int Vectors, int Pixels, WordLoads Loads) : ConvolutionVariant
{
    private const int WordFloats = 8;

    // In multiply-adds, on lavapipe: a load and a store of 1 float.
    private const double LoadCost = 36;
    private const double StoreCost = 36;

    public override string Name => $"winograd{Taps}x{Vectors}x{Pixels}{Loads.Ending}";

    public override double Tolerance => 1e-5;

    private int Matrices => Winograd.Inputs(Taps) * Winograd.Inputs(Taps);

    public override bool Takes(Conv2d convolution, LoweringStep step)
    {
        if (step.Options is not { Numerics: Numerics.Fast, Fp16: false, Device: { HasShuffle: true, SubgroupSize: > 1 } device }
            || Pixels % device.SubgroupSize != 0
            || convolution is not { Groups: 1, Stride: { Height: 1, Width: 1 }, Dilation: { Height: 1, Width: 1 } }
            || convolution.KernelSize != (Size2d)Taps)
            return false;
        Extents extents = Of(convolution, step, Parts(convolution, step)[^1].Count);
        long largest = (long)Matrices * extents.PaddedTiles * Math.Max(extents.Words * WordFloats, extents.PaddedChannels);
        return largest * sizeof(float) <= step.Options.LargestBuffer && largest <= int.MaxValue
            && WeightCount(extents) <= step.LargestWeight
            && extents.Groups(this) is { X: <= GroupCount.Largest, Y: <= GroupCount.Largest }
            && Loads.Take(step, step.Input.Count, TileCount(extents), ProductCount(extents), WeightCount(extents));
    }

    public override double Cost(Conv2d convolution, LoweringStep step)
    {
        if (step.Options.Device.Driver != Driver.Lavapipe)
            return double.PositiveInfinity;
        int lanes = step.Options.Device.SubgroupSize;
        Extents extents = Of(convolution, step, step.Batch);
        double load = Loads.AreTexels ? LoadCost / 2 : step.Options.Device.JoinsLoads ? LoadCost : 4 * LoadCost;
        double wordCost = Loads.Cost(WordFloats, step), shortWordCost = Loads.Cost(4, step);
        double inputs = (double)extents.Tiles * extents.Words * WordFloats / lanes * Matrices * (load + StoreCost);
        double products = (double)extents.Groups(this).X * extents.Groups(this).Y
            * (extents.Words * (Vectors * Pixels * WordFloats + wordCost * (Vectors + Pixels / lanes)) + Vectors * Pixels * StoreCost);
        double outputs = (double)convolution.OutChannels * extents.PaddedTiles / 4 / lanes
            * (Matrices * shortWordCost + Winograd.Tile * Winograd.Tile * 4 * StoreCost);
        return inputs + products + outputs;
    }

    public override void Lower(Conv2d convolution, LoweringStep step)
    {
        foreach ((int first, int count) in Parts(convolution, step))
            Lower(convolution, step, first, count);
    }

    private void Lower(Conv2d convolution, LoweringStep step, int firstImage, int images)
    {
        int lanes = step.Options.Device.SubgroupSize, size = Winograd.Inputs(Taps);
        TensorShape input = step.InputShape, output = step.OutputShape;
        Extents extents = Of(convolution, step, images);
        IntegerConstant shape = step.Integers(
            $"shape*{Layout(lanes)}*{firstImage}*{images}",
            [
                (uint)input[0], (uint)input[1], (uint)input[2], (uint)output[0], (uint)output[1], (uint)output[2],
                (uint)convolution.Padding.Height, (uint)convolution.Padding.Width, (uint)extents.Words, (uint)extents.PaddedChannels,
                (uint)extents.Across, (uint)extents.Down, (uint)Matrices, (uint)firstImage, (uint)images,
            ]);
        var tiles = new Activation(TileCount(extents));
        var products = new Activation(ProductCount(extents));
        step.Dispatch(
            $"winograd{size}_input", [("LANES", lanes)], GroupCount.Linear((long)extents.Tiles * extents.Words * WordFloats),
            Loads.Texels(0), step.Input, tiles, shape);
        step.Dispatch(
            "winograd_products", [("LANES", lanes), ("VECTORS", Vectors), ("PIXELS", Pixels)], extents.Groups(this),
            Loads.Texels(0, 2), LoopIterations.Of(extents.Words), tiles, products,
            step.Weight(
                $"weight*{Layout(lanes)}", WeightCount(extents),
                () => PackWeight(convolution, step.Parameter("weight"), extents, lanes)),
            shape);
        step.Dispatch(
            $"winograd{size}_output", step.Pointwise.Constants,
            GroupCount.Linear((long)convolution.OutChannels * extents.PaddedTiles / 4),
            Loads.Texels(0), products, step.Output, PackBias(convolution, step, convolution.OutChannels), shape);
    }

    private List<(int First, int Count)> Parts(Conv2d convolution, LoweringStep step)
    {
        Extents one = Of(convolution, step, images: 1);
        return [.. Winograd.Parts(step, Math.Max(TileCount(one), ProductCount(one)) * sizeof(float))];
    }

    /// <summary>Names what is packed for it: the same, however it is loaded.</summary>
    private string Layout(int lanes) => $"winograd{Taps}x{Vectors}x{Pixels}x{lanes}";

    private long TileCount(Extents extents) => (long)Matrices * extents.PaddedTiles * extents.Words * WordFloats;

    private long ProductCount(Extents extents) => (long)Matrices * extents.PaddedTiles * extents.PaddedChannels;

    private long WeightCount(Extents extents) => (long)Matrices * extents.PaddedChannels * extents.Words * WordFloats;

    /// <summary>(O, C, taps, taps) to (matrices, padded O / (Vectors * lanes), words, Vectors, lanes, 8),
    /// transformed.</summary>
    private float[] PackWeight(Conv2d convolution, ReadOnlySpan<float> weight, Extents extents, int lanes)
    {
        double[,] transform = Winograd.FilterTransform(Taps);
        int channels = convolution.InChannels, perTile = Vectors * lanes, tiles = extents.PaddedChannels / perTile;
        var packed = new float[Matrices * extents.PaddedChannels * extents.Words * WordFloats];
        for (int o = 0; o < convolution.OutChannels; o++)
            for (int c = 0; c < channels; c++)
            {
                double[] transformed = Winograd.TransformFilter(transform, weight.Slice((o * channels + c) * Taps * Taps, Taps * Taps));
                for (int matrix = 0; matrix < Matrices; matrix++)
                {
                    int word = ((matrix * tiles + o / perTile) * extents.Words + c / WordFloats) * perTile + o % perTile;
                    packed[word * WordFloats + c % WordFloats] = (float)transformed[matrix];
                }
            }
        return packed;
    }

    private Extents Of(Conv2d convolution, LoweringStep step, int images)
    {
        int across = Division.RoundUp(step.OutputShape[2], Winograd.Tile), down = Division.RoundUp(step.OutputShape[1], Winograd.Tile);
        int tiles = images * across * down, perTile = Vectors * step.Options.Device.SubgroupSize;
        return new Extents(
            across, down, tiles, Division.RoundUp(tiles, Pixels) * Pixels, Division.RoundUp(convolution.InChannels, WordFloats),
            Division.RoundUp(convolution.OutChannels, perTile) * perTile, perTile);
    }

    /// <summary>How large everything is: the tiles of one image, across and down; those of all, without padding and
    /// with it; words of the input channels; output channels with padding, and of one subgroup.</summary>
    private readonly record struct Extents(
        int Across, int Down, int Tiles, int PaddedTiles, int Words, int PaddedChannels, int SubgroupChannels)
    {
        public GroupCount Groups(WinogradConvolution variant) =>
            new(PaddedTiles / variant.Pixels, variant.Matrices * (PaddedChannels / SubgroupChannels));
    }
}
