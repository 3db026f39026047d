using SoftPool.Kernels;

namespace SoftPool.Operators.Linears;

/// <summary>One of the kernels that compute a linear layer. A weight that exceeds what one buffer holds is taken in
/// parts, some features after others. A long sum is split into slices, which another kernel sums.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Items">How many vectors of the batch use a weight that is loaded.</param>
/// <param name="LeastBatch">The number of vectors from which a weight that is loaded anew for each one costs more than
/// a tile of them that is partly empty.</param>
internal abstract record LinearVariant(string Kernel, int Items, int LeastBatch) : Variant<Linear>
{
    // How linear_shape.glsl lays the weights out.
    protected const int TileFeatures = 64;

    private const int MostPasses = 4;

    public override string Name => Kernel;

    // Of those that suit the batch the one for the largest; else the one for the smallest.
    public override double Cost(Linear op, LoweringStep step) =>
        LeastBatch <= op.VectorsOf(step) ? -LeastBatch : LeastBatch;

    /// <summary>Whether it is worth measuring for so many vectors: it loads each weight four times at most.</summary>
    public bool Suits(int vectors) => LeastBatch <= vectors && Division.RoundUp(vectors, Items) <= MostPasses;

    /// <summary>The tiles of 64 features that one launch takes at most.</summary>
    protected virtual int MostTiles => int.MaxValue;

    /// <summary>Whether inputs and weights are read as texels.</summary>
    protected virtual bool ReadsTexels(Linear op, LoweringStep step) => false;

    /// <summary>The workgroups that compute so many features of so many times <see cref="Items"/> vectors; along z,
    /// slices.</summary>
    protected abstract GroupCount Groups(Linear op, LoweringStep step, int features, int itemGroups);

    /// <summary>What the kernel is told beside its shape.</summary>
    protected virtual SpecializationConstant[] Constants(LoweringStep step) => [];

    /// <summary>The iterations of an invocation that sums one of so many slices.</summary>
    protected abstract long Iterations(Linear op, int slices);

    public override void Lower(Linear op, LoweringStep step)
    {
        int tiles = Tiles(op), tilesAtOnce = TilesAtOnce(op, step);
        for (int tile = 0; tile < tiles; tile += tilesAtOnce)
            Lower(op, step, tile * TileFeatures, Math.Min(tiles - tile, tilesAtOnce));
    }

    private void Lower(Linear op, LoweringStep step, int first, int tiles)
    {
        int features = Math.Min(op.OutFeatures - first, tiles * TileFeatures), vectors = op.VectorsOf(step);
        GroupCount groups = Groups(op, step, features, Division.RoundUp(vectors, Items));
        int slices = groups.Z;
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
                .. slices == 1 ? pointwise : default(PointwiseFunction).Constants, .. Constants(step),
            ],
            groups, ReadsTexels(op, step) ? 0b101u : 0, Iterations(op, slices),
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

    /// <summary>The elements of the largest weight that one launch reads.</summary>
    protected long LargestWeight(Linear op, LoweringStep step) => TilesAtOnce(op, step) * TileCount(op);

    private static int Tiles(Linear op) => Division.RoundUp(op.OutFeatures, TileFeatures);

    /// <summary>The elements of a tile of weights.</summary>
    private static long TileCount(Linear op) => Division.Align(op.InFeatures, 4L) * TileFeatures;

    /// <summary>How many tiles one buffer holds, and one launch takes.</summary>
    private int TilesAtOnce(Linear op, LoweringStep step) =>
        (int)Math.Clamp(step.LargestWeight / TileCount(op), 1, Math.Min(Tiles(op), MostTiles));

    /// <summary>(out, in) to (out / 64, in / 4, 8, 8, 4), as linear_shape.glsl has it.</summary>
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
