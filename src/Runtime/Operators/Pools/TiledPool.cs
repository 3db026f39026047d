using SoftPool.Kernels;

namespace SoftPool.Operators.Pools;

/// <summary>A tile of outputs in one invocation, which reads what their windows share once: the fastest on every
/// device.</summary>
/// <param name="Kernel">The kernel.</param>
internal sealed record TiledPool(string Kernel) : Variant<Pooling>
{
    public override string Name => Kernel;

    public override bool IsRejected(Pooling op, LoweringStep step) => PoolTiles.IsRejected(step, Kernel, step.Input.Count);

    public override bool Takes(Pooling op, LoweringStep step) => PoolTiles.Fit(op, step);

    public override double Cost(Pooling op, LoweringStep step) => 1;

    public override void Lower(Pooling op, LoweringStep step) => step.Dispatch(
        Kernel, step.Shape(op), GroupCount.Linear((long)step.Batch * step.InputShape[0] * PoolTiles.PerMap(step)),
        step.TakesTexels(Kernel, step.Input.Count) ? 1u : 0, LoopIterations.Of(PoolTiles.Cells), step.Input, step.Output);
}
