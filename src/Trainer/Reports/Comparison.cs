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

    /// <summary>The names of the columns; one that begins with '#' is of numbers.</summary>
    public IReadOnlyList<string> Columns =>
    [
        "run", "model", "data", "precision", "#epochs", "#train acc.", "#val. best", "#val. last", "#parameters",
        "#training images/s", .. Runners.Select(runner => $"#images/s: {runner}"),
    ];

    /// <summary>A row a run, one text a column.</summary>
    public IEnumerable<IReadOnlyList<string>> Rows => Runs.Select(run => (string[])
    [
        run.Name, run.Run.Network, run.Run.DataName, run.Run.Options.Precision.ToString().ToLowerInvariant(),
        RunProgress.Epochs(run.Run, run.State), Percent(run.State.Epochs[^1].TrainAccuracy),
        $"{Percent(run.State.Best!.ValidationAccuracy)} (epoch {run.State.Best!.Epoch})",
        Percent(run.State.Epochs[^1].ValidationAccuracy), $"{run.Model.Graph.ParameterCount:N0}",
        $"{RunProgress.ImagesPerSecond(run.State):F0}",
        .. Runners.Select(runner => SpeedOf(run, runner) is { } speed ? $"{speed:F1}" : "–"),
    ]);

    /// <summary>Prints a column a run: the names of the figures are long, the figures short.</summary>
    public void Print(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(Columns[0]);
        IReadOnlyList<string>[] rows = [.. Rows];
        foreach (IReadOnlyList<string> row in rows)
            table.AddColumn(new TableColumn(Markup.Escape(row[0])).RightAligned());
        for (int i = 1; i < Columns.Count; i++)
            table.AddRow([Markup.Escape(Columns[i].TrimStart('#')), .. rows.Select(row => Markup.Escape(row[i]))]);
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
                run.Run.Options.Precision.ToString().ToLowerInvariant(), $"{run.Run.Options.BatchSize}", $"{run.Run.Options.Seed}",
                $"{run.State.Epochs.Count}", $"{run.State.Step}", Share(run.State.Epochs[^1].TrainAccuracy),
                Share(run.State.Best!.ValidationAccuracy), $"{run.State.Best!.Epoch}",
                Share(run.State.Epochs[^1].ValidationAccuracy), $"{run.Model.Graph.ParameterCount}",
                Speed(RunProgress.ImagesPerSecond(run.State)),
                .. Runners.Select(runner => SpeedOf(run, runner) is { } speed ? Speed(speed) : ""),
            ]));
        return csv.ToString();
    }

    private static double? SpeedOf(ComparedRun run, string runner) =>
        run.Speeds.FirstOrDefault(speed => speed.Runner == runner)?.ImagesPerSecond;

    private static string Line(IEnumerable<string> cells) => string.Join(',', cells.Select(Quoted)) + "\n";

    private static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Share(double share) => share.ToString("F4", CultureInfo.InvariantCulture);

    private static string Speed(double speed) => speed.ToString("F1", CultureInfo.InvariantCulture);

    private static string Percent(double share) => $"{100 * share:F1} %";
}
