using SoftPool.Kernels;

namespace SoftPool.Operators.Pools;

/// <summary>Windows that cover the whole map, by a workgroup for each map.</summary>
/// <param name="Pool">What the kernel's name begins with.</param>
/// <param name="Passes">How many times it goes through the map.</param>
internal sealed record WidePool(string Pool, int Passes) : Variant<Pooling>
{
    // A lane's sum of more terms would lose more than those of slices do.
    private const int MostCells = 1 << 18;

    public override string Name => $"{Pool}_wide";

    public override bool Takes(Pooling op, LoweringStep step) =>
        op.CoversMap && step.InputShape.Plane() <= MostCells && WideRow.Suits(step, Name, step.InputShape.Plane());

    public override double Cost(Pooling op, LoweringStep step) => 0.5;

    public override void Lower(Pooling op, LoweringStep step)
    {
        int maps = step.Batch * step.InputShape[0], plane = step.InputShape.Plane();
        step.Dispatch(
            Name, [("MAPS", maps), ("PLANE", plane)], WideRow.Groups(maps), texels: 0,
            Passes * WideRow.Iterations(plane), step.Input, step.Output);
    }
}
