using SoftPool.Kernels;

namespace SoftPool.Operators.Pools;

/// <summary>SoftPool whose channels share their weights, by tiles: the weights of the windows are computed once for all
/// channels.</summary>
internal sealed record SharedSoftPoolByTiles : Variant<Pooling>
{
    private const string Tile = "softpool_shared_tile", Weights = "softpool_shared_weights";

    // How many channels share a load of the weights on a CPU, which has few lanes and does not hide the time that a
    // load takes.
    private const int ChannelsAtOnce = 8;

    public override string Name => Tile;

    public override bool IsRejected(Pooling op, LoweringStep step) =>
        PoolTiles.IsRejected(step, Tile, step.Input.Count, WeightCount(step)) || step.IsRejected(Weights);

    public override bool Takes(Pooling op, LoweringStep step) => PoolTiles.Fit(op, step);

    public override double Cost(Pooling op, LoweringStep step) => 1;

    public override void Lower(Pooling op, LoweringStep step)
    {
        Operand sums = ExponentialSums.OfCells(step), weights = new Activation(WeightCount(step));
        step.Dispatch(
            Weights, step.Shape(op), GroupCount.Linear((long)step.Batch * step.OutputShape.Plane()),
            step.TakesTexels(Weights, sums.Count) ? 1u : 0, sums, weights);
        int atOnce = step.Options.Device.LargestTexels > 0 ? ChannelsAtOnce : 1;
        step.Dispatch(
            Tile, [.. step.Shape(op), ("CHANNELS_AT_ONCE", atOnce)],
            GroupCount.Linear(step.Batch * Division.RoundUp(step.InputShape[0], atOnce) * PoolTiles.PerMap(step)),
            step.TakesTexels(Tile, step.Input.Count, weights.Count) ? 0b101u : 0, LoopIterations.Of(atOnce), step.Input, step.Output, weights);
    }

    private static long WeightCount(LoweringStep step) => step.Batch * PoolTiles.PerMap(step) * PoolTiles.Cells;
}
