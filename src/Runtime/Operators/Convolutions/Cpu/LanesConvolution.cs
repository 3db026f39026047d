using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Cpu;

/// <summary>Direct, lanes along the output channels: for drivers that run on a CPU, where wide loads and shuffles
/// between lanes are cheap and everything else is dear. A first kernel copies the input, padded, channels
/// last.</summary>
/// <param name="WordFloats">How many inputs, or weights, a lane loads at once: 4 or 8.</param>
/// <param name="Vectors">How many output channels a lane computes.</param>
/// <param name="Pixels">Of how many pixels.</param>
/// <param name="Loads">How a lane loads words.</param>
internal sealed record LanesConvolution(int WordFloats, int Vectors, int Pixels, WordLoads Loads) : ConvolutionVariant
{
    // In multiply-adds, on lavapipe: to load a number and to store it elsewhere.
    private const double CopyCost = 15;

    // The same, for all lanes: to store a number each.
    private const double StoreCost = 36;

    public override string Name => $"lanes{WordFloats}x{Vectors}x{Pixels}{Loads.Ending}";

    public override bool Takes(Conv2d convolution, LoweringStep step)
    {
        if (step.Options.Device is not { HasShuffle: true, SubgroupSize: > 1 } device
            || Pixels % device.SubgroupSize != 0 || convolution.Dilation.Width != 1
            || Groups(convolution, step) is not { X: <= GroupCount.Largest, Y: <= GroupCount.Largest })
            return false;
        IWordLayout layout = new PackedInput(convolution, step, WordFloats);
        return layout.Fits(step.Options) && WeightCount(convolution, step, layout) <= step.LargestWeight
            && Loads.Take(step, step.Input.Count, layout.Count, WeightCount(convolution, step, layout));
    }

    public override double Cost(Conv2d convolution, LoweringStep step)
    {
        if (step.Options.Device.Driver != Driver.Lavapipe)
            return double.PositiveInfinity;
        var layout = new PackedInput(convolution, step, WordFloats);
        GroupCount groups = Groups(convolution, step);
        double perWord = Vectors * Pixels * WordFloats
            + Loads.Cost(WordFloats, step) * (Vectors + Pixels / step.Options.Device.SubgroupSize);
        // What reads the input as it is competes without the copy, which is the most of a layer of few products, and
        // stores fewer times.
        double copy = OneByOneConvolution.ReadsAsItIs(convolution) || ShallowConvolution.ReadsFew(convolution)
            ? layout.Count * CopyCost
            : 0;
        double stores = ShallowConvolution.ReadsFew(convolution) ? Vectors * Pixels * StoreCost : 0;
        return (double)groups.X * groups.Y * (layout.Window * perWord + stores) + copy;
    }

    public override void Lower(Conv2d convolution, LoweringStep step)
    {
        var layout = new PackedInput(convolution, step, WordFloats);
        int lanes = step.Options.Device.SubgroupSize, tiles = Tiles(convolution, step), groups = convolution.Groups;
        TensorShape output = step.OutputShape;
        uint[] shape =
        [
            (uint)(output[1] * output[2]), (uint)output[2],
            (uint)groups, (uint)tiles, (uint)(convolution.OutChannels / groups),
            (uint)layout.Map, (uint)layout.Row, (uint)layout.Column,
            (uint)layout.Window, (uint)layout.Run, (uint)layout.Jump,
        ];
        step.Dispatch(
            $"conv2d_lanes{WordFloats}",
            [("LANES", lanes), ("VECTORS", Vectors), ("PIXELS", Pixels), .. step.Pointwise.Constants],
            Groups(convolution, step), Loads.Texels(0, 2), LoopIterations.Of(layout.Window),
            layout.Dispatch(Loads), step.Output,
            step.Weight(
                $"weight*{Layout(lanes)}", WeightCount(convolution, step, layout),
                () => PackWeight(convolution, step.Parameter("weight"), layout, tiles, lanes)),
            PackBias(convolution, step, tiles * Vectors * lanes),
            step.Integers($"shape*{Layout(lanes)}", shape));
    }

    /// <summary>Names what is packed for it: the same, however it is loaded.</summary>
    private string Layout(int lanes) => $"lanes{WordFloats}x{Vectors}x{Pixels}x{lanes}";

    private long WeightCount(Conv2d convolution, LoweringStep step, IWordLayout layout) =>
        (long)convolution.Groups * Tiles(convolution, step) * layout.Window
            * Vectors * step.Options.Device.SubgroupSize * WordFloats;

    private int Tiles(Conv2d convolution, LoweringStep step) =>
        Division.RoundUp(convolution.OutChannels / convolution.Groups, Vectors * step.Options.Device.SubgroupSize);

    private GroupCount Groups(Conv2d convolution, LoweringStep step) => new(
        Division.RoundUp(step.Batch * step.OutputShape[1] * step.OutputShape[2], Pixels),
        Tiles(convolution, step) * convolution.Groups);

    /// <summary>(O, C / groups, kH, kW) to (groups, tiles, words of a window, Vectors, lanes, WordFloats).</summary>
    private float[] PackWeight(Conv2d convolution, ReadOnlySpan<float> weight, PackedInput layout, int tiles, int lanes)
    {
        int outChannels = convolution.OutChannels / convolution.Groups;
        var packed = new float[convolution.Groups * tiles * layout.Window * Vectors * lanes * WordFloats];
        foreach ((int from, int output, int word, int number) in layout.Weights())
        {
            (int group, int channel) = Math.DivRem(output, outChannels);
            (int tile, int inTile) = Math.DivRem(channel, Vectors * lanes);
            int place = ((group * tiles + tile) * layout.Window + word) * Vectors * lanes + inTile;
            packed[place * WordFloats + number] = weight[from];
        }
        return packed;
    }
}
