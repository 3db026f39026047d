using System.CommandLine;
using Spectre.Console;
using SoftPool.Parity;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;
using SoftPool.Trainer.Verification;
using static TorchSharp.torch;

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
        var command = new Command("verify", "Compares every layer on a Vulkan device with torch; fails if they differ.")
        {
            model, data, count, device, batch,
        };
        command.SetAction(parse => Execute(
            Model.Load(parse.GetRequiredValue(model)), parse.GetRequiredValue(data), parse.GetValue(count),
            parse.GetValue(device), parse.GetValue(batch)));
        return command;
    }

    private static int Execute(Model model, string data, int count, string? device, int batch)
    {
        using GpuDevice gpu = GpuDevice.Create(device);
        ImageDataset dataset = DatasetSource.Open(data);
        using Tensor inputs = TestInputs(model, dataset, count);
        ParityReport report = ProgressDisplay.Run(
            $"comparing {inputs.shape[0]} images on {gpu.Info.Name}",
            progress => TorchParity.Check(model, gpu, inputs, batch, progress));
        ParityTable.Print(report, gpu.Info, AnsiConsole.Console);
        return report.Passed ? 0 : 1;
    }

    /// <summary>Images spread evenly over a data set's test images, so that all classes are there, preprocessed for the
    /// model: (N, C, H, W).</summary>
    public static Tensor TestInputs(Model model, ImageDataset dataset, int count)
    {
        int available = Math.Min(count, dataset.Test.Count);
        long[] places = [.. Enumerable.Range(0, available).Select(i => (long)i * dataset.Test.Count / available)];
        var preprocessing = new ImagePreprocessing(model.Preprocessing, model.Graph.InputShape, CPU);
        return preprocessing.Apply(dataset.Test, places);
    }
}
