using SoftPool.Kernels;

namespace SoftPool.Operators.Linears;

/// <summary>By the kernels of linear_group.glsl, whose workgroups compute 16 features and add a feature's sums in
/// shared memory: for GPUs, which hide the time of a load behind many lanes that wait.</summary>
internal sealed record GroupLinear(string Kernel, int Items, int LeastBatch) : LinearVariant(Kernel, Items, LeastBatch)
{
    // As linear_group.glsl has them.
    private const int WorkgroupSize = 256;
    private const int GroupFeatures = 16;
    private const int Sums = WorkgroupSize / 8;
    private const int InputsOfTrip = Sums * 4;

    // A GPU hides the time that a load takes behind other lanes: at least so many, more on one of many units. To read
    // fewer inputs than a slice has takes less time than another launch.
    private const int EnoughLanes = 16384;
    private const int EnoughLanesOfUnit = 512;
    private const int LeastSlice = 4096;

    public override bool IsRejected(Linear op, LoweringStep step) => step.IsRejected(Kernel);

    public override bool Takes(Linear op, LoweringStep step) =>
        !step.Options.IsStrict && step.Options.Device.LargestWorkgroup >= WorkgroupSize;

    // Ahead of all kernels of a lane on GPUs. On processors' drivers a barrier costs more than it saves.
    public override double Cost(Linear op, LoweringStep step) =>
        step.Options.Device.Driver == Driver.Other ? base.Cost(op, step) - 100 : double.MaxValue;

    protected override int MostTiles => GroupCount.Largest * GroupFeatures / TileFeatures;

    protected override GroupCount Groups(Linear op, LoweringStep step, int features, int itemGroups)
    {
        int featureGroups = Division.RoundUp(features, GroupFeatures);
        long wanted = Math.Max(EnoughLanes, EnoughLanesOfUnit * step.Options.Device.Units)
            / ((long)itemGroups * featureGroups * WorkgroupSize);
        int slices = step.IsRejected("linear_sum")
            ? 1
            : (int)Math.Clamp(wanted, 1, Math.Max(op.InFeatures / LeastSlice, 1));
        return new(itemGroups, featureGroups, slices);
    }

    protected override long Iterations(Linear op, int slices) =>
        LoopIterations.Of(Division.RoundUp(Division.RoundUp(op.InFeatures, slices), InputsOfTrip)) + 1
            + LoopIterations.Of(Sums / 4);
}
