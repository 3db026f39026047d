using System.Globalization;
using System.Text;
using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>Several runs in one table: on the console, as CSV, and as rows for a page.</summary>
internal sealed class Comparison(IReadOnlyList<ComparedRun> runs)
{
    /// <summary>The runs, in the order in which they were given.</summary>
    public IReadOnlyList<ComparedRun> Runs { get; } = runs;

    /// <summary>Those that the speed was measured of: torch, then the Vulkan devices.</summary>
    public IReadOnlyList<string> Runners { get; } =
        [.. runs.SelectMany(run => run.Speeds).Select(speed => speed.Runner).Distinct()];

    /// <summary>The figures, a row each: what it is, then its value for every run.</summary>
    public IEnumerable<IReadOnlyList<string>> Rows =>
    [
        Row("model", run => run.Run.Network),
        Row("data", run => run.Run.DataName),
        Row("train accuracy", run => Percent(run.State.Epochs[^1].TrainAccuracy)),
        Row("validation accuracy, best", run => Percent(run.State.Best!.ValidationAccuracy)),
        Row("in epoch", run => $"{run.State.Best!.Epoch}"),
        Row("validation accuracy, last", run => Percent(run.State.Epochs[^1].ValidationAccuracy)),
        Row("parameters", run => $"{run.Record.Parameters:N0}"),
        Row("epochs", run => RunProgress.Epochs(run.Run, run.State)),
        Row("precision", run => run.Run.Options.Precision.ToString().ToLowerInvariant()),
        Row("images/s, training", run => $"{RunProgress.ImagesPerSecond(run.State):F0}"),
        .. Runners.Select(runner => Row(
            $"images/s, {runner}", run => SpeedOf(run, runner) is { } speed ? $"{speed:F1}" : "–")),
    ];

    /// <summary>The heads of the columns: a word for them, then the runs' names.</summary>
    public IReadOnlyList<string> Columns => ["run", .. Runs.Select(run => run.Name)];

    public void Print(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach ((int i, string name) in Columns.Index())
            table.AddColumn(
                new TableColumn(ConsoleText.Escape(name)) { Alignment = i == 0 ? Justify.Left : Justify.Right });
        foreach (IReadOnlyList<string> row in Rows)
            table.AddRow([.. row.Select(ConsoleText.Escape)]);
        console.Write(table);
    }

    /// <summary>The same figures for programs: a line a run, shares in [0, 1], speeds in images a second.</summary>
    public string ToCsv()
    {
        string[] header =
        [
            "run", "model", "data", "train_images", "test_images", "precision", "batch", "seed", "epochs", "steps",
            "train_accuracy", "best_validation_accuracy", "best_epoch", "last_validation_accuracy", "parameters",
            "training_images_per_second", .. Runners.Select(runner => $"images_per_second ({runner})"),
        ];
        var csv = new StringBuilder(Line(header));
        foreach (ComparedRun run in Runs)
            csv.Append(Line(
            [
                run.Name, run.Run.Network, run.Run.DataName, $"{run.Run.TrainImages}", $"{run.Run.TestImages}",
                run.Run.Options.Precision.ToString().ToLowerInvariant(),
                $"{run.Run.Options.BatchSize}", $"{run.Run.Options.Seed}",
                $"{run.State.Epochs.Count}", $"{run.State.Step}", Share(run.State.Epochs[^1].TrainAccuracy),
                Share(run.State.Best!.ValidationAccuracy), $"{run.State.Best!.Epoch}",
                Share(run.State.Epochs[^1].ValidationAccuracy), $"{run.Record.Parameters}",
                Speed(RunProgress.ImagesPerSecond(run.State)),
                .. Runners.Select(runner => SpeedOf(run, runner) is { } speed ? Speed(speed) : ""),
            ]));
        return csv.ToString();
    }

    private string[] Row(string name, Func<ComparedRun, string> value) => [name, .. Runs.Select(value)];

    private static double? SpeedOf(ComparedRun run, string runner) =>
        run.Speeds.FirstOrDefault(speed => speed.Runner == runner)?.ImagesPerSecond;

    private static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(Quoted)) + "\n";

    private static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Share(double share) => share.ToString("F4", CultureInfo.InvariantCulture);

    private static string Speed(double speed) => speed.ToString("F1", CultureInfo.InvariantCulture);

    private static string Percent(double share) => $"{100 * share:F1} %";
}
