using System.CommandLine;
using System.Diagnostics;
using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;
using SoftPool.Trainer.Verification;
using SoftPool.Verification;
using SoftPool.Vulkan;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>The whole line once: train, export, run on every Vulkan device, prove parity, compare speeds.</summary>
internal static class QuickstartCommand
{
    private const string Network = "alexnet-softpool";
    private const int Batch = 16;
    private const int ParityImages = 64;
    private const int ParityBatch = 16;
    private const double BenchSeconds = 6;
    private static readonly int[] BenchBatches = [1, 16];

    // For the two minutes that there are on two cores: small steps, many of them, and a warm-up. AlexNet has no batch
    // norm, and at the reference recipe's 1e-3 it does not begin to learn in that time.
    private static readonly TrainingOptions Recipe = new()
    {
        BatchSize = Batch,
        LearningRate = 5e-4,
        Augmentation = AugmentationOptions.None with { Flip = 0.5 },
    };

    public static Command Create()
    {
        Option<string> data = SharedOptions.DataToTrainOn;
        Option<int> steps =
            SharedOptions.Positive("--steps", $"The length of the training, in batches of {Batch} images.", 700);
        var output = new Option<string>("--output", "-o")
        {
            Description = "The folder for the results.",
            DefaultValueFactory = _ => Path.Combine("runs", "quickstart"),
        };
        var command =
            new Command("quickstart", "Trains, exports, runs on every Vulkan device and proves parity with torch.")
        {
            data, steps, output,
        };
        command.SetAction((parse, cancel) => Task.FromResult(Execute(
            parse.GetRequiredValue(data), parse.GetValue(steps), parse.GetRequiredValue(output), cancel)));
        return command;
    }

    private static int Execute(string data, int steps, string folder, CancellationToken cancel)
    {
        var time = Stopwatch.StartNew();
        Allocator.KeepBigBlocks();
        var runFolder = new RunFolder(folder);
        if (runFolder.HasRun && !IsQuickstart(runFolder.ReadRecord().Run))
            throw new UserErrorException(
                $"{folder} holds a training that quickstart did not start: choose another --output.");
        // Asked first: without a device there is nothing to come to, and training takes minutes.
        IReadOnlyList<GpuDeviceInfo> devices = Supported();

        Title("1. Train in torch");
        ImageDataset dataset = Datasets.Load(data, cancel: cancel);
        string picturesPath = Path.Combine(folder, "pictures.png");
        Directory.CreateDirectory(folder);
        PictureSheet.Write(picturesPath, dataset.Train, dataset.ClassNames, columns: 12, zoom: 2);
        TrainingOptions options = Recipe with { Steps = steps, WarmUpSteps = steps / 10 };
        Checkpoint run = TrainingRun.Execute(
            RunDescription.Of(Network, data, dataset, options), dataset, runFolder, from: null, cancel);
        double accuracy = run.State.Epochs[^1].ValidationAccuracy;

        Title("2. Export");
        string modelPath = Path.Combine(folder, $"{Network}.safetensors");
        TorchCertificate.AddTo(run.Model, dataset.Test).Save(modelPath);
        Model model = Model.Load(modelPath);
        ConsoleText.Line($"{modelPath}, {new FileInfo(modelPath).Length / 1048576.0:F1} MiB");

        Title("3. Run on Vulkan, layer by layer against torch");
        bool holds = true;
        foreach (GpuDeviceInfo device in devices)
        {
            cancel.ThrowIfCancellationRequested();
            using GpuDevice gpu = GpuDevice.Create($"{device.Index}");
            ParityReport report = ProgressDisplay.Run(
                $"comparing on {device.Name}",
                progress => TorchParity.Check(
                    model, gpu, dataset.Test, ParityImages, new SessionOptions { Batch = ParityBatch }, progress));
            ParityTable.Print(report, AnsiConsole.Console);
            using InferenceSession session = gpu.CreateSession(model);
            ParityReport replay = session.Verify();
            ParityTable.PrintVerdict(replay, AnsiConsole.Console);
            holds &= report.Passed && replay.Passed;
        }

        cancel.ThrowIfCancellationRequested();
        Title("4. Compare speeds");
        ThroughputTable.Print(
            [.. BenchBatches.SelectMany(batch => Throughput.Measure(model, devices, batch, BenchSeconds))],
            AnsiConsole.Console);

        Title("Result");
        string split = dataset.HasValidation ? "validation" : "test";
        ConsoleText.Line($"accuracy  {accuracy:P1} on the {split} images of {dataset.Name}");
        AnsiConsole.MarkupLine(
            $"parity    {(holds ? "[green]holds[/]" : "[red]FAILS[/]")} on {devices.Count} Vulkan device(s)");
        ConsoleText.Line($"model     {modelPath}");
        ConsoleText.Line($"pictures  {picturesPath}");
        ConsoleText.Line($"history   {Path.Combine(folder, "history.csv")}");
        ConsoleText.Line($"time      {Duration.Of(time.Elapsed)}");
        return holds ? 0 : 1;
    }

    /// <summary>Whether a training is an earlier quickstart's, of any length, on any data, and resumed or
    /// not.</summary>
    private static bool IsQuickstart(RunDescription run) => run.Network == Network
        && run.Options with { Steps = 0, WarmUpSteps = 0, Device = null, Threads = 0 } == Recipe;

    /// <summary>The devices that can run the kernels; the others are named with the reason.</summary>
    private static IReadOnlyList<GpuDeviceInfo> Supported()
    {
        ILookup<bool, GpuDeviceInfo> devices = GpuDevice.Enumerate().ToLookup(device => device.Unsupported is null);
        foreach (GpuDeviceInfo device in devices[false])
            ConsoleText.Line($"left out: {device.Name}, {device.Unsupported}");
        return devices[true].Any()
            ? [.. devices[true]]
            : throw new UserErrorException("None of the Vulkan devices can run the kernels.");
    }

    private static void Title(string text) => AnsiConsole.Write(new Rule(text).LeftJustified());
}
