using System.CommandLine;
using System.Diagnostics;
using System.Security.Cryptography;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Files;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;
using SoftPool.Trainer.Verification;
using SoftPool.Verification;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Classifies a whole test set in torch and on a Vulkan device, and counts where they agree.</summary>
internal static class AgreeCommand
{
    public static Command Create()
    {
        Argument<string> model = SharedOptions.Model;
        Option<string> data = SharedOptions.Data;
        Option<Size2d?> imageSize = SharedOptions.ImageSize;
        Option<string?> device = SharedOptions.Device;
        Option<int> batch = SharedOptions.Batch(16);
        Option<bool> fp16 = SharedOptions.Fp16;
        Option<int> count =
            SharedOptions.Positive("--count", "The number of test images, counted from the first. Default: all.",
                int.MaxValue);
        var output = new Option<string>("--output", "-o")
        {
            Description = "The CSV file of the images that are done; the same command continues it.",
            DefaultValueFactory = _ => "agreement.csv",
        };
        var command = new Command("agree",
            "Classifies all test images in torch and on a Vulkan device; exit status 1 if too few agree.")
        {
            model, data, imageSize, device, batch, fp16, count, output,
        };
        command.SetAction(parse => Execute(
            parse.GetRequiredValue(model), parse.GetRequiredValue(data),
            parse.GetValue(imageSize), parse.GetValue(device),
            new SessionOptions { Batch = parse.GetValue(batch), Fp16 = parse.GetValue(fp16) }, parse.GetValue(count),
            parse.GetRequiredValue(output)));
        return command;
    }

    private static int Execute(
        string modelPath, string data, Size2d? imageSize,
        string? device, SessionOptions options, int count, string output)
    {
        Allocator.KeepBigBlocks();
        Model model = Model.Load(modelPath);
        using GpuDevice gpu = GpuDevice.Create(device);
        ImageDataset dataset = Datasets.Load(data, imageSize, model.Preprocessing.Resize);
        count = Math.Min(count, dataset.Test.Count);
        string hash = Convert.ToHexStringLower(SHA256.HashData(RegularFile.ReadAllBytes(modelPath)));
        using var log = new AgreementLog(
            output,
            $"{model.Graph.Name}, sha256 {hash}, on {dataset.Test.Count} images of {dataset.Name}"
            + (imageSize is { } size ? $" read at {size.Height}x{size.Width}, " : ", ")
            + $"{gpu.Info.Name}, {gpu.Info.Driver}, {(options.Fp16 ? "fp16" : "fp32")}");
        using InferenceSession session = gpu.CreateSession(model, options);
        int before = log.Images.Count;
        var time = Stopwatch.StartNew();
        ProgressDisplay.Run($"classifying on {gpu.Info.Name}", progress =>
        {
            TestSetAgreement.Run(model, session, dataset.Test, count, log, progress);
            return 0;
        });
        ConsoleText.Line(
            $"{log.Images.Count - before} images in {Duration.Of(time.Elapsed)}, {before} were done before");
        if (dataset.ClassNames.SequenceEqual(model.ClassNames))
        {
            double torch = log.Images.Average(image => image.Torch == image.Label ? 1 : 0.0);
            double vulkan = log.Images.Average(image => image.Vulkan == image.Label ? 1 : 0.0);
            ConsoleText.Line($"accuracy          torch {torch:P2}, Vulkan {vulkan:P2}");
        }
        else
        {
            ConsoleText.Line(
                $"accuracy          unknown: the classes of '{model.Graph.Name}' are not those of {dataset.Name}");
        }
        return Print(log.Images, options.Fp16 ? Tolerances.Fp16 : Tolerances.Fp32) ? 0 : 1;
    }

    /// <summary>Prints what was found; whether enough images agree, and every logit is finite.</summary>
    private static bool Print(IReadOnlyList<ImageAgreement> images, Tolerances gates)
    {
        int agreeing = images.Count(image => image.Torch == image.Vulkan);
        int broken = images.Count(image => double.IsNaN(image.Difference));
        double difference = images.Max(image => image.Difference), largest = images.Max(image => image.Largest);
        ConsoleText.Line($"top-1 agreement   {agreeing} of {images.Count}, {(double)agreeing / images.Count:P3}");
        ConsoleText.Line($"logit difference  {difference:0.0e-0} at most; the largest logit is {largest:G4}");
        if (broken > 0)
            ConsoleText.Line($"[bold red]{broken} images have logits that are not finite[/]");
        bool holds = broken == 0 && agreeing >= gates.Top1Share * images.Count;
        AnsiConsole.MarkupLine(holds ? "[bold green]they agree[/]" : "[bold red]they do NOT agree[/]");
        return holds;
    }
}
