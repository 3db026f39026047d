using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = x W' + b, as torch.nn.Linear.</summary>
/// <param name="InFeatures">The length of an input vector.</param>
/// <param name="OutFeatures">The length of an output vector.</param>
public sealed record Linear(int InFeatures, int OutFeatures) : UnaryOperator
{
    // How linear.glsl lays the weights out, and how many items a lane of its batch kernels computes.
    private const int TileFeatures = 64;
    private const int Lanes = 8;
    // Texels before storage buffers. Each from the batch on from which a weight that is loaded anew for each item costs more than a
    // tile of items that is partly empty.
    private static readonly (string Name, bool Texels, bool Shuffles, int LaneFeatures, int Items, int LeastBatch)[] Kernels =
    [
        ("linear", true, false, 8, 1, 1), ("linear", false, false, 4, 1, 1),
        ("linear_batch", true, false, 8, 8, 4), ("linear_batch", false, false, 8, 8, 4),
        ("linear_lanes", true, true, 8, 16, 9), ("linear_lanes", false, true, 8, 16, 9),
    ];

    // A GPU hides the time that a load takes behind other lanes: at least so many, each with at least so many inputs.
    private const int EnoughLanes = 16384;
    private const int LeastSlice = 256;

    // The blocks of terms that linear.glsl sums, and how many of them one invocation takes at most: drivers bound the turns of loops.
    private const int Block = 64;
    private const int LargestSlice = 1024;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<Parameter> Parameters =>
        Bias
            ? [new("weight", new TensorShape(OutFeatures, InFeatures)), new("bias", new TensorShape(OutFeatures))]
            : [new("weight", new TensorShape(OutFeatures, InFeatures))];

    /// <summary>Whether b is there.</summary>
    [JsonRequired]
    public bool Bias { get; init; } = true;

    /// <summary>The blocks of 64 terms; what remains behind them is less than one.</summary>
    internal int Blocks => InFeatures / Block;

    /// <summary>Into how many slices, of as many blocks each but for the last, the sum is always split.</summary>
    internal int LeastSlices => Math.Max(Division.RoundUp(Blocks, LargestSlice), 1);

    internal override bool FusesPointwise => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"{InFeatures} to {OutFeatures}" + (Bias ? "" : ", no bias");

    /// <summary>(InFeatures) to (OutFeatures).</summary>
    private protected override TensorShape Infer(TensorShape input) =>
        input == new TensorShape(InFeatures)
            ? new TensorShape(OutFeatures)
            : throw new ShapeMismatchException($"Linear takes {InFeatures} features; got {input}.");

    internal override void Compute<T>(ReferenceStep step) => LinearReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        int quads = Division.RoundUp(InFeatures, 4);
        long tileCount = (long)quads * 4 * TileFeatures;
        int tiles = Division.RoundUp(OutFeatures, TileFeatures);
        // The weight may exceed what one buffer holds on a device: then some features after others, each with their part of it.
        int tilesAtOnce = (int)Math.Clamp(step.LargestWeight / tileCount, 1, tiles);
        for (int tile = 0; tile < tiles; tile += tilesAtOnce)
            Lower(step, tile * TileFeatures, Math.Min(tiles - tile, tilesAtOnce), tileCount);
    }

    private void Lower(LoweringStep step, int first, int tiles, long tileCount)
    {
        int features = Math.Min(OutFeatures - first, tiles * TileFeatures);
        bool texels = InFeatures % 4 == 0 && step.ReadsTexels(step.Input.Count, tiles * tileCount);
        (string kernel, texels, int laneFeatures, int items) = Choose(step, texels);
        int lanes = tiles * TileFeatures / laneFeatures, itemGroups = Division.RoundUp(step.Batch, items);
        // A driver that prefers texels is a processor's, with few lanes; and strict numerics has one order of sums.
        int slices = step.Options.Device.LargestTexels > 0 || step.Options.IsStrict || step.IsRejected("linear_sum")
            ? LeastSlices
            : (int)Math.Clamp(EnoughLanes / ((long)lanes * itemGroups), LeastSlices, Math.Max(InFeatures / LeastSlice, 1));
        Operand sums = slices == 1 ? step.Output : new Activation((long)slices * step.Batch * features);
        Constant weight = step.Weight(
            $"weight[{first}]", tiles * tileCount,
            () => PackWeight(step.Parameter("weight").Slice(first * InFeatures, features * InFeatures), features, tiles * tileCount));
        Constant bias = step.PaddedBias(tiles * TileFeatures, first, features);
        SpecializationConstant[] pointwise = step.Pointwise.Constants;
        step.Dispatch(
            kernel,
            [
                ("BATCH", step.Batch), ("IN_FEATURES", InFeatures), ("OUT_FEATURES", OutFeatures), ("FIRST", first),
                ("FEATURES", features), ("SLICES", slices), .. slices == 1 ? pointwise : default(PointwiseFunction).Constants,
                ("WORKGROUP_SIZE", step.Options.Device.WorkgroupSize),
            ],
            new GroupCount(itemGroups, Division.RoundUp(lanes, step.Options.Device.WorkgroupSize), slices),
            texels ? 0b101u : 0, Turns.Of(Division.RoundUp(Blocks, slices), Block / 4) + Turns.Of(Block / 4), step.Input, sums, weight, bias);
        if (slices > 1)
            step.Dispatch(
                "linear_sum",
                [
                    ("BATCH", step.Batch), ("OUT_FEATURES", OutFeatures), ("FIRST", first), ("FEATURES", features), ("SLICES", slices),
                    .. pointwise,
                ],
                GroupCount.Linear((long)step.Batch * features), texels: 0, Turns.Of(slices), sums, step.Output, bias);
    }

    /// <summary>The kernel for the batch, or one for other batches where no such kernel is left.</summary>
    private static (string Name, bool Texels, int LaneFeatures, int Items) Choose(LoweringStep step, bool texels)
    {
        bool shuffles = step.Options.Device is { Driver: Driver.Lavapipe, HasShuffle: true, SubgroupSize: Lanes };
        var (name, ofTexels, _, laneFeatures, items, _) = Kernels
            .Where(kernel => (texels || !kernel.Texels) && (shuffles || !kernel.Shuffles) && !step.IsRejected(kernel.Name, kernel.Texels))
            .OrderBy(kernel => kernel.LeastBatch <= step.Batch ? -kernel.LeastBatch : kernel.LeastBatch)
            .FirstOrDefault(Kernels[1]);
        return (name, ofTexels, laneFeatures, items);
    }

    /// <summary>(out, in) to (out / 64, in / 4, 8, 8, 4), as linear.glsl reads it.</summary>
    private float[] PackWeight(ReadOnlySpan<float> weight, int features, long count)
    {
        int quads = Division.RoundUp(InFeatures, 4);
        var packed = new float[count];
        for (int o = 0; o < features; o++)
        {
            int place = o / TileFeatures * quads * TileFeatures + o % TileFeatures;
            for (int i = 0; i < InFeatures; i++)
                packed[(place + i / 4 * TileFeatures) * 4 + i % 4] = weight[o * InFeatures + i];
        }
        return packed;
    }
}
