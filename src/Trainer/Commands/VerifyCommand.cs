using System.CommandLine;
using SoftPool.Parity;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Verification;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Holds a model on a Vulkan device against torch, layer by layer.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Argument<string> model = SharedOptions.Model;
        Option<string> data = SharedOptions.Data;
        Option<string?> device = SharedOptions.Device;
        Option<int> batch = SharedOptions.Batch(16);
        Option<int> count = SharedOptions.Positive("--count", "The number of test images to compare.", 64);
        var fp16 = new Option<bool>("--fp16") { Description = "Stores weights and activations in 16 bits on the device." };
        var strict = new Option<bool>("--strict")
        {
            Description = "Compares strict numerics with the reference, bit by bit, in place of fast numerics with torch.",
        };
        strict.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<bool>() && result.GetValue(fp16))
                result.AddError("--strict computes in 32 bits alone: leave out --fp16.");
        });
        var command = new Command("verify", "Compares every layer on a Vulkan device with torch; fails if they differ.")
        {
            model, data, count, device, batch, fp16, strict,
        };
        command.SetAction(parse => Execute(
            Model.Load(parse.GetRequiredValue(model)), parse.GetRequiredValue(data), parse.GetValue(count),
            parse.GetValue(device), parse.GetValue(batch), parse.GetValue(fp16),
            parse.GetValue(strict)));
        return command;
    }

    private static int Execute(Model model, string data, int count, string? device, int batch, bool fp16, bool strict)
    {
        using GpuDevice gpu = GpuDevice.Create(device);
        ImageDataset dataset = Datasets.Load(data);
        if (strict)
        {
            StrictReport bits = ProgressDisplay.Run(
                $"comparing on {gpu.Info.Name}",
                progress => StrictParity.Check(model, gpu, dataset.Test, count, batch, progress));
            StrictTable.Print(bits, gpu.Info, AnsiConsole.Console);
            return bits.Passed ? 0 : 1;
        }
        ParityReport report = ProgressDisplay.Run(
            $"comparing on {gpu.Info.Name}",
            progress => TorchParity.Check(model, gpu, dataset.Test, count, batch, progress, fp16));
        ParityTable.Print(report, gpu.Info, AnsiConsole.Console);
        return report.Passed ? 0 : 1;
    }
}
