using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators.Pools;

/// <summary>Long windows in slices: one kernel sums each slice, another the slices.</summary>
/// <param name="Kernel">What the names of both kernels begin with.</param>
/// <param name="Passes">How many times each goes through what it sums.</param>
/// <param name="PartsPerSlice">How many numbers the first gives of each slice.</param>
internal sealed record SlicedPool(string Kernel, int Passes, int PartsPerSlice) : Variant<Pooling>
{
    public override string Name => $"{Kernel}_slices";

    public override bool Takes(Pooling op, LoweringStep step) => op.SplitsWindows(step.InputShape);

    public override double Cost(Pooling op, LoweringStep step) => 1;

    public override void Lower(Pooling op, LoweringStep step)
    {
        Slices slices = op.SlicesOn(step.InputShape);
        Operand parts = new Activation(PartsPerSlice * slices.Count * step.Output.Count);
        step.DispatchSlices($"{Kernel}_slices", op, slices, Passes, parts);
        step.DispatchOfSlices($"{Kernel}_of_slices", op, slices, Passes, parts);
    }
}
