using System.CommandLine;
using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Makes the pictures, tables and page of a run.</summary>
internal static class ReportCommand
{
    private static readonly int[] Batches = [1, 16];

    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's folder." };
        var data =
            new Option<string?>("--data") { Description = "The data set to evaluate. Default: that of the training." };
        var output =
            new Option<string?>("--output", "-o") { Description = "The folder for the report. Default: RUN/report." };
        var noBench = new Option<bool>("--no-bench") { Description = "Does not measure the throughput." };
        var command =
            new Command("report", "Writes a report of a run: pictures and one page.") { run, data, output, noBench };
        command.SetAction((parse, cancel) =>
        {
            Execute(
                new RunFolder(parse.GetRequiredValue(run)), parse.GetValue(data),
                parse.GetValue(output), parse.GetValue(noBench),
                cancel);
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Execute(RunFolder folder, string? data, string? output, bool noBench, CancellationToken cancel)
    {
        Allocator.KeepBigBlocks();
        Checkpoint last = RunProgress.ReadLast(folder), best = folder.ReadBest();
        ImageDataset dataset = Datasets.Load(
            data ?? last.Run.FindData(), last.Run.ImageSize, last.Run.Preprocessing?.Resize, cancel);
        if (!dataset.ClassNames.SequenceEqual(best.Model.ClassNames))
            throw new UserErrorException(
                $"{folder.Path} was trained on {last.Run.DataName}, whose classes are "
                + $"{string.Join(", ", best.Model.ClassNames)}; {dataset.Name} has "
                + $"{string.Join(", ", dataset.ClassNames)}.");
        Classification result = ProgressDisplay.Run(
            $"evaluating {dataset.Test.Count:N0} images", progress =>
                TestEvaluation.Run(best.Model, dataset.Test, progress, cancel));

        IReadOnlyList<ThroughputRow> speeds = [];
        string note = "";
        if (!noBench)
        {
            (IReadOnlyList<GpuDeviceInfo> devices, note) = SpeedMeasurement.Devices();
            (IReadOnlyList<IReadOnlyList<ThroughputRow>> rows, string leftOut) = ProgressDisplay.Run(
                "measuring the throughput",
                progress => SpeedMeasurement.Run([best.Model], devices, Batches, progress, cancel));
            (speeds, note) = (rows[0], note + leftOut);
            ThroughputTable.Print(speeds, AnsiConsole.Console);
        }
        string path = output ?? Path.Combine(folder.Path, "report");
        WholeFolder.Write(path, new RunReport(
            last.Run, last.State, best.State.Epochs[^1], best.Model,
            dataset.Name, result, new PredictionSheet(dataset.Test, result),
            speeds, note).Files());
        string page = Path.Combine(path, "report.html");
        string what = $"{result.Count:N0} test images of {dataset.Name}";
        string how = $"in fp32, with the weights of epoch {best.State.Epochs[^1].Epoch}";
        ConsoleText.Line($"{page}: [bold]{100 * result.Accuracy:F1} %[/] of {what} answered right, {how}");
    }
}
