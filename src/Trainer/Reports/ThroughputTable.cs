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
            .AddColumn(new TableColumn("images/s").RightAligned()).AddColumn(new TableColumn("of torch").RightAligned());
        foreach (IGrouping<int, ThroughputRow> batch in rows.GroupBy(row => row.Batch))
            foreach (ThroughputRow row in batch)
                table.AddRow(
                    Markup.Escape(row.Runner), $"{row.Batch}", $"{row.Milliseconds:F1}", $"{row.ImagesPerSecond:F1}",
                    $"{row.ImagesPerSecond / batch.First().ImagesPerSecond:P0}");
        console.Write(table);
    }
}
