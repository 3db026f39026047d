using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Reports;

/// <summary>One of several runs that are compared.</summary>
/// <param name="Name">What tells it from the others: its folder's name, or as much of the path as it takes.</param>
/// <param name="Run">What was trained and how.</param>
/// <param name="State">How the training went.</param>
/// <param name="Model">Its last network.</param>
/// <param name="Speeds">How fast the model runs, a row a runner; empty where it was not measured.</param>
internal sealed record ComparedRun(
    string Name, RunDescription Run, TrainingState State, Model Model, IReadOnlyList<ThroughputRow> Speeds)
{
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
        bool same = runs.All(run => DataOf(run) == DataOf(runs[0]) && run.Model.Classes.SequenceEqual(runs[0].Model.Classes));
        return same ? null : "The runs are over different data sets, so their accuracies say nothing about which is better: "
            + string.Join("; ", runs.Select(run => $"{run.Name} is over {DataOf(run)}, {run.Model.Classes.Count} classes")) + ".";
    }

    private static string DataOf(ComparedRun run) =>
        $"{run.Run.DataName} with {run.Run.TrainImages:N0} training and {run.Run.TestImages:N0} test images";
}
