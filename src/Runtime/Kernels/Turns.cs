namespace SoftPool.Kernels;

/// <summary>The turns that loops take in one invocation of a launch. Some drivers end loops after a number of turns, without a word.
/// </summary>
internal static class Turns
{
    /// <summary>More turns than these are spread over several launches, where that can be: half of what the least driver known grants,
    /// 65,535, and already slow on a GPU, where other invocations wait.</summary>
    public const long Many = 32_768;

    /// <summary>Nested loops over so many things each, the outermost first. Each turn of an outer loop counts too, and of
    /// each loop the last test, which ends it.</summary>
    public static long Of(params ReadOnlySpan<long> extents)
    {
        long turns = 0;
        for (int i = extents.Length - 1; i >= 0; i--)
            turns = extents[i] * (1 + turns) + 1;
        return turns;
    }

    /// <summary>Refuses a launch that a driver would end early.</summary>
    /// <param name="dispatch">The launch.</param>
    /// <param name="largest">The turns that the driver grants an invocation.</param>
    /// <exception cref="DeviceLimitException">It takes more turns.</exception>
    public static void Check(KernelLaunch dispatch, long largest)
    {
        if (dispatch.Turns > largest)
            throw new DeviceLimitException(FormattableString.Invariant(
                $"The layer '{dispatch.Layer}' takes {dispatch.Turns} turns of loops in one invocation of the kernel ")
                + FormattableString.Invariant($"{dispatch.Kernel}, but the driver ends loops after {largest}: the result would be wrong."));
    }
}
