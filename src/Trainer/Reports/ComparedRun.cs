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

    /// <summary>The ends of the paths, just long enough that all differ.</summary>
    public static IReadOnlyList<string> NamesOf(IReadOnlyList<string> paths)
    {
        string[][] parts = [.. paths.Select(path => Path.GetFullPath(path)
            .Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))];
        int longest = parts.Max(part => part.Length);
        return Enumerable.Range(1, Math.Max(longest, 1))
            .Select(length => (string[])[.. parts.Select(part => string.Join('/', part.TakeLast(length)))])
            .First(names => names.Distinct().Count() == names.Length || names[0].Count(c => c == '/') + 1 >= longest);
    }

    /// <summary>Why the accuracies of the runs cannot be compared; null where they can.</summary>
    public static string? Warning(IReadOnlyList<ComparedRun> runs)
    {
        bool same = runs.All(run => DataOf(run) == DataOf(runs[0]) && run.Record.Classes.SequenceEqual(runs[0].Record.Classes));
        return same ? null : "The runs are over different data sets, so their accuracies say nothing about which is better: "
            + string.Join("; ", runs.Select(run => $"{run.Name} is over {DataOf(run)}, {run.Record.Classes.Count} classes")) + ".";
    }

    private static string DataOf(ComparedRun run) =>
        $"{run.Run.DataName} with {run.Run.TrainImages:N0} training and {run.Run.TestImages:N0} test images";
}
