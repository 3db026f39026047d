using SoftPool.Trainer.Verification;
using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>A comparison with ONNX Runtime as a table, one row a layer that has a value in the file, and its
/// verdict.</summary>
internal static class OnnxTable
{
    public static void Print(OnnxComparison comparison, OnnxPair pair, GpuDeviceInfo device, IAnsiConsole console)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("layer").AddColumn("value in the file");
        foreach (string measure in (string[])["output", "max |error|", "max |value|", "NMSE", "gate"])
            table.AddColumn(new TableColumn(measure).RightAligned());
        table.AddColumn("verdict");
        foreach (OnnxLayer layer in comparison.Layers)
            table.AddRow(
                ConsoleText.Escape(layer.Layer), ConsoleText.Escape(layer.Value), $"{layer.Shape}",
                $"{layer.Difference.MaxError:0.0e-0}", $"{layer.Difference.MaxValue:G4}",
                $"{layer.Difference.Nmse:0.0e-0}", $"{layer.LargestNmse:0.0e-0}",
                layer.Passed ? "[green]ok[/]" : "[red]FAIL[/]");
        string where = $"{pair.Path}, {device.Name}, {device.Driver}";
        console.Line($"[bold]Vulkan against ONNX Runtime {OnnxRunner.Version}[/] on {where}");
        if (pair.OutputAlone)
            console.Line($"import makes other layers of this file than the model has: the outputs alone are compared");
        console.Write(table);
        foreach (OnnxOutput output in comparison.Outputs)
        {
            string allowed = FormattableString.Invariant(
                $"{output.LargestError:0.0e-0} is allowed, ONNX Runtime's optimisations make {output.Spread:0.0e-0}");
            console.Line(
                $"output {output.Value} within {output.Difference.RelativeError:0.0e-0} of its largest value; {allowed}");
        }
        if (comparison.Passed)
            console.Line($"[bold green]it computes what ONNX Runtime computes[/]");
        else if (comparison.Layers.FirstOrDefault(layer => !layer.Passed) is { } first)
            console.Line(
                $"[bold red]it differs from ONNX Runtime[/]: layer {first.Layer} is the first beyond its gate");
        else
            console.Line($"[bold red]it differs from ONNX Runtime[/]: an output is beyond its gate");
    }
}
