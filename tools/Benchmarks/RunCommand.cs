using System.CommandLine;
using SoftPool.Trainer;
using SoftPool.Trainer.Training;
using Spectre.Console;

namespace SoftPool.Benchmarks;

/// <summary>The benchmark: networks and operators on every device beside torch.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var networks = new Option<string[]>("--networks")
        {
            Description = "The networks; NAME or NAME:BATCH,BATCH.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => ["alexnet:1,8,64", "alexnet-softpool:1,8,64", "resnet18:1"],
        };
        var operators = new Option<int[]>("--operators")
        {
            Description = "The batches at which to measure single operators; 0 for none.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [16],
        };
        var seconds = new Option<double>("--seconds")
        {
            Description = "For about how long to measure each network at each batch; a quarter of "
                + "that for an operator.",
            DefaultValueFactory = _ => 3,
        };
        var longest = new Option<double>("--longest")
        {
            Description = "A device that takes more seconds for a batch is left out of it, by what "
                + "a smaller batch took.",
            DefaultValueFactory = _ => 2,
        };
        var output = new Option<string?>("--output", "-o") { Description = "Where to write everything as JSON." };
        var compare = new Option<string?>("--compare")
        {
            Description = "An earlier report: names what is slower now, with exit status 1.",
        };
        var threshold = new Option<double>("--threshold")
        {
            Description = "Slower is what takes more by this share.",
            DefaultValueFactory = _ => 0.15,
        };
        var command = new Command("run", "Measures networks and operators on every device beside torch.")
        {
            networks, operators, seconds, longest, output, compare, threshold,
        };
        command.SetAction(parse =>
        {
            // Before hours may be lost: the earlier report must be readable.
            BenchmarkReport? old = parse.GetValue(compare) is { } path
                ? Json.Parse<BenchmarkReport>(File.ReadAllText(path), path) : null;
            BenchmarkReport report = Measure(
                [.. parse.GetRequiredValue(networks).Select(NetworkAt)],
                parse.GetRequiredValue(operators), parse.GetValue(seconds),
                parse.GetValue(longest));
            if (parse.GetValue(output) is { } file)
                Json.Write(file, report);
            ReportTables.Print(report, AnsiConsole.Console);
            if (old is null)
                return 0;
            IReadOnlyList<Comparison.Change> slower = Comparison.Slower(old, report, parse.GetValue(threshold));
            Comparison.Print(slower, parse.GetValue(compare)!, parse.GetValue(threshold), AnsiConsole.Console);
            return slower.Count > 0 ? 1 : 0;
        });
        return command;
    }

    private static BenchmarkReport Measure(
        IReadOnlyList<(BenchmarkCase Case, int[] Batches)> networks,
        int[] operatorBatches, double seconds, double longest)
    {
        Allocator.KeepBigBlocks();
        IReadOnlyList<GpuDevice> devices = Machine.OpenDevices(cacheFolder: "");
        var rows = new List<MeasuredRow>();
        var layers = new List<LayerRow>();
        try
        {
            var peaks = devices.ToDictionary(device => device, device => DevicePeak.Measure(device));
            foreach ((BenchmarkCase network, int[] batches) in networks)
                foreach (int batch in batches.Order())
                    Add(network, batch, seconds);
            foreach (int batch in operatorBatches.Where(batch => batch > 0))
                foreach (BenchmarkCase op in BenchmarkCase.Operators())
                    Add(op, batch, seconds / 4);
            StartRow[] starts = [.. FirstResultCommand.Measure(networks[0].Case.CreateModel())];
            return new BenchmarkReport(
                Machine.Describe(), DateTime.UtcNow,
                [.. devices.Select(device => new DeviceRow(
                    Machine.RunnerOf(device.Info), device.Info.Name, device.Info.Driver, peaks[device]))],
                rows, layers, starts);

            void Add(BenchmarkCase what, int batch, double time)
            {
                Console.Error.WriteLine($"{what.Name}, batch {batch}");
                GpuDevice[] able = [.. devices.Where(device => Expected(what, batch, device) <= longest)];
                (IReadOnlyList<MeasuredRow> some, IReadOnlyList<LayerRow> parts) =
                    CaseMeasurement.Measure(what, batch, able, peaks, time);
                rows.AddRange(some);
                layers.AddRange(parts);
            }
        }
        finally
        {
            foreach (GpuDevice device in devices)
                device.Dispose();
        }

        // In seconds, by the largest batch that was measured; 0 if none was.
        double Expected(BenchmarkCase what, int batch, GpuDevice device) =>
            rows.LastOrDefault(row => row.Case == what.Name && row.Runner == Machine.RunnerOf(device.Info)) is { } row
                ? row.Time.Median / 1000 * batch / row.Batch
                : 0;
    }

    private static (BenchmarkCase Case, int[] Batches) NetworkAt(string text)
    {
        string[] parts = text.Split(':');
        int[] batches = [.. (parts.Length > 1 ? parts[1] : "1").Split(',')
            .Select(part => int.TryParse(part, out int batch) ? batch : 0)];
        return parts.Length <= 2 && batches.All(batch => batch > 0)
            ? (BenchmarkCase.Network(parts[0]), batches)
            : throw new UserErrorException($"--networks takes NAME or NAME:BATCH,BATCH; got {text}.");
    }
}
