using System.CommandLine;
using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Shards;
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
            new Option<string?>("--output", "-o")
            {
                Description = "The folder for the report. Default: RUN/report. Of a part: the folder for its answers. "
                    + "Default: RUN/parts.",
            };
        var noBench = new Option<bool>("--no-bench") { Description = "Does not measure the throughput." };
        var parts = new PartArguments();
        var command =
            new Command("report", "Writes a report of a run: pictures and one page.") { run, data, output, noBench };
        parts.AddTo(command);
        command.SetAction((parse, cancel) =>
        {
            Execute(
                new RunFolder(parse.GetRequiredValue(run)), parse.GetValue(data),
                parse.GetValue(output), parse.GetValue(noBench), parts.Folder(parse),
                images => parts.Part(parse, images), cancel);
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Execute(
        RunFolder folder, string? data, string? output, bool noBench, string? parts,
        Func<int, (Shard Part, string Source)> partOf, CancellationToken cancel)
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
        int count = dataset.Test.Count;
        string subject = $"{best.Model.Graph.Name} of epoch {best.State.Epochs[^1].Epoch}, sha256 {HashOf(best.Model)}, on "
            + $"{count} test images of {dataset.Name}, sha256 {dataset.Sha256()}";
        Classification result;
        if (parts is not null)
        {
            result = Gather(parts, subject, best.Model, dataset.Test);
        }
        else if (partOf(count) is var (part, source) && part != Shard.Whole)
        {
            Answer(part, source);
            return;
        }
        else
        {
            result = ProgressDisplay.Run(
                $"evaluating {count:N0} images",
                progress => TestEvaluation.Run(best.Model, dataset.Test, progress, cancel));
        }

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

        void Answer(Shard part, string source)
        {
            string into = output ?? Path.Combine(folder.Path, "parts");
            string file = PartArguments.Begin(into, part, source, count);
            using var log = new ImageLog<ImageAnswer>(file, subject, part);
            int[] places = [.. part.PlacesIn(count).Skip(log.Images.Count)];
            ProgressDisplay.Run($"evaluating {places.Length:N0} images", progress =>
            {
                TestEvaluation.Run(best.Model, dataset.Test, places, log.Add, progress, cancel);
                return 0;
            });
            ConsoleText.Line($"{file} is complete; report --parts {into} makes the page of all parts");
        }
    }

    /// <summary>Reads what all processes have answered.</summary>
    private static Classification Gather(string folder, string subject, Model model, ImageSet set)
    {
        (_, IReadOnlyList<ImageAnswer> answers) = ImageLog<ImageAnswer>.ReadParts(folder, subject, set.Count);
        for (int place = 0; place < answers.Count; place++)
            if (answers[place].Label != set.Labels.Span[place] || answers[place].Answer >= model.ClassNames.Count)
                throw new UserErrorException(
                    $"The parts in {folder} are damaged: image {place} is of class {set.Labels.Span[place]} of "
                    + $"{model.ClassNames.Count}, and they have {answers[place].Fields}.");
        return Classification.Of(model.ClassNames, answers);
    }

    private static string HashOf(Model model)
    {
        using var network = new TorchNetwork(model.Graph);
        network.LoadWeights(model.Weights);
        return network.Sha256();
    }
}
