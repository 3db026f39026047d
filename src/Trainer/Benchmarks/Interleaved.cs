using System.Diagnostics;

namespace SoftPool.Trainer.Benchmarks;

/// <summary>The times of one runner, in milliseconds.</summary>
/// <param name="Median">Half of its runs took at most this.</param>
/// <param name="Lower">A quarter of its runs took at most this.</param>
/// <param name="Upper">Three quarters of its runs took at most this.</param>
/// <param name="Runs">How many there were.</param>
internal sealed record Timing(double Median, double Lower, double Upper, int Runs)
{
    public static Timing Of(IReadOnlyCollection<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new Timing(
            sorted[sorted.Length / 2], sorted[sorted.Length / 4], sorted[sorted.Length * 3 / 4], sorted.Length);
    }
}

/// <summary>Times runners side by side: they alternate, so that whatever else the machine does slows all alike, and
/// medians are compared.</summary>
internal static class Interleaved
{
    /// <param name="runners">Each runs once and says how many milliseconds that took.</param>
    /// <param name="seconds">For about how long to measure, all runners together.</param>
    /// <param name="fewestRuns">How often each runs at the least, even if it takes longer then.</param>
    public static IReadOnlyList<Timing> Measure(IReadOnlyList<Func<double>> runners, double seconds, int fewestRuns = 5)
    {
        // The first run of each pays for compilation and first touches.
        foreach (Func<double> run in runners)
            run();
        var times = runners.Select(_ => new List<double>()).ToList();
        var spent = new double[runners.Count];
        double share = seconds / runners.Count;
        // Next is always whoever has had the least time, of those that have not had their share.
        while (Enumerable.Range(0, runners.Count)
               .Where(i => times[i].Count < fewestRuns || spent[i] < share)
               .Select(i => (int?)i).MinBy(i => spent[i!.Value]) is { } next)
        {
            long begin = Stopwatch.GetTimestamp();
            times[next].Add(runners[next]());
            spent[next] += Stopwatch.GetElapsedTime(begin).TotalSeconds;
        }
        return [.. times.Select(Timing.Of)];
    }

    /// <summary>A runner timed by the CPU's clock.</summary>
    public static Func<double> ByHost(Action run) => () =>
    {
        long begin = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    };
}
