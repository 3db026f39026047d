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
        var command = new Command("verify", "Compares every layer on a Vulkan device with torch; fails if they differ.")
        {
            model, data, count, device, batch, fp16,
        };
        command.SetAction(parse => Execute(
            Model.Load(parse.GetRequiredValue(model)), parse.GetRequiredValue(data), parse.GetValue(count),
            parse.GetValue(device), parse.GetValue(batch), parse.GetValue(fp16)));
        return command;
    }

    private static int Execute(Model model, string data, int count, string? device, int batch, bool fp16)
    {
        using GpuDevice gpu = GpuDevice.Create(device);
        ImageDataset dataset = Datasets.Load(data);
        ParityReport report = ProgressDisplay.Run(
            $"comparing on {gpu.Info.Name}",
            progress => TorchParity.Check(model, gpu, dataset.Test, count, batch, progress, fp16));
        ParityTable.Print(report, gpu.Info, AnsiConsole.Console);
        return report.Passed ? 0 : 1;
    }
}
