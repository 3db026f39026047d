using System.CommandLine;
using System.Text;
using SoftPool.Files;
using SoftPool.Onnx.Import;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Verification;
using SoftPool.Verification;
using SoftPool.Vulkan;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Holds a model on a Vulkan device, layer by layer, against its certificate, against torch itself, or against
/// ONNX Runtime.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Argument<string> model = SharedOptions.Model;
        Option<string?> data =
            SharedOptions.OptionalData("Compares with torch on test images, instead of with the certificate.");
        Option<Size2d?> imageSize = SharedOptions.ImageSize;
        Option<string?> device = SharedOptions.Device;
        Option<int> batch = SharedOptions.Batch(4);
        Option<int> count = SharedOptions.Positive("--count", "With --data: the number of test images to compare.", 64);
        Option<bool> fp16 = SharedOptions.Fp16;
        var strict = new Option<bool>("--strict")
        {
            Description = "Compares strict numerics with the reference, bit by bit, on the test images of --data, or "
                + "on procedural images.",
        };
        var json = new Option<string?>("--json")
        {
            Description = "Also writes the report to this file, as docs/parity.md describes it.",
        };
        var onnx = new Option<string?>("--onnx")
        {
            Description = "Compares with ONNX Runtime on this file, from which the model was made, on random inputs.",
        };
        Option<int> inputs = SharedOptions.Positive("--inputs", "With an ONNX file: the number of random inputs.", 2);
        var seed = new Option<long?>("--seed")
        {
            Description = "With an ONNX file: the seed of the random inputs. Default: another one each time, which is "
                + "printed.",
        };
        Option<string[]> shapes = SharedOptions.Shapes;
        Option<string[]> value = SharedOptions.OutputValue;
        Option<int> repeat = SharedOptions.Positive(
            "--repeat", "Also runs the model this many times, and fails unless all runs give the same bits.", 1);
        strict.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<bool>() && (result.GetValue(fp16) || result.GetValue(json) is not null))
                result.AddError("--strict computes in 32 bits only and writes no report: leave out --fp16 and --json.");
        });
        onnx.Validators.Add(result =>
        {
            if (result.GetValue(strict) || result.GetValue(data) is not null || result.GetValue(json) is not null)
                result.AddError(
                    "--onnx is a comparison of its own, without a report: leave out --data, --strict and --json.");
        });
        var command = new Command("verify",
            "Compares every layer on a Vulkan device with what torch computed at export; exit status 1 if they differ.")
        {
            model, data, onnx, imageSize, count, inputs, seed, shapes, value, device, batch, fp16, strict, json, repeat,
        };
        command.SetAction(parse =>
        {
            string path = parse.GetRequiredValue(model);
            var options = new SessionOptions
            {
                Batch = parse.GetValue(batch),
                Fp16 = parse.GetValue(fp16),
                Numerics = parse.GetValue(strict) ? Numerics.Strict : Numerics.Fast,
            };
            bool isOnnx = Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);
            bool isBatchChosen = parse.GetResult(batch) is { Implicit: false };
            if (!isOnnx && parse.GetValue(onnx) is null)
            {
                Model loaded = Model.Load(path);
                return InBatches(options, isBatchChosen, fitting => Execute(
                    loaded, parse.GetValue(data), parse.GetValue(imageSize), parse.GetValue(count),
                    parse.GetValue(device), fitting, parse.GetValue(json), parse.GetValue(repeat)));
            }
            if (isOnnx && (parse.GetValue(strict) || parse.GetValue(data) is not null
                || parse.GetValue(json) is not null || parse.GetValue(onnx) is not null))
                throw new UserErrorException(
                    $"{path} is compared with ONNX Runtime: leave out --data, --onnx, --strict and --json, or import "
                    + "it first.");
            // One at a time needs the least memory.
            if (!isBatchChosen)
                options = options with { Batch = 1 };
            return OnnxHolds(
                () => isOnnx ? Imported(path, parse.GetValue(shapes) ?? [], parse.GetValue(value) ?? [])
                    : OnnxPair.Open(parse.GetValue(onnx)!, Model.Load(path), parse.GetValue(value) ?? []),
                parse.GetValue(device), options, parse.GetValue(inputs),
                parse.GetValue(seed) ?? Random.Shared.NextInt64(int.MaxValue), parse.GetValue(repeat));
        });
        return command;
    }

    /// <summary>Runs with a batch, or with one item at a time where the device has too little memory for a batch that
    /// no one has asked for.</summary>
    internal static int InBatches(SessionOptions options, bool isBatchChosen, Func<SessionOptions, int> run)
    {
        try
        {
            return run(options);
        }
        catch (OutOfDeviceMemoryException) when (!isBatchChosen && options.Batch > 1)
        {
            ConsoleText.Line($"[yellow]too little memory for batches of {options.Batch}: one item at a time[/]");
            return run(options with { Batch = 1 });
        }
    }

    /// <summary>An ONNX file as import makes a model of it.</summary>
    private static OnnxPair Imported(string path, string[] shapes, string[] values)
    {
        using OnnxImport import = OnnxImport.Open(
            path, ImportCommand.WithShapes(new OnnxOptions { Outputs = values }, shapes));
        return OnnxPair.Of(path, import, import.Model());
    }

    private static int OnnxHolds(
        Func<OnnxPair> open, string? device, SessionOptions options, int inputs, long seed, int repeat)
    {
        OnnxPair pair;
        try
        {
            pair = open();
        }
        catch (UnsupportedOnnxException e)
        {
            throw new UserErrorException("the ONNX file cannot be compared:", e.Refusals);
        }
        using GpuDevice gpu = GpuDevice.Create(device);
        using InferenceSession session = gpu.CreateSession(pair.Model, options);
        PrintRejected(session);
        bool repeats = repeat == 1 || Repeats(session, repeat);
        using var layers = new DeviceLayers(pair.Model, gpu, options);
        OnnxComparison comparison = OnnxComparison.Of(
            pair, OnnxComparison.FreshInputs(pair, seed, inputs),
            options.Fp16 ? Tolerances.Fp16 : Tolerances.Fp32, (items, take) =>
            {
                layers.Run(items, pair.ValueOf.Keys, take);
                return DeviceLayers.Outputs(session, pair.Model.Graph, items);
            });
        OnnxTable.Print(comparison, pair, gpu.Info, AnsiConsole.Console);
        ConsoleText.Line($"{inputs} random inputs of --seed {seed}");
        return comparison.Passed & repeats ? 0 : 1;
    }

    private static void PrintRejected(InferenceSession session)
    {
        foreach (RejectedKernel kernel in session.RejectedKernels)
            ConsoleText.Line(
                $"[yellow]self-test: kernel {kernel.Kernel} is not used with this driver; it is {kernel.Reason}[/]");
    }

    private static int Execute(
        Model model, string? data, Size2d? imageSize, int count,
        string? device, SessionOptions options, string? jsonPath, int repeat)
    {
        using GpuDevice gpu = GpuDevice.Create(device);
        using InferenceSession session = gpu.CreateSession(model, options);
        PrintRejected(session);
        bool repeats = repeat == 1 || Repeats(session, repeat);
        if (options.Numerics == Numerics.Strict)
            return BitsHold(model, gpu, data ?? DatasetSource.Procedural, imageSize, count, options.Batch) & repeats
                ? 0 : 1;
        ParityReport report = data is null
            ? session.Verify() : AgainstTorch(model, gpu, data, imageSize, count, options);
        ParityTable.Print(report, AnsiConsole.Console);
        if (jsonPath is not null)
            WholeFile.Write(jsonPath, file => file.Write(Encoding.UTF8.GetBytes(report.ToJson())));
        return report.Passed & repeats ? 0 : 1;
    }

    private static bool BitsHold(Model model, GpuDevice gpu, string data, Size2d? imageSize, int count, int batch)
    {
        ImageDataset dataset = Datasets.Load(data, imageSize, model.Preprocessing.Resize);
        StrictReport bits = ProgressDisplay.Run(
            $"comparing on {gpu.Info.Name}",
            progress => StrictParity.Check(model, gpu, dataset.Test, count, batch, progress));
        StrictTable.Print(bits, gpu.Info, AnsiConsole.Console);
        return bits.Passed;
    }

    private static ParityReport AgainstTorch(
        Model model, GpuDevice gpu, string data, Size2d? imageSize, int count, SessionOptions options)
    {
        ImageDataset dataset = Datasets.Load(data, imageSize, model.Preprocessing.Resize);
        return ProgressDisplay.Run(
            $"comparing on {gpu.Info.Name}",
            progress => TorchParity.Check(model, gpu, dataset.Test, count, options, progress));
    }

    private static bool Repeats(InferenceSession session, int repeats)
    {
        int differing = ProgressDisplay.Run("repeating", progress =>
            Repeatability.Differing(session, repeats, progress));
        if (differing == 0)
            ConsoleText.Line($"[bold green]{repeats} runs gave the same bits[/]");
        else
            ConsoleText.Line($"[bold red]{differing} of {repeats} runs gave other bits than the first[/]");
        return differing == 0;
    }
}
