using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators.Pools;

/// <summary>SoftPool whose channels share their weights, over long windows: the sum of exponentials of each window by
/// slices, then the weighted means by slices.</summary>
internal sealed record SharedSoftPoolBySlices : Variant<Pooling>
{
    private const int PartsPerSlice = 3;

    public override string Name => "softpool_shared_slices";

    public override bool Takes(Pooling op, LoweringStep step) => op.SplitsWindows(step.InputShape);

    public override double Cost(Pooling op, LoweringStep step) => 1;

    public override void Lower(Pooling op, LoweringStep step)
    {
        Slices slices = op.SlicesOn(step.InputShape);
        int places = step.OutputShape.Plane();
        Operand sums = ExponentialSums.OfCells(step);
        Operand ofSlices = ExponentialSums.Pairs(step.Batch, places, slices.Count);
        Operand parts = new Activation(PartsPerSlice * slices.Count * step.Output.Count);
        step.Dispatch(
            "softpool_shared_slices", step.Shape(op, slices),
            GroupCount.Linear((long)step.Batch * slices.Count * places), texels: 0,
            2 * LoopIterations.Of(slices.Length), sums, ofSlices);
        Operand ofWindows = ExponentialSums.OfSlices(step, ofSlices, step.Batch, places, slices.Count);
        step.DispatchSlices("softpool_shared_means", op, slices, passes: 1, parts, sums, ofWindows);
        step.DispatchOfSlices("softpool_shared_of_slices", op, slices, passes: 1, parts);
    }
}
