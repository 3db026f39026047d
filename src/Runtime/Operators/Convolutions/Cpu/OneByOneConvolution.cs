using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions.Cpu;

/// <summary>For 1x1 kernels with stride 1, lanes along the pixels, four each: for drivers that run on a CPU. It reads
/// the input as it is, without a copy, and stores runs of pixels. The lanes share the weights that they load by
/// shuffles.</summary>
/// <param name="Vectors">How many output channels' weights a lane loads: the subgroup computes these many times its
/// size.</param>
internal sealed record OneByOneConvolution(int Vectors) : ConvolutionVariant
{
    private const string Kernel = "conv2d_1x1";

    private const int QuadFloats = 4;

    // In multiply-adds, on lavapipe: a load of four floats.
    private const double LoadCost = 45;

    // The same: what a run of an output channel costs more where each is in a page of its own, and there are more of
    // them than the first cache has ways for.
    private const double FarStoreCost = 60;
    private const int PageFloats = 1024, FewVectors = 2;

    public override string Name => $"1x1x{Vectors}";

    public override bool HasIndependentKernels => true;

    public override bool IsRejected(Conv2d convolution, LoweringStep step) =>
        !TakesTexels(convolution, step) && step.IsRejected(Kernel);

    public override bool Takes(Conv2d convolution, LoweringStep step) =>
        ReadsAsItIs(convolution) && step.Options.Device is { HasShuffle: true, SubgroupSize: > 1 }
        && convolution.InChannels % QuadFloats == 0 && step.InputShape.Plane() % QuadFloats == 0
        && Groups(convolution, step) is { X: <= GroupCount.Largest, Y: <= GroupCount.Largest }
        && WeightCount(convolution, step) <= step.LargestWeight;

    public override double Cost(Conv2d convolution, LoweringStep step)
    {
        if (step.Options.Device.Driver != Driver.Lavapipe)
            return double.PositiveInfinity;
        GroupCount groups = Groups(convolution, step);
        double perQuad =
            Outputs(step) * QuadFloats * QuadFloats + LoadCost * (QuadFloats + Vectors);
        double stores = Vectors > FewVectors && step.InputShape.Plane() >= PageFloats
            ? Outputs(step) * FarStoreCost
            : 0;
        return (double)groups.X * groups.Y * (convolution.InChannels / QuadFloats * perQuad + stores);
    }

    public override void Lower(Conv2d convolution, LoweringStep step)
    {
        int plane = step.InputShape.Plane() / QuadFloats, lanes = step.Options.Device.SubgroupSize;
        int words = convolution.InChannels / QuadFloats, outputs = Tiles(convolution, step) * Outputs(step);
        string layout = $"1x1x{Vectors}x{lanes}";
        step.Dispatch(
            Kernel, [("LANES", lanes), ("VECTORS", Vectors), .. step.Pointwise.Constants],
            Groups(convolution, step), TakesTexels(convolution, step) ? 0b101u : 0, LoopIterations.Of(words),
            step.Input, step.Output,
            step.Weight(
                $"weight*{layout}", WeightCount(convolution, step),
                () => PackWeight(convolution, step.Parameter("weight"), outputs, Outputs(step))),
            PackBias(convolution, step, outputs),
            step.Integers(
                $"shape*{layout}",
                [
                    (uint)(step.Batch * plane), (uint)plane,
                    (uint)convolution.InChannels, (uint)convolution.OutChannels,
                ]));
    }

    /// <summary>Whether each pixel of the output is of one pixel of the input, at the same place.</summary>
    public static bool ReadsAsItIs(Conv2d convolution) => convolution is
    {
        Groups: 1, KernelSize: { Height: 1, Width: 1 }, Stride: { Height: 1, Width: 1 },
        Padding: { Height: 0, Width: 0 },
    };

    private bool TakesTexels(Conv2d convolution, LoweringStep step) =>
        step.TakesTexels(Kernel, step.Input.Count, WeightCount(convolution, step));

    /// <summary>The output channels that a subgroup computes.</summary>
    private int Outputs(LoweringStep step) => Vectors * step.Options.Device.SubgroupSize;

    private int Tiles(Conv2d convolution, LoweringStep step) =>
        Division.RoundUp(convolution.OutChannels, Outputs(step));

    private long WeightCount(Conv2d convolution, LoweringStep step) =>
        (long)Tiles(convolution, step) * Outputs(step) * convolution.InChannels;

    private GroupCount Groups(Conv2d convolution, LoweringStep step) => new(
        Division.RoundUp(step.Batch * (step.InputShape.Plane() / QuadFloats), step.Options.Device.SubgroupSize),
        Tiles(convolution, step));

    /// <summary>(O, C, 1, 1) to (tiles, C / 4, outputs of a tile, 4).</summary>
    private static float[] PackWeight(Conv2d convolution, ReadOnlySpan<float> weight, int outputs, int tileOutputs)
    {
        int channels = convolution.InChannels;
        var packed = new float[outputs * channels];
        for (int o = 0; o < convolution.OutChannels; o++)
        {
            (int tile, int inTile) = Math.DivRem(o, tileOutputs);
            for (int c = 0; c < channels; c++)
                packed[((tile * (channels / QuadFloats) + c / QuadFloats) * tileOutputs + inTile) * QuadFloats
                    + c % QuadFloats] = weight[o * channels + c];
        }
        return packed;
    }
}
