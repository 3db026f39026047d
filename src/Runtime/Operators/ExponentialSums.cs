using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Launches for the sum of exponentials over the channels of each cell: pairs (m, s) that stand for s exp(m),
/// as softpool_shared_sums says. They serve SoftPool with shared weights and softmax of many channels.</summary>
internal static class ExponentialSums
{
    /// <summary>Adds the launches: many channels are summed in slices.</summary>
    /// <returns>The pairs (N, cells of a map), in whole texels.</returns>
    public static Operand OfCells(LoweringStep step)
    {
        int channels = step.InputShape[0], plane = step.InputShape.Plane();
        var slices = Slices.Of(channels);
        Operand sums = Pairs(step, plane, slices.Count);
        bool texels = step.TakesTexels("softpool_shared_sums", step.Input.Count);
        step.Dispatch(
            "softpool_shared_sums",
            [("BATCH", step.Batch), ("CHANNELS", channels), ("PLANE", plane), ("LENGTH", slices.Length)],
            GroupCount.Linear((long)step.Batch * slices.Count * (texels ? Division.RoundUp(plane, 4) : plane)),
            texels ? 1u : 0,
            2 * LoopIterations.Of(slices.Length), step.Input, sums);
        return OfSlices(step, sums, plane, slices.Count);
    }

    /// <summary>Adds the launch that makes sums of slices to those of the whole.</summary>
    public static Operand OfSlices(LoweringStep step, Operand parts, int plane, int slices)
    {
        if (slices == 1)
            return parts;
        Operand sums = Pairs(step, plane, 1);
        step.Dispatch(
            "sums_of_slices", [("BATCH", step.Batch), ("SLICES", slices), ("PLANE", plane)],
            GroupCount.Linear((long)step.Batch * plane), texels: 0,
            2 * LoopIterations.Of(slices), parts, sums);
        return sums;
    }

    /// <summary>What holds the pairs of the slices of so many cells.</summary>
    public static Operand Pairs(LoweringStep step, int plane, int slices) =>
        new Activation(Division.Align(2L * step.Batch * slices * plane, 4));
}
