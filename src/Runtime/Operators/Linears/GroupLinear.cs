using SoftPool.Kernels;

namespace SoftPool.Operators.Linears;

/// <summary>By the kernels of linear_group.glsl, whose workgroups compute 16 features and add a feature's sums in shared
/// memory: for GPUs, which wait long for a load and have many lanes to do so.</summary>
internal sealed record GroupLinear(string Kernel, int Items, int LeastBatch) : LinearVariant(Kernel, Items, LeastBatch)
{
    // As linear_group.glsl has them.
    private const int WorkgroupSize = 256;
    private const int GroupFeatures = 16;
    private const int InputsOfTrip = WorkgroupSize / 8 * 4;

    // A GPU hides the time that a load takes behind other lanes: at least so many, more on one of many units. To read
    // fewer inputs than a slice has takes less time than another launch.
    private const int EnoughLanes = 16384;
    private const int EnoughLanesOfUnit = 512;
    private const int LeastSlice = 4096;

    public override bool IsRejected(Linear op, LoweringStep step) => step.IsRejected(Kernel);

    public override bool Takes(Linear op, LoweringStep step) =>
        !step.Options.IsStrict && step.Options.Device.LargestWorkgroup >= WorkgroupSize;

    // Ahead of all kernels of a lane on GPUs, and behind them on processors' drivers, where a barrier costs more than
    // it saves.
    public override double Cost(Linear op, LoweringStep step) =>
        base.Cost(op, step) + (step.Options.Device.Driver == Driver.Other ? -100 : 100);

    protected override GroupCount Groups(Linear op, LoweringStep step, int features, int itemGroups)
    {
        int featureGroups = Division.RoundUp(features, GroupFeatures);
        long wanted = Math.Max(EnoughLanes, EnoughLanesOfUnit * step.Options.Device.Units)
            / ((long)itemGroups * featureGroups * WorkgroupSize);
        int slices = step.IsRejected("linear_sum")
            ? op.LeastSlices
            : (int)Math.Clamp(wanted, op.LeastSlices, Math.Max(op.InFeatures / LeastSlice, op.LeastSlices));
        return new(itemGroups, featureGroups, slices);
    }

    protected override long Iterations(Linear op, int slices) =>
        LoopIterations.Of(Division.RoundUp(Division.RoundUp(op.InFeatures, slices), InputsOfTrip));
}
