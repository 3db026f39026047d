using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Launches for the sum of exponentials over the channels of each cell: pairs (m, s) that stand for s exp(m),
/// as softpool_shared_sums says. They serve SoftPool with shared weights and softmax of many channels.</summary>
internal static class ExponentialSums
{
    private const string Wide = "exponential_sums_wide";

    // So many cells keep a GPU's lanes busy, and lanes side by side read what lies side by side.
    private const long ManyCells = 8192;

    /// <summary>Whether a workgroup shares the channels of each cell.</summary>
    public static bool IsWide(LoweringStep step, int batch, int channels, int plane) =>
        WideRow.Suits(step, Wide, channels) && (plane == 1 || (long)batch * plane < ManyCells);

    /// <summary>Adds the launches: many channels are summed in slices.</summary>
    /// <returns>The pairs (N, cells of a map), in whole texels.</returns>
    public static Operand OfCells(LoweringStep step) =>
        OfCells(step, step.Batch, step.InputShape[0], step.InputShape.Plane());

    /// <summary>The same of an input (batch, channels, plane).</summary>
    public static Operand OfCells(LoweringStep step, int batch, int channels, int plane)
    {
        if (IsWide(step, batch, channels, plane))
        {
            Operand pairs = Pairs(batch, plane, 1);
            step.Dispatch(
                Wide, [("BATCH", batch), ("CHANNELS", channels), ("PLANE", plane)],
                WideRow.Groups((long)batch * plane), texels: 0, 2 * WideRow.Iterations(channels), step.Input, pairs);
            return pairs;
        }
        var slices = Slices.Of(channels);
        Operand sums = Pairs(batch, plane, slices.Count);
        bool texels = step.TakesTexels("softpool_shared_sums", step.Input.Count);
        step.Dispatch(
            "softpool_shared_sums",
            [("BATCH", batch), ("CHANNELS", channels), ("PLANE", plane), ("LENGTH", slices.Length)],
            GroupCount.Linear((long)batch * slices.Count * (texels ? Division.RoundUp(plane, 4) : plane)),
            texels ? 1u : 0, 2 * LoopIterations.Of(slices.Length), step.Input, sums);
        return OfSlices(step, sums, batch, plane, slices.Count);
    }

    /// <summary>Adds the launch that makes sums of slices to those of the whole.</summary>
    public static Operand OfSlices(LoweringStep step, Operand parts, int batch, int plane, int slices)
    {
        if (slices == 1)
            return parts;
        Operand sums = Pairs(batch, plane, 1);
        step.Dispatch(
            "sums_of_slices", [("BATCH", batch), ("SLICES", slices), ("PLANE", plane)],
            GroupCount.Linear((long)batch * plane), texels: 0, 2 * LoopIterations.Of(slices), parts, sums);
        return sums;
    }

    /// <summary>What holds the pairs of the slices of so many cells.</summary>
    public static Operand Pairs(int batch, int plane, int slices) =>
        new Activation(Division.Align(2L * batch * slices * plane, 4));
}
