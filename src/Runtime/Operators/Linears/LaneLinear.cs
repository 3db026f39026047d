using SoftPool.Kernels;

namespace SoftPool.Operators.Linears;

/// <summary>By the kernels of linear.glsl, one of whose lanes computes whole features: for processors' drivers, for
/// strict numerics, and where a GPU rejects others. Inputs are taken as texels where the device is the faster for
/// it.</summary>
internal sealed record LaneLinear(string Kernel, int Items, int LeastBatch) : LinearVariant(Kernel, Items, LeastBatch)
{
    // How many features a lane computes of inputs in texels.
    private const int TexelLaneFeatures = 8;

    /// <summary>The subgroup that the kernel needs whose lanes exchange values; 0 for one whose lanes do not.</summary>
    public int Lanes { get; init; }

    /// <summary>The features that a lane computes of inputs in a storage buffer.</summary>
    public int LaneFeatures { get; init; } = TexelLaneFeatures;

    public override bool IsRejected(Linear op, LoweringStep step) => !ReadsTexels(op, step) && step.IsRejected(Kernel);

    public override bool Takes(Linear op, LoweringStep step) =>
        Lanes == 0
            || step.Options.Device is { Driver: Driver.Lavapipe, HasShuffle: true } device
                && device.SubgroupSize == Lanes;

    protected override bool ReadsTexels(Linear op, LoweringStep step) =>
        op.InFeatures % 4 == 0 && step.TakesTexels(Kernel, step.Input.Count, LargestWeight(op, step));

    protected override GroupCount Groups(Linear op, LoweringStep step, int features, int itemGroups)
    {
        int ofLane = ReadsTexels(op, step) ? TexelLaneFeatures : LaneFeatures;
        int lanes = Division.RoundUp(features, TileFeatures) * TileFeatures / ofLane;
        return new(itemGroups, Division.RoundUp(lanes, step.Options.Device.WorkgroupSize), op.LeastSlices);
    }

    protected override SpecializationConstant[] Constants(LoweringStep step) =>
        [("WORKGROUP_SIZE", step.Options.Device.WorkgroupSize)];

    protected override long Iterations(Linear op, int slices) =>
        LoopIterations.Of(Division.RoundUp(op.Blocks, slices), Linear.Block / 4) + LoopIterations.Of(Linear.Block / 4);
}
