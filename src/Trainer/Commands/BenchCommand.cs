using System.CommandLine;
using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;
using SoftPool.Trainer.Verification;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Times a model in torch and on Vulkan devices.</summary>
internal static class BenchCommand
{
    private const int ProfiledRuns = 9;

    public static Command Create()
    {
        Argument<string> model = SharedOptions.Model;
        Option<string?> device = SharedOptions.Device;
        var batches = new Option<int[]>("--batch")
        {
            Description = "The batch sizes, one or more.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [1, 16],
        };
        Option<int> seconds =
            SharedOptions.Positive("--seconds", "The number of seconds, approximately, to measure each batch.", 10);
        var strict = new Option<bool>("--strict") { Description = "Also measures strict numerics." };
        var onnx = new Option<string?>("--onnx")
        {
            Description = "Also measures ONNX Runtime on the CPU, on this file, from which the model was made.",
        };
        Option<string[]> value = SharedOptions.OutputValue;
        var layers = new Option<bool>("--layers") { Description = "Also measures each layer on each Vulkan device." };
        var command =
            new Command("bench", "Measures the speed of a model in torch and on every Vulkan device, side by side.")
        {
            model, device, batches, seconds, strict, onnx, value, layers,
        };
        command.SetAction(parse =>
        {
            Model loaded = Model.Load(parse.GetRequiredValue(model));
            OnnxPair? pair = parse.GetValue(onnx) is { } file
                ? OnnxPair.Open(file, loaded, parse.GetValue(value) ?? []) : null;
            Execute(
                loaded, pair, parse.GetValue(device), parse.GetRequiredValue(batches), parse.GetValue(seconds),
                parse.GetValue(strict), parse.GetValue(layers));
        });
        return command;
    }

    private static void Execute(
        Model model, OnnxPair? onnx, string? device, int[] batches, int seconds, bool strict, bool layers)
    {
        int most = Array.MaxLength / model.Graph.Inputs.Select(input => input.Shape)
            .Concat(model.Graph.Outputs.Select(output => output.Shape)).Max(shape => shape.ElementCount);
        if (batches.Where(batch => batch < 1 || batch > most).ToArray() is [var wrong, ..])
            throw new UserErrorException(
                $"--batch takes whole numbers from 1 to {most} for '{model.Graph.Name}'; got {wrong}.");
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
            [.. batches.SelectMany(batch => Throughput.Measure(model, devices, batch, seconds, numerics, onnx: onnx))],
            AnsiConsole.Console);
        if (layers)
            foreach (GpuDeviceInfo info in devices)
                foreach (int batch in batches)
                    ProfileTable.Print(
                        $"{Throughput.NameOf(info, devices)}, batch {batch}, by the device's clock",
                        Profile(model, info, batch),
                        AnsiConsole.Console);
    }

    private static IReadOnlyList<IReadOnlyList<LaunchProfile>> Profile(Model model, GpuDeviceInfo info, int batch)
    {
        ReadOnlyMemory<float>[] inputs = [.. Throughput.InputsOf(model.Graph, batch)];
        using GpuDevice device = GpuDevice.Create($"{info.Index}");
        using InferenceSession session = device.CreateSession(model, new SessionOptions { Batch = batch });
        using Profiler profiler = session.CreateProfiler();
        profiler.Run(inputs); // The driver may compile.
        return [.. Enumerable.Range(0, ProfiledRuns).Select(_ => profiler.Run(inputs))];
    }
}
