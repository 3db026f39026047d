using System.CommandLine;
using System.Diagnostics;
using System.Security.Cryptography;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Files;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Shards;
using SoftPool.Trainer.Training;
using SoftPool.Trainer.Verification;
using SoftPool.Verification;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Classifies a whole test set in torch and on a Vulkan device, and counts where they agree.</summary>
internal static class AgreeCommand
{
    private const string OutputFile = "agreement.csv", OutputFolder = "agreement";

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
        var parts = new PartArguments();
        var output = new Option<string?>("--output", "-o")
        {
            Description = "The CSV file of the images that are done; the same command continues it. Of a part: the "
                + $"folder for its file. Default: {OutputFile}, or the folder {OutputFolder}.",
        };
        var command = new Command("agree",
            "Classifies all test images in torch and on a Vulkan device; exit status 1 if too few agree.")
        {
            model, data, imageSize, device, batch, fp16, count, output,
        };
        parts.AddTo(command);
        command.SetAction(parse => Execute(
            parse.GetRequiredValue(model), parse.GetRequiredValue(data),
            parse.GetValue(imageSize), parse.GetValue(device),
            new SessionOptions { Batch = parse.GetValue(batch), Fp16 = parse.GetValue(fp16) }, parse.GetValue(count),
            parse.GetValue(output), parts.Folder(parse), images => parts.Part(parse, images)));
        return command;
    }

    private static int Execute(
        string modelPath, string data, Size2d? imageSize, string? device, SessionOptions options, int count,
        string? output, string? parts, Func<int, (Shard Part, string Source)> partOf)
    {
        Allocator.KeepBigBlocks();
        RegularFile.Check(modelPath); // A pipe gives a model once, and its hash is to be taken too.
        Model model = Model.Load(modelPath);
        ImageDataset dataset = Datasets.Load(data, imageSize, model.Preprocessing.Resize);
        count = Math.Min(count, dataset.Test.Count);
        string hash = Convert.ToHexStringLower(SHA256.HashData(RegularFile.ReadAllBytes(modelPath)));
        string subject = $"{model.Graph.Name}, sha256 {hash}, on {dataset.Test.Count} images of {dataset.Name}, "
            + $"sha256 {dataset.Sha256()}{(imageSize is { } size ? $", read at {size.Height}x{size.Width}" : "")}, in "
            + $"{(options.Fp16 ? "fp16" : "fp32")} on ";
        IReadOnlyList<ImageAgreement> images = parts is null
            ? Compute() : Gather(parts, subject, count, output ?? OutputFile);
        if (images.Count < count)
            return 0; // A part: too few images for a verdict.
        if (dataset.ClassNames.SequenceEqual(model.ClassNames))
        {
            double torch = images.Average(image => image.Torch == image.Label ? 1 : 0.0);
            double vulkan = images.Average(image => image.Vulkan == image.Label ? 1 : 0.0);
            ConsoleText.Line($"accuracy          torch {torch:P2}, Vulkan {vulkan:P2}");
        }
        else
        {
            ConsoleText.Line(
                $"accuracy          unknown: the classes of '{model.Graph.Name}' are not those of {dataset.Name}");
        }
        return Print(images, options.Fp16 ? Tolerances.Fp16 : Tolerances.Fp32) ? 0 : 1;

        IReadOnlyList<ImageAgreement> Compute()
        {
            (Shard part, string source) = partOf(count);
            string path = part == Shard.Whole
                ? output ?? OutputFile : PartArguments.Begin(output ?? OutputFolder, part, source, count);
            using GpuDevice gpu = GpuDevice.Create(device);
            using var log = new ImageLog<ImageAgreement>(path, $"{subject}{gpu.Info.Name}, {gpu.Info.Driver}", part);
            using InferenceSession session = gpu.CreateSession(model, options);
            int before = log.Images.Count;
            var time = Stopwatch.StartNew();
            ProgressDisplay.Run($"classifying on {gpu.Info.Name}", progress =>
            {
                TestSetAgreement.Run(model, session, dataset.Test, part, count, log, progress);
                return 0;
            });
            ConsoleText.Line(
                $"{log.Images.Count - before} images in {Duration.Of(time.Elapsed)}, {before} were done before");
            if (part != Shard.Whole)
                ConsoleText.Line($"{path} is complete; agree --parts {output ?? OutputFolder} judges all parts");
            return log.Images;
        }
    }

    /// <summary>Reads what all processes have found, and writes what one process would have written.</summary>
    private static IReadOnlyList<ImageAgreement> Gather(string folder, string subject, int count, string output)
    {
        (subject, IReadOnlyList<ImageAgreement> images) =
            ImageLog<ImageAgreement>.ReadParts(folder, subject, count);
        using var log = new ImageLog<ImageAgreement>(output, subject, Shard.Whole);
        log.Add(images.Skip(log.Images.Count));
        return log.Images;
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
