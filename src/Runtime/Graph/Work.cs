using SoftPool.Kernels;
using SoftPool.Operators;

namespace SoftPool.Graph;

/// <summary>The arithmetic of a layer, counted as if computed directly.</summary>
internal static class Work
{
    /// <summary>Divides a layer's multiply-adds among its launches, in proportion to their groups and the iterations of
    /// these.</summary>
    /// <param name="op">The layer.</param>
    /// <param name="elements">The elements of its output, of the whole batch.</param>
    /// <param name="launches">Those of the plan.</param>
    /// <param name="first">The first of them that is the layer's; the others follow.</param>
    public static void Note(Operator op, long elements, List<KernelLaunch> launches, int first)
    {
        double all = elements * TermsOf(op), iterations = launches.Skip(first).Sum(IterationsOf);
        for (int i = first; i < launches.Count; i++)
            launches[i] = launches[i] with { MultiplyAdds = all * IterationsOf(launches[i]) / iterations };
    }

    /// <summary>How many products make an element; a pool's and a function's count as some.</summary>
    private static double TermsOf(Operator op) => op switch
    {
        Conv2d conv => (double)conv.InChannels / conv.Groups * conv.KernelSize.Height * conv.KernelSize.Width,
        Conv3d conv => (double)conv.InChannels / conv.Groups * conv.KernelSize.Depth * conv.KernelSize.Height
            * conv.KernelSize.Width,
        Linear linear => linear.InFeatures,
        _ => 16,
    };

    private static double IterationsOf(KernelLaunch launch) =>
        (double)Math.Max(launch.Iterations, 1) * launch.Groups.X * launch.Groups.Y * launch.Groups.Z;
}
