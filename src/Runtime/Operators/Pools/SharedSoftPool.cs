using SoftPool.Kernels;

namespace SoftPool.Operators.Pools;

/// <summary>SoftPool whose channels share their weights: a first kernel sums the exponentials of each cell, then one
/// invocation for each output element weighs its window. Takes every window that is not split.</summary>
internal sealed record SharedSoftPool : Variant<Pooling>
{
    public override string Name => "softpool_shared";

    public override bool Takes(Pooling op, LoweringStep step) => !op.SplitsWindows(step.InputShape);

    public override double Cost(Pooling op, LoweringStep step) => 2;

    public override void Lower(Pooling op, LoweringStep step) => step.Dispatch(
        "softpool_shared", step.Shape(op), GroupCount.Linear(step.Output.Count), texels: 0, 3 * step.WindowIterations(op),
        step.Input, step.Output, ExponentialSums.OfCells(step));
}
