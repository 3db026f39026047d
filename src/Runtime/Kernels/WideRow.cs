namespace SoftPool.Kernels;

/// <summary>The launches of wide.glsl's kernels, in which a workgroup shares the terms of each row. One invocation
/// alone would wait for a GPU's memory term by term.</summary>
internal static class WideRow
{
    private const int Lanes = 64;

    // Below that most lanes would have nothing to do.
    private const int FewTerms = Lanes / 2;

    /// <summary>Beyond so many terms the slices of a row, in a launch of their own, fill a GPU better.</summary>
    public const int ManyTerms = Lanes * Lanes;

    /// <summary>Whether a kernel is the way to take rows of so many terms: on GPUs, where it is not rejected. Strict
    /// numerics has one order of sums.</summary>
    public static bool Suits(LoweringStep step, string kernel, long terms) =>
        step.Options.Device.Driver == Driver.Other && !step.Options.IsStrict && terms >= FewTerms
        && !step.IsRejected(kernel);

    /// <summary>The workgroups: one a row.</summary>
    public static GroupCount Groups(long rows) => GroupCount.Linear(rows * Lanes);

    /// <summary>The loop iterations of one pass through a row, with those that bring the lanes' results
    /// together.</summary>
    public static long Iterations(int terms) =>
        LoopIterations.Of(Division.RoundUp(terms, Lanes)) + LoopIterations.Of(int.Log2(Lanes));
}
