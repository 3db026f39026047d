using System.Globalization;
using SoftPool.Verification;
using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>A strict report as a table, one row a layer, and its verdict.</summary>
internal static class StrictTable
{
    public static void Print(StrictReport report, GpuDeviceInfo device, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("layer")
            .AddColumn(new TableColumn("output").RightAligned())
            .AddColumn(new TableColumn("values compared").RightAligned())
            .AddColumn(new TableColumn("that differ").RightAligned()).AddColumn(new TableColumn("bits").RightAligned());
        foreach (LayerBits layer in report.Layers)
            Row(layer.Layer, $"{layer.Shape}", layer.Comparison);
        Row("outputs", "", report.Outputs);
        string where = $"{device.Name}, {device.Driver}";
        console.Line(
            $"[bold]strict numerics against the reference[/], {report.Items} images, fused and not, {where}");
        console.Write(table);
        if (report.Passed)
            console.MarkupLine("[bold green]0 differing bits[/]");
        else
            console.Line(
                $"[bold red]strict numerics FAILS here[/], first at {report.FirstDifference?.Layer ?? "the outputs"}");

        void Row(string name, string shape, BitComparison comparison) => table.AddRow(
            ConsoleText.Escape(name), shape, comparison.Count.ToString("N0", CultureInfo.InvariantCulture),
            comparison.DifferingElements.ToString("N0", CultureInfo.InvariantCulture),
            comparison.DifferingBits.ToString("N0", CultureInfo.InvariantCulture));
    }
}
