using SoftPool.Kernels;

namespace SoftPool.Operators.Linears;

/// <summary>One of the kernels that compute a linear layer. Each takes its inputs as texels where the device is the
/// faster for it. A weight that exceeds what one buffer holds is taken in parts, some features after others. A long
/// sum, or one of a GPU's few lanes, is split into slices, which another kernel sums.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Items">How many vectors of the batch a lane computes.</param>
/// <param name="LeastBatch">The number of vectors from which a weight that is loaded anew for each one costs more than
/// a tile of them that is partly empty.</param>
internal sealed record LinearVariant(string Kernel, int Items, int LeastBatch) : Variant<Linear>
{
    /// <summary>The subgroup that the kernel needs whose lanes exchange values; 0 for one whose lanes do not.</summary>
    public int Lanes { get; init; }

    /// <summary>The features that a lane computes of inputs in texels.</summary>
    private const int TexelLaneFeatures = 8;

    /// <summary>And of inputs in a storage buffer.</summary>
    public int LaneFeatures { get; init; } = TexelLaneFeatures;

    // How linear.glsl lays the weights out.
    private const int TileFeatures = 64;

    // A GPU hides the time that a load takes behind other lanes: at least so many, more on one of many units, each with
    // at least so many inputs, which it loads one behind the other.
    private const int EnoughLanes = 16384;
    private const int EnoughLanesOfUnit = 512;
    private const int LeastSlice = 64;

    public override string Name => Kernel;

    public override bool IsRejected(Linear op, LoweringStep step) => !ReadsTexels(op, step) && step.IsRejected(Kernel);

    public override bool Takes(Linear op, LoweringStep step) =>
        Lanes == 0
            || step.Options.Device is { Driver: Driver.Lavapipe, HasShuffle: true } device
                && device.SubgroupSize == Lanes;

    // Of those that suit the batch the one for the largest; else the one for the smallest.
    public override double Cost(Linear op, LoweringStep step) =>
        LeastBatch <= op.VectorsOf(step) ? -LeastBatch : LeastBatch;

    public override void Lower(Linear op, LoweringStep step)
    {
        int tiles = Tiles(op), tilesAtOnce = TilesAtOnce(op, step);
        for (int tile = 0; tile < tiles; tile += tilesAtOnce)
            Lower(op, step, tile * TileFeatures, Math.Min(tiles - tile, tilesAtOnce));
    }

    private void Lower(Linear op, LoweringStep step, int first, int tiles)
    {
        int features = Math.Min(op.OutFeatures - first, tiles * TileFeatures),
            workgroup = step.Options.Device.WorkgroupSize;
        bool texels = ReadsTexels(op, step);
        int lanes = tiles * TileFeatures / (texels ? TexelLaneFeatures : LaneFeatures);
        int vectors = op.VectorsOf(step), itemGroups = Division.RoundUp(vectors, Items);
        // A driver that prefers texels is a CPU's, with few lanes; and strict numerics has one order of sums.
        int slices = step.Options.Device.LargestTexels > 0 || step.Options.IsStrict || step.IsRejected("linear_sum")
            ? op.LeastSlices
            : (int)Math.Clamp(
                Math.Max(EnoughLanes, EnoughLanesOfUnit * step.Options.Device.Units) / ((long)lanes * itemGroups),
                op.LeastSlices, Math.Max(op.InFeatures / LeastSlice, 1));
        Operand sums = slices == 1 ? step.Output : new Activation((long)slices * vectors * features);
        long weightCount = tiles * TileCount(op);
        FloatConstant weight = step.Weight(
            $"weight[{first}]", weightCount,
            () => PackWeight(
                op, step.Parameter("weight").Slice(first * op.InFeatures, features * op.InFeatures),
                features, weightCount));
        FloatConstant bias = step.PaddedBias(tiles * TileFeatures, first, features);
        SpecializationConstant[] pointwise = step.Pointwise.Constants;
        step.Dispatch(
            Kernel,
            [
                ("BATCH", vectors), ("IN_FEATURES", op.InFeatures), ("OUT_FEATURES", op.OutFeatures), ("FIRST", first),
                ("FEATURES", features), ("SLICES", slices),
                .. slices == 1 ? pointwise : default(PointwiseFunction).Constants,
                ("WORKGROUP_SIZE", workgroup),
            ],
            new GroupCount(itemGroups, Division.RoundUp(lanes, workgroup), slices),
            texels ? 0b101u : 0,
            LoopIterations.Of(Division.RoundUp(op.Blocks, slices), Linear.Block / 4)
                + LoopIterations.Of(Linear.Block / 4),
            step.Input, sums, weight, bias);
        if (slices > 1)
            step.Dispatch(
                "linear_sum",
                [
                    ("BATCH", vectors), ("OUT_FEATURES", op.OutFeatures), ("FIRST", first), ("FEATURES", features),
                    ("SLICES", slices), .. pointwise,
                ],
                GroupCount.Linear((long)vectors * features), texels: 0,
                LoopIterations.OfSlices(slices, step.Options.IsStrict),
                sums, step.Output, bias);
    }

    private bool ReadsTexels(Linear op, LoweringStep step) =>
        op.InFeatures % 4 == 0 && step.TakesTexels(Kernel, step.Input.Count, TilesAtOnce(op, step) * TileCount(op));

    private static int Tiles(Linear op) => Division.RoundUp(op.OutFeatures, TileFeatures);

    /// <summary>The elements of a tile of weights.</summary>
    private static long TileCount(Linear op) => Division.Align(op.InFeatures, 4L) * TileFeatures;

    /// <summary>How many tiles one buffer holds.</summary>
    private static int TilesAtOnce(Linear op, LoweringStep step) =>
        (int)Math.Clamp(step.LargestWeight / TileCount(op), 1, Tiles(op));

    /// <summary>(out, in) to (out / 64, in / 4, 8, 8, 4), as linear.glsl reads it.</summary>
    private static float[] PackWeight(Linear op, ReadOnlySpan<float> weight, int features, long count)
    {
        int quads = Division.RoundUp(op.InFeatures, 4);
        var packed = new float[count];
        for (int o = 0; o < features; o++)
        {
            int place = o / TileFeatures * quads * TileFeatures + o % TileFeatures;
            for (int i = 0; i < op.InFeatures; i++)
                packed[(place + i / 4 * TileFeatures) * 4 + i % 4] = weight[o * op.InFeatures + i];
        }
        return packed;
    }
}
