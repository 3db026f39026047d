using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Gpu;

/// <summary>Direct, on any device: what <see cref="TiledConvolution"/> tests for each tap is padding here, which a
/// first kernel lays around the input, and four inputs are loaded at once. Sums run in the same order.</summary>
/// <param name="InPlanes">Whether the input is laid out in planes of four channels, else with the channels last: that
/// wastes less of pictures.</param>
/// <param name="IsNarrow">Whether it is for groups of few output channels, which would use a small part of a wide
/// register tile.</param>
internal sealed record PackedConvolution(bool InPlanes, bool IsNarrow = false) : ConvolutionVariant
{
    // The register tiles of conv2d_packed.comp and conv2d_packed_narrow.comp, and their words.
    private const int WideTileChannels = 16;
    private const int NarrowTileChannels = 4;
    private const int TilePixels = 8;
    private const int WordFloats = 4;

    /// <summary>The most words from one window to the next with the channels last: with more, a lane's loads are far
    /// from its neighbours'.</summary>
    private const int LongestColumn = 4;

    public override string Name => (InPlanes ? "planes" : "packed") + (IsNarrow ? "_narrow" : "");

    private int TileChannels => IsNarrow ? NarrowTileChannels : WideTileChannels;

    public override bool Takes(Conv2d convolution, LoweringStep step)
    {
        // Fewer channels than a word holds are no plane.
        bool fits = InPlanes
            ? convolution.InChannels / convolution.Groups >= WordFloats
            : convolution.Dilation.Width == 1 && new PackedInput(convolution, step, WordFloats).Column <= LongestColumn;
        // Narrow tiles are for narrow groups, and for GPUs, whose registers do not hold a wide one.
        bool fitsWide = convolution.OutChannels / convolution.Groups > WideTileChannels / 2;
        if (!fits || (IsNarrow ? fitsWide && !TiledConvolution.SpillsWide(step) : !fitsWide))
            return false;
        IWordLayout layout = Layout(convolution, step);
        return layout.Fits(step.Options) && WeightCount(convolution, layout) <= step.LargestWeight
            && Groups(convolution, step) is { X: <= GroupCount.Largest, Y: <= GroupCount.Largest };
    }

    public override double Cost(Conv2d convolution, LoweringStep step)
    {
        // A GPU hides the time of loads, and without padding nothing is tested: there, only the copy is more.
        if (InPlanes && step.Options.Device.Driver == Driver.Other && convolution.Padding == 0)
            return 2 * Conv2d.Variants.All[^1].Cost(convolution, step);
        IWordLayout layout = Layout(convolution, step);
        GroupCount groups = Groups(convolution, step);
        double invocations = (double)groups.X * groups.Y * step.Options.Device.WorkgroupSize;
        int loads = TilePixels + TileChannels;
        if (!IsNarrow && TiledConvolution.SpillsWide(step))
            invocations *= TiledConvolution.SpillCost;
        return invocations / Math.Max(step.Options.Device.SubgroupSize, 1) / step.Options.Device.Occupancy(invocations)
            * layout.Window * (TileChannels * TilePixels * WordFloats + loads * TiledConvolution.WideLoadCost);
    }

    public override void Lower(Conv2d convolution, LoweringStep step)
    {
        IWordLayout layout = Layout(convolution, step);
        TensorShape output = step.OutputShape;
        int tiles = Tiles(convolution), groups = convolution.Groups;
        step.Dispatch(
            IsNarrow ? "conv2d_packed_narrow" : "conv2d_packed",
            [
                ("BATCH", step.Batch), ("OUT_CHANNELS", convolution.OutChannels),
                ("OUT_HEIGHT", output[1]), ("OUT_WIDTH", output[2]),
                ("GROUPS", groups), .. layout.Places, .. step.Pointwise.Constants,
                ("WORKGROUP_SIZE", step.Options.Device.WorkgroupSize),
            ],
            Groups(convolution, step), texels: 0, LoopIterations.Of(layout.Window), layout.Dispatch(), step.Output,
            step.Weight(
                $"weight*{Name}", WeightCount(convolution, layout),
                () => PackWeight(convolution, step.Parameter("weight"), layout, tiles)),
            PackBias(convolution, step, tiles * TileChannels));
    }

    private IWordLayout Layout(Conv2d convolution, LoweringStep step) =>
        InPlanes ? new PlanarInput(convolution, step) : new PackedInput(convolution, step, WordFloats);

    private long WeightCount(Conv2d convolution, IWordLayout layout) =>
        (long)convolution.Groups * Tiles(convolution) * layout.Window * WordFloats * TileChannels;

    private int Tiles(Conv2d convolution) =>
        Division.RoundUp(convolution.OutChannels / convolution.Groups, TileChannels);

    private GroupCount Groups(Conv2d convolution, LoweringStep step) => new(
        Division.RoundUp(
            step.Batch * step.OutputShape[1] * step.OutputShape[2], step.Options.Device.WorkgroupSize * TilePixels),
        Tiles(convolution) * convolution.Groups);

    /// <summary>(O, C / groups, kH, kW) to (groups, tiles, words of a window, 4, channels of a tile).</summary>
    private float[] PackWeight(Conv2d convolution, ReadOnlySpan<float> weight, IWordLayout layout, int tiles)
    {
        int outChannels = convolution.OutChannels / convolution.Groups;
        var packed = new float[convolution.Groups * tiles * layout.Window * WordFloats * TileChannels];
        foreach ((int from, int output, int word, int number) in layout.Weights())
        {
            (int group, int channel) = Math.DivRem(output, outChannels);
            (int tile, int inTile) = Math.DivRem(channel, TileChannels);
            int place = (((group * tiles + tile) * layout.Window + word) * WordFloats + number) * TileChannels + inTile;
            packed[place] = weight[from];
        }
        return packed;
    }
}
