using SoftPool.Parity;
using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>A parity report as a table, one row a layer, and its verdict.</summary>
internal static class ParityTable
{
    public static void Print(ParityReport report, GpuDeviceInfo device, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("layer")
            .AddColumn(new TableColumn("output").RightAligned())
            .AddColumn(new TableColumn("max |error|").RightAligned())
            .AddColumn(new TableColumn("max |value|").RightAligned())
            .AddColumn(new TableColumn("relative").RightAligned())
            .AddColumn(new TableColumn("NMSE").RightAligned())
            .AddColumn("verdict");
        foreach (LayerParity layer in report.Layers)
        {
            TensorComparison comparison = layer.Comparison;
            table.AddRow(
                Markup.Escape(layer.Layer), $"{layer.Shape}", $"{comparison.MaxError:0.0e-0}", $"{comparison.MaxValue:G4}",
                $"{comparison.RelativeError:0.0e-0}", $"{comparison.Nmse:0.0e-0}", layer.Passed ? "[green]ok[/]" : "[red]FAIL[/]");
        }
        console.MarkupLineInterpolated($"[bold]Vulkan against torch[/], {report.Items} images, {device.Name}, {device.Driver}");
        console.Write(table);
        console.MarkupLineInterpolated(
            $"gates: NMSE of each layer at most {report.Gates.LayerNmse:0e-0}, logits within {report.Gates.OutputError:0e-0} of the largest, top-1 equal for {report.Gates.Top1Share:P1}");
        console.MarkupLineInterpolated($"top-1 agreement {report.Top1Agreements} of {report.Items}");
        if (report.Passed)
            console.MarkupLine("[bold green]parity holds[/]");
        else
            console.MarkupLineInterpolated(
                $"[bold red]parity FAILS[/], first at {report.FirstFailure?.Layer ?? "the top-1 agreement"}");
    }
}
