namespace SoftPool.Kernels;

/// <summary>The iterations that loops take in one invocation of a launch. Some drivers end loops after a number of
/// iterations, without a word.</summary>
internal static class LoopIterations
{
    /// <summary>More iterations than these are spread over several launches, where that can be: half of what the least
    /// driver known grants, 65,535, and already slow on a GPU, where other invocations wait.</summary>
    public const long Many = 32_768;

    /// <summary>Nested loops over so many things each, the outermost first. Each iteration of an outer loop counts too,
    /// and of each loop the last test, which ends it.</summary>
    public static long Of(params ReadOnlySpan<long> extents)
    {
        long iterations = 0;
        for (int i = extents.Length - 1; i >= 0; i--)
            iterations = extents[i] * (1 + iterations) + 1;
        return iterations;
    }

    /// <summary>Those of sum_of_slices.glsl, which takes four slices at once.</summary>
    public static long OfSlices(int slices, bool isStrict) => Of(isStrict ? slices : Division.RoundUp(slices, 4));

    /// <summary>Refuses a launch that a driver would end early.</summary>
    /// <param name="dispatch">The launch.</param>
    /// <param name="largest">The iterations that the driver grants an invocation.</param>
    /// <exception cref="DeviceLimitException">It takes more iterations.</exception>
    public static void Check(KernelLaunch dispatch, long largest)
    {
        if (dispatch.Iterations > largest)
            throw new DeviceLimitException(FormattableString.Invariant(
                $"The layer '{dispatch.Layer}' takes {dispatch.Iterations} loop iterations in one invocation ")
                + FormattableString.Invariant(
                    $"of the kernel {dispatch.Kernel}, but the driver ends loops after {largest}: ")
                + "the result would be wrong.");
    }
}
