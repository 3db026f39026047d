using SoftPool.Verification;
using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>A parity report as a table, one row a layer, and its verdict.</summary>
internal static class ParityTable
{
    public static void Print(ParityReport report, IAnsiConsole console)
    {
        bool isReplay = report.Certificate is not null;
        Table table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        string[] measures =
            ["output", "max |error|", "max |value|", "relative", .. isReplay ? (string[])["ULP"] : [], "NMSE"];
        foreach (string measure in measures)
            table.AddColumn(new TableColumn(measure).RightAligned());
        table.AddColumn("verdict");
        foreach (LayerParity layer in report.Layers)
        {
            TensorComparison comparison = layer.Comparison;
            table.AddRow(
            [
                ConsoleText.Escape(layer.Layer), $"{layer.Shape}",
                $"{comparison.MaxError:0.0e-0}", $"{comparison.MaxValue:G4}",
                $"{comparison.RelativeError:0.0e-0}", .. isReplay ? (string[])[$"{comparison.MaxUlp:G3}"] : [],
                $"{comparison.Nmse:0.0e-0}", layer.Passed ? "[green]ok[/]" : "[red]FAIL[/]",
            ]);
        }
        string device = report.Device is { } info ? $"{info.Name}, {info.Driver}" : "";
        console.Line(
            $"[bold]Vulkan against {(isReplay ? "its certificate" : "torch")}[/], {report.Items} images, {device}");
        if (report.Certificate is { } certificate)
        {
            string maker = $"{certificate.Framework} on {certificate.Device}";
            console.Line($"made by {maker}, {certificate.Date:yyyy-MM-dd HH:mm} UTC, sha256 {certificate.Sha256}");
        }
        console.Write(table);
        (double nmse, double error, double share) = report.Tolerances;
        string top1 = $"top-1 equal for {share:P1}";
        console.Line(
            $"gates: NMSE of each layer at most {nmse:0e-0}, logits within {error:0e-0} of the largest, {top1}");
        LayerParity[] wider = [.. report.Layers.Where(layer => layer.LargestNmse > nmse)];
        if (wider.Length > 0)
            console.Line($"in {wider.Length} layers rounding alone makes more than 1 % of that; their gates are wider");
        if (report.Pictures is { } pictures)
            console.Line(
                $"pictures resized on the device: logits within {pictures.RelativeError:0.0e-0} of the largest");
        if (report.NotPromised.Count > 0)
            console.Line($"the driver does not promise to keep: {string.Join("; ", report.NotPromised)}");
        console.Line($"top-1 agreement {report.Top1Agreements} of {report.Items}");
        PrintVerdict(report, console);
    }

    /// <summary>The last line alone.</summary>
    public static void PrintVerdict(ParityReport report, IAnsiConsole console)
    {
        string what = report.Certificate is null ? "parity" : "the certificate";
        if (report.Failure is { } failure)
            console.Line($"[bold red]{what} FAILS[/]: {failure}");
        else
            console.Line($"[bold green]{what} holds[/]");
    }
}
