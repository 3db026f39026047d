using SoftPool.Kernels;

namespace SoftPool.Operators.Pools;

/// <summary>One invocation for each output element, which goes through its window: takes every window that is not
/// split.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Passes">How many times it goes through the window.</param>
internal sealed record WindowPool(string Kernel, int Passes) : Variant<Pooling>
{
    public override string Name => Kernel;

    public override bool Takes(Pooling op, LoweringStep step) => !op.SplitsWindows(step.InputShape);

    public override double Cost(Pooling op, LoweringStep step) => 2;

    public override void Lower(Pooling op, LoweringStep step) => step.DispatchWindows(Kernel, op, Passes);
}
