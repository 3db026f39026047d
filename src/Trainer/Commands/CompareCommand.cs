using System.CommandLine;
using System.Text;
using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Puts several runs into one table and one plot.</summary>
internal static class CompareCommand
{
    private const int Batch = 16;

    public static Command Create()
    {
        var runs = new Argument<string[]>("runs")
        {
            Description = "The folders of two or more runs; a folder needs only its record.json.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "The folder for table, plot and page.",
            DefaultValueFactory = _ => Path.Combine("runs", "compare"),
        };
        var noBench = new Option<bool>("--no-bench") { Description = "Does not measure the speed of inference." };
        var command =
            new Command("compare", "Compares runs: accuracies, parameters, speeds.") { runs, output, noBench };
        command.SetAction((parse, cancel) =>
        {
            Execute(parse.GetRequiredValue(runs), parse.GetRequiredValue(output), parse.GetValue(noBench), cancel);
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Execute(string[] paths, string output, bool noBench, CancellationToken cancel)
    {
        if (paths.Length < 2)
            throw new UserErrorException($"compare takes at least two runs; got {paths[0]} alone.");
        if (paths.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))
            .GroupBy(path => path).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new UserErrorException($"compare takes each run once; {twice.Key} was given {twice.Count()} times.");
        Allocator.KeepBigBlocks();
        RunFolder[] folders = [.. paths.Select(path => new RunFolder(path))];
        TrainingRecord[] records = [.. folders.Select(folder =>
        {
            cancel.ThrowIfCancellationRequested();
            return RunProgress.ReadRecord(folder);
        })];
        IReadOnlyList<IReadOnlyList<ThroughputRow>> speeds = [.. records.Select(_ => (IReadOnlyList<ThroughputRow>)[])];
        string note = "";
        if (!noBench)
        {
            (IReadOnlyList<GpuDeviceInfo> devices, note) = SpeedMeasurement.Devices();
            (speeds, string leftOut) = ProgressDisplay.Run(
                "measuring the speed of inference",
                progress => SpeedMeasurement.Run(
                    [.. folders.Zip(records, ModelOf)], devices, [Batch], progress, cancel));
            note = $"Inference in fp32 at batch {Batch}: for each run, torch and the Vulkan devices alternated; "
                + $"medians. {note}{leftOut}";
        }
        IReadOnlyList<string> names = ComparedRun.NamesOf(paths);
        var comparison = new Comparison(
            [.. records.Select((record, i) => new ComparedRun(names[i], record, speeds[i]))]);

        byte[] curves = LearningCurves.Compare(comparison.Runs);
        WholeFolder.Write(output, new Dictionary<string, byte[]>
        {
            ["accuracy.png"] = curves,
            ["compare.csv"] = Encoding.UTF8.GetBytes(comparison.ToCsv()),
            ["compare.html"] = Encoding.UTF8.GetBytes(ComparePage.Of(comparison, curves, note)),
        });
        comparison.Print(AnsiConsole.Console);
        if (ComparedRun.Warning(comparison.Runs) is { } warning)
            ConsoleText.Line($"[yellow]warning: {warning}[/]");
        ConsoleText.Line($"written to {Path.Combine(output, "compare.html")}");
    }

    /// <summary>The network to measure: where a run's weights are gone, others are as fast.</summary>
    private static Model ModelOf(RunFolder folder, TrainingRecord record) => folder.HasLast
        ? folder.ReadLast().Model
        : RandomWeights.Create(
            NetworkCatalog.Create(record.Run.Network, record.Classes.Count), record.Classes, seed: 1);
}
