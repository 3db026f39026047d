using System.CommandLine;
using System.Globalization;
using ScottPlot;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;

namespace SoftPool.Benchmarks;

/// <summary>How the time of an image goes with the batch, and with the size of the image: plots, and the figures behind
/// them.</summary>
internal static class GrowthCommand
{
    private static readonly int[] Batches = [1, 2, 4, 8, 16, 32, 64, 128];
    private static readonly int[] Sizes = [64, 96, 128, 192, 224, 256, 320, 384, 448, 512];

    public static Command Create()
    {
        var network = new Option<string>("--network")
        {
            Description = "The network.",
            DefaultValueFactory = _ => "alexnet-softpool",
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "For about how long to measure each point.",
            DefaultValueFactory = _ => 2,
        };
        var longest = new Option<double>("--longest")
        {
            Description = "A device that takes more seconds for a run is left out from there on.",
            DefaultValueFactory = _ => 3,
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "The folder for growth.json, growth-batch.png and growth-size.png.",
            Required = true,
        };
        var command =
            new Command("growth", "Plots time per image over batches of 1 to 128 and images of 64 to 512 pixels.")
        {
            network, seconds, longest, output,
        };
        command.SetAction(parse => Execute(
            parse.GetRequiredValue(network), parse.GetValue(seconds),
            parse.GetValue(longest), parse.GetRequiredValue(output)));
        return command;
    }

    private static void Execute(string network, double seconds, double longest, string folder)
    {
        Allocator.KeepBigBlocks();
        IReadOnlyList<GpuDevice> devices = Machine.OpenDevices(cacheFolder: "");
        try
        {
            Dictionary<GpuDevice, DevicePeak> peaks = devices.ToDictionary(device => device, _ => new DevicePeak(1, 1));
            List<MeasuredRow> overBatches = [], overSizes = [];
            Sweep(overBatches, Batches.Select(batch => (BenchmarkCase.Network(network), batch)));
            Sweep(overSizes, Sizes.Select(size => (BenchmarkCase.Network(network, size), 1)));
            Json.Write(Path.Combine(folder, "growth.json"),
                new { Network = network, Machine = Machine.Describe(), overBatches, overSizes });
            File.WriteAllBytes(
                Path.Combine(folder, "growth-batch.png"),
                PlotOf($"{network}: time per image over the batch", "images at once", "ms per image", overBatches,
                    row => (row.Batch, row.Time.Median / row.Batch)));
            // Against the work itself: the images' sizes are not what a network's time should be proportional to.
            File.WriteAllBytes(
                Path.Combine(folder, "growth-size.png"),
                PlotOf($"{network}: time over work, 64 to 512 pixels", "GFLOP per image", "ms per image", overSizes,
                    row => (row.GigaflopsPerSecond!.Value * row.Time.Median / 1000, row.Time.Median)));

            void Sweep(List<MeasuredRow> rows, IEnumerable<(BenchmarkCase Case, int Batch)> points)
            {
                List<GpuDevice> able = [.. devices];
                foreach ((BenchmarkCase what, int batch) in points)
                {
                    Console.Error.WriteLine($"{network}, {what.Graph.InputShape}, batch {batch}");
                    MeasuredRow[] some = [.. CaseMeasurement.Measure(what, batch, able, peaks, seconds).Rows];
                    rows.AddRange(some);
                    // The next point is about twice the work.
                    able.RemoveAll(device =>
                        some.First(row => row.Runner == Machine.RunnerOf(device.Info)).Time.Median > longest * 500);
                }
            }
        }
        finally
        {
            foreach (GpuDevice device in devices)
                device.Dispose();
        }
    }

    /// <summary>Both axes logarithmic: what grows as the work is a line of slope 1, or a level one for time per
    /// image.</summary>
    private static byte[] PlotOf(
        string title, string x, string y, IReadOnlyList<MeasuredRow> rows,
        Func<MeasuredRow, (double X, double Y)> point)
    {
        using Plot plot = Plots.Create(title, x, y);
        int style = 0;
        foreach (IGrouping<string, MeasuredRow> runner in rows.GroupBy(row => row.Runner))
            plot.AddLine(runner.Select(point).Select(at => (Math.Log10(at.X), Math.Log10(at.Y))), style++, runner.Key);
        // The axes hold logarithms; their labels say 1, 2, 5, 10, 20, 50 and so on.
        (double Value, int Decade)[] ticks =
            [.. from decade in Enumerable.Range(
                -3, 9) from digit in (int[])[1, 2, 5] select (digit * Math.Pow(10, decade), decade)];
        foreach (IAxis axis in (IAxis[])[plot.Axes.Left, plot.Axes.Bottom])
            axis.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
                [.. ticks.Select(tick => Math.Log10(tick.Value))],
                [.. ticks.Select(
                    tick => tick.Value.ToString($"F{Math.Max(0, -tick.Decade)}", CultureInfo.InvariantCulture))]);
        plot.AddLegend();
        return plot.ToPng();
    }
}
