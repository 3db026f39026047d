using System.Globalization;
using Spectre.Console;

namespace SoftPool.Benchmarks;

/// <summary>A report for people.</summary>
internal static class ReportTables
{
    public static void Print(BenchmarkReport report, IAnsiConsole console)
    {
        console.MarkupLineInterpolated($"[bold]{report.Machine}[/], {report.Date:yyyy-MM-dd HH:mm} UTC");
        Table devices = Columns(["device"], ["GFLOP/s", "GB/s"]);
        foreach (DeviceRow device in report.Devices)
            devices.AddRow(
                Markup.Escape($"{device.Runner} ({device.Device})"), Text(device.Peak.GigaflopsPerSecond, 0),
                Text(device.Peak.GigabytesPerSecond, 1));
        console.Write(devices.Title("Peaks"));

        string[] runners = [.. report.Rows.Select(row => row.Runner).Distinct()];
        Rows("Networks, input to output: ms, times torch's, share of peak", report.Rows.Where(
            row => row.GigabytesPerSecond is null && !IsOperator(row)));
        Rows("Operators, the device's own time: ms, times torch's, share of peak", report.Rows.Where(IsOperator));

        foreach (IGrouping<(string Case, int Batch, string Runner), LayerRow> network in
                 report.Layers.GroupBy(row => (row.Case, row.Batch, row.Runner)))
        {
            Table layers = Columns(["layer", "kernels"], ["ms", "GFLOP/s", "GB/s", "of peak"]);
            foreach (LayerRow row in network)
                layers.AddRow(
                    Markup.Escape(row.Layer), Markup.Escape(row.Kernels), Text(row.Milliseconds, 2),
                    row.GigaflopsPerSecond is { } rate ? Text(rate, 1) : "",
                    Text(row.GigabytesPerSecond, 2), $"{row.OfPeak:P0}");
            console.Write(layers.Title(
                Markup.Escape($"{network.Key.Case}, batch {network.Key.Batch}, {network.Key.Runner}, by layer")));
        }

        Table starts = Columns(
            ["first result"], ["ms", "load", "device", "session", "run", "process MiB", "device MiB"]);
        foreach (StartRow start in report.Starts)
            starts.AddRow(
                Markup.Escape($"{start.Runner}, {start.Cache}"),
                Text(start.Milliseconds, 0), Text(start.LoadMilliseconds, 0),
                Text(start.DeviceMilliseconds, 0), Text(start.SessionMilliseconds, 0), Text(start.RunMilliseconds, 0),
                Text(start.HostBytes / 1048576.0, 0), Text(start.DeviceBytes / 1048576.0, 0));
        if (report.Starts.Count > 0)
            console.Write(starts.Title("From a model file to the first result, a process of its own"));

        void Rows(string title, IEnumerable<MeasuredRow> all)
        {
            MeasuredRow[] rows = [.. all];
            if (rows.Length == 0)
                return;
            Table table = Columns(["case", "batch"], runners);
            foreach (IGrouping<(string Case, int Batch), MeasuredRow> group in
                rows.GroupBy(row => (row.Case, row.Batch)))
            {
                MeasuredRow? torch = group.FirstOrDefault(row => row.OfPeak is null);
                table.AddRow([
                    Markup.Escape(group.Key.Case), $"{group.Key.Batch}",
                    .. runners.Select(runner => group.FirstOrDefault(row => row.Runner == runner) is not { } row ? "-"
                        : row.OfPeak is not { } share ? Text(row.Time.Median, 2)
                        : $"{Text(row.Time.Median, 2)} "
                        + $"{Text(row.Time.Median / torch!.Time.Median, 2),6}x {share,5:P0}")]);
            }
            console.Write(table.Title(title));
        }
    }

    private static bool IsOperator(MeasuredRow row) => row.Case.Contains(' ', StringComparison.Ordinal);

    private static Table Columns(string[] left, string[] right)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (string name in left)
            table.AddColumn(name);
        foreach (string name in right)
            table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned());
        return table;
    }

    private static string Text(double figure, int digits) =>
        figure.ToString($"F{digits}", CultureInfo.InvariantCulture);
}
