using SoftPool.Planning;

namespace SoftPool.Operators.Convolutions;

/// <summary>Direct, for few input channels, as those of pictures, on any device: what <see cref="TiledConvolution"/> tests for each tap
/// is padding here, which a first kernel lays around the input. Sums run in the same order.</summary>
internal sealed record PackedConvolution : ConvolutionVariant
{
    // The register tile of conv2d_packed.comp, and its words.
    private const int TileChannels = 16;
    private const int TilePixels = 8;
    private const int WorkgroupSize = 32;
    private const int WordFloats = 4;

    /// <summary>The most words from one window to the next: with more, a lane's loads are far from its neighbours'.</summary>
    private const int LongestColumn = 4;

    public override string Name => "packed";

    public override bool Takes(Conv2d convolution, LoweringStep step)
    {
        // Of few output channels a tile would be empty in the most.
        if (convolution.Dilation.Width != 1 || convolution.OutChannels / convolution.Groups <= TileChannels / 2
            || Groups(convolution, step) is not { X: <= GroupCount.Largest, Y: <= GroupCount.Largest })
            return false;
        var layout = new PackedInput(convolution, step, WordFloats);
        return layout.Column <= LongestColumn && layout.ByteCount <= step.Options.LargestBuffer;
    }

    public override double Cost(Conv2d convolution, LoweringStep step)
    {
        var layout = new PackedInput(convolution, step, WordFloats);
        GroupCount groups = Groups(convolution, step);
        double vectors = (double)groups.X * groups.Y * WorkgroupSize / Math.Max(step.Options.Device.SubgroupSize, 1);
        int loads = TilePixels + TileChannels;
        return vectors * layout.Window * (TileChannels * TilePixels * WordFloats + loads * TiledConvolution.WideLoadCost);
    }

    public override void Lower(Conv2d convolution, LoweringStep step)
    {
        var layout = new PackedInput(convolution, step, WordFloats);
        TensorShape output = step.OutputShape;
        int tiles = Tiles(convolution), groups = convolution.Groups;
        step.Dispatch(
            "conv2d_packed",
            [
                (uint)step.Batch, (uint)convolution.OutChannels, (uint)output[1], (uint)output[2], (uint)groups,
                (uint)layout.Map, (uint)layout.Row, (uint)layout.Column, (uint)layout.Run, (uint)(layout.Run + layout.Jump),
                .. PointwiseConstants.Of(step.Pointwise),
            ],
            Groups(convolution, step),
            layout.Dispatch(new WordLoads(AreTexels: false)), step.Output,
            step.Weight(
                $"weight*{Name}", (long)groups * tiles * layout.Window * WordFloats * TileChannels,
                () => PackWeight(convolution, step.Parameter("weight"), layout, tiles)),
            PackBias(convolution, step, tiles * TileChannels));
    }

    private static int Tiles(Conv2d convolution) => Division.RoundUp(convolution.OutChannels / convolution.Groups, TileChannels);

    private static GroupCount Groups(Conv2d convolution, LoweringStep step) => new(
        Division.RoundUp(step.Batch * step.OutputShape[1] * step.OutputShape[2], WorkgroupSize * TilePixels),
        Tiles(convolution) * convolution.Groups);

    /// <summary>(O, C / groups, kH, kW) to (groups, tiles, words of a window, 4, channels of a tile).</summary>
    private static float[] PackWeight(Conv2d convolution, ReadOnlySpan<float> weight, PackedInput layout, int tiles)
    {
        var packed = new float[convolution.Groups * tiles * layout.Window * WordFloats * TileChannels];
        int outChannels = convolution.OutChannels / convolution.Groups;
        foreach ((int from, int output, int word, int number) in layout.Weights())
        {
            (int group, int channel) = Math.DivRem(output, outChannels);
            (int tile, int inTile) = Math.DivRem(channel, TileChannels);
            packed[(((group * tiles + tile) * layout.Window + word) * WordFloats + number) * TileChannels + inTile] = weight[from];
        }
        return packed;
    }
}
