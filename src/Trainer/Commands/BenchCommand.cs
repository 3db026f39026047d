using System.CommandLine;
using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Times a model in torch and on Vulkan devices.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        Argument<string> model = SharedOptions.Model;
        Option<string?> device = SharedOptions.Device;
        var batches = new Option<int[]>("--batch")
        {
            Description = "The numbers of images at once, one or more.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 16],
        };
        Option<int> seconds = SharedOptions.Positive("--seconds", "For about how long to measure each batch.", 10);
        var strict = new Option<bool>("--strict") { Description = "Times strict numerics beside fast ones." };
        var command = new Command("bench", "Times a model in torch and on every Vulkan device, side by side.")
        {
            model, device, batches, seconds, strict,
        };
        command.SetAction(parse => Execute(
            Model.Load(parse.GetRequiredValue(model)), parse.GetValue(device), parse.GetRequiredValue(batches),
            parse.GetValue(seconds), parse.GetValue(strict)));
        return command;
    }

    private static void Execute(Model model, string? device, int[] batches, int seconds, bool strict)
    {
        int most = Array.MaxLength / Math.Max(model.Graph.InputShape.Count, model.Graph.OutputShape.Count);
        if (batches.Where(batch => batch < 1 || batch > most).ToArray() is [var wrong, ..])
            throw new UserErrorException($"--batch takes whole numbers from 1 to {most} for '{model.Graph.Name}'; got {wrong}.");
        Allocator.KeepBigBlocks();
        IReadOnlyList<GpuDeviceInfo> devices =
            [.. GpuDevice.Enumerate().Where(info => info.Unsupported is null)];
        if (device is not null)
        {
            using GpuDevice gpu = GpuDevice.Create(device);
            devices = [gpu.Info];
        }
        Numerics[] numerics = strict ? [Numerics.Fast, Numerics.Strict] : [Numerics.Fast];
        ThroughputTable.Print(
            [.. batches.SelectMany(batch => Throughput.Measure(model, devices, batch, seconds, numerics))], AnsiConsole.Console);
    }
}
