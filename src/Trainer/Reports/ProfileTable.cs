using Spectre.Console;

namespace SoftPool.Trainer.Reports;

/// <summary>Where the time of a run goes on a device: each layer with its kernels, its time, and how fast it moves its
/// data.</summary>
internal static class ProfileTable
{
    /// <summary>Prints the medians of some runs.</summary>
    /// <param name="title">The device and the batch.</param>
    /// <param name="runs">Profiles of the same launches.</param>
    /// <param name="console">Where to.</param>
    public static void Print(string title, IReadOnlyList<IReadOnlyList<LaunchProfile>> runs, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("layer").AddColumn("kernels")
            .AddColumn(new TableColumn("ms").RightAligned()).AddColumn(new TableColumn("of the run").RightAligned())
            .AddColumn(new TableColumn("MB").RightAligned()).AddColumn(new TableColumn("GB/s").RightAligned());
        foreach (string[] row in Rows(runs))
            table.AddRow([.. row.Select(ConsoleText.Escape)]);
        console.WriteLine(title);
        console.Write(table);
    }

    /// <summary>A row a layer, in the order of the launches.</summary>
    public static IEnumerable<string[]> Rows(IReadOnlyList<IReadOnlyList<LaunchProfile>> runs)
    {
        IReadOnlyList<LaunchProfile> launches = runs[0];
        double[] times =
            [.. launches.Select((_, i) =>
                runs.Select(run => run[i].DeviceTime.TotalMilliseconds).Order().ElementAt(runs.Count / 2))];
        double total = times.Sum();
        return Enumerable.Range(0, launches.Count).GroupBy(i => launches[i].Layer).Select(layer =>
        {
            (double time, long bytes) = (layer.Sum(i => times[i]), layer.Sum(i => launches[i].Bytes));
            return (string[])
            [
                layer.Key, string.Join(" + ", layer.Select(i => launches[i].Kernel)),
                $"{time:F3}", $"{(total > 0 ? time / total : 0):P0}",
                $"{bytes / 1e6:F2}", time > 0 ? $"{bytes / time / 1e6:F1}" : "",
            ];
        });
    }
}
