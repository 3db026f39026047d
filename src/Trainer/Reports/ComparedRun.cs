using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Reports;

/// <summary>One of several runs that are compared.</summary>
/// <param name="Name">What tells it from the others: its folder's name, or as much of the path as it takes.</param>
/// <param name="Record">What was trained, how, and how it went.</param>
/// <param name="Speeds">How fast the network runs, a row a runner; empty where it was not measured.</param>
internal sealed record ComparedRun(string Name, TrainingRecord Record, IReadOnlyList<ThroughputRow> Speeds)
{
    public RunDescription Run => Record.Run;

    public TrainingState State => Record.State;

    /// <summary>The ends of the paths, just long enough that all differ, as the paths do.</summary>
    public static IReadOnlyList<string> NamesOf(IReadOnlyList<string> paths)
    {
        string[][] parts = [.. paths.Select(path => Path.GetFullPath(path)
            .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))];
        int longest = parts.Max(part => part.Length);
        return Enumerable.Range(1, Math.Max(longest, 1))
            .Select(length => (string[])[.. parts.Select(part => string.Join('/', part.TakeLast(length)))])
            .First(names => names.Distinct().Count() == names.Length);
    }

    /// <summary>Why the accuracies of the runs cannot be compared; null where they can.</summary>
    public static string? Warning(IReadOnlyList<ComparedRun> runs)
    {
        bool same = runs.All(run => runs.All(other => AreOverTheSame(run, other)));
        return same ? null : "The runs used different data sets, so their accuracies do not show which is better: "
            + string.Join("; ", runs.Select(run =>
                $"{run.Name} used {DataOf(run)}, {run.Record.Classes.Count} classes")) + ".";
    }

    /// <summary>Whether two runs have the same images and classes; by name and number where a record has no
    /// digest.</summary>
    private static bool AreOverTheSame(ComparedRun a, ComparedRun b) => a.Record.Classes.SequenceEqual(b.Record.Classes)
        && (a.Run.DataSha256 is { } left && b.Run.DataSha256 is { } right ? left == right : CountsOf(a) == CountsOf(b));

    private static string DataOf(ComparedRun run) =>
        CountsOf(run) + (run.Run.DataSha256 is { } digest ? $" (sha256 {digest[..8]}…)" : "");

    private static string CountsOf(ComparedRun run) =>
        $"{run.Run.DataName} with {run.Run.TrainImages:N0} training"
        + (run.Run.ValidationImages is { } count ? $", {count:N0} validation" : "")
        + $" and {run.Run.TestImages:N0} test images";
}
