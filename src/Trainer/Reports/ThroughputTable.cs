using SoftPool.Trainer.Benchmarks;
using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>Speeds side by side, each with its share of torch's at the same batch.</summary>
internal static class ThroughputTable
{
    public static void Print(IReadOnlyList<ThroughputRow> rows, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("runner")
            .AddColumn(new TableColumn("batch").RightAligned()).AddColumn(new TableColumn("ms").RightAligned())
            .AddColumn(new TableColumn("images/s").RightAligned())
            .AddColumn(new TableColumn("of torch").RightAligned());
        foreach (string[] row in Rows(rows))
            table.AddRow([.. row.Select(ConsoleText.Escape)]);
        console.Write(table);
    }

    /// <summary>A row a runner and batch: both, milliseconds, images a second, and the share of torch's, which comes
    /// first.</summary>
    public static IEnumerable<string[]> Rows(IReadOnlyList<ThroughputRow> rows) =>
        rows.GroupBy(row => row.Batch).SelectMany(batch => batch.Select(row => (string[])
            [row.Runner, $"{row.Batch}", $"{row.Milliseconds:F1}", $"{row.ImagesPerSecond:F1}",
                $"{row.ImagesPerSecond / batch.First().ImagesPerSecond:P0}"]));
}
