using System.CommandLine;
using System.Globalization;
using SoftPool.Files;
using SoftPool.Onnx;
using SoftPool.Onnx.Import;
using SoftPool.Trainer.Files;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Verification;
using Spectre.Console;
using TorchSharp;

namespace SoftPool.Trainer.Commands;

/// <summary>Makes a model file of an ONNX file, and holds it to ONNX Runtime before it is written.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("onnx") { Description = "The .onnx file." };
        var output =
            new Option<string?>("--output", "-o") { Description = "The model file. Default: NAME.safetensors." };
        Option<string[]> shapes = SharedOptions.Shapes;
        Option<string[]> value = SharedOptions.OutputValue;
        var classes = new Option<string[]>("--classes")
        {
            Description = $"The class names: {ClassNameOption.Described}. Default: those of the file's metadata.",
            AllowMultipleArgumentsPerToken = true,
        };
        var mean = new Option<string[]>("--mean")
        {
            Description = "The mean of each channel of pictures in [0, 1]. Default: 0.",
            AllowMultipleArgumentsPerToken = true,
        };
        var deviation = new Option<string[]>("--std")
        {
            Description = "The standard deviation of each channel. Default: 1.",
            AllowMultipleArgumentsPerToken = true,
        };
        var dry = new Option<bool>("--dry-run")
        {
            Description = "Prints the layers, or what cannot be imported, and writes nothing.",
        };
        var bare = new Option<bool>("--no-certificate")
        {
            Description = "Leaves out the certificate, with which 'verify' compares a device.",
        };
        var command =
            new Command("import", "Makes a model file of an ONNX file; exit status 1 with a list of everything "
                + "that is not supported.")
        {
            source, output, shapes, value, classes, mean, deviation, dry, bare,
        };
        var resizing = new ResizeArguments();
        resizing.AddTo(command);
        command.SetAction(parse =>
        {
            var options = new OnnxOptions
            {
                Outputs = parse.GetValue(value) ?? [],
                ClassNames = ClassNameOption.Names(parse.GetValue(classes) ?? []),
                Preprocessing = Preprocessing(
                    parse.GetValue(mean) ?? [], parse.GetValue(deviation) ?? [], resizing.Read(parse)),
            };
            options = WithShapes(options, parse.GetValue(shapes) ?? []);
            Execute(
                parse.GetRequiredValue(source), parse.GetValue(output), parse.GetValue(dry), parse.GetValue(bare),
                options);
        });
        return command;
    }

    private static void Execute(string source, string? output, bool dry, bool bare, OnnxOptions options)
    {
        using OnnxImport import = Open(source, options);
        ModelGraph graph = import.Graph;
        if (options.Preprocessing is not null && graph is not { Inputs: [{ Shape.Rank: 3 }] })
            throw new UserErrorException(
                $"--mean, --std and --resize are for a network that reads pictures; {source} has the "
                + $"{LayerTable.Inputs(graph)}.");
        if (dry)
            LayerTable.Print(graph, AnsiConsole.Console);
        else
            Write(source, output ?? $"{graph.Name}.safetensors", bare, import, options);
    }

    private static OnnxImport Open(string source, OnnxOptions options)
    {
        try
        {
            return OnnxImport.Open(source, options);
        }
        catch (UnsupportedOnnxException e)
        {
            throw new UserErrorException($"{source} cannot be imported:", e.Refusals);
        }
        catch (ModelFormatException) when (OtherKind(source) is { } other)
        {
            throw new UserErrorException($"{source} is {other}, not an ONNX model; {ForeignFormat.AdviceFor(other)}.");
        }
    }

    /// <summary>What a file is by its first bytes; null for an ONNX model, and for what is not known.</summary>
    private static string? OtherKind(string path)
    {
        using FileStream file = RegularFile.OpenRead(path);
        Span<byte> start = stackalloc byte[ForeignFormat.Looked];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (start.IsEmpty)
            return "an empty file";
        // A safetensors file begins with the length of its header.
        if (start.Length > sizeof(long) && start[sizeof(long)] == '{')
            return "a safetensors file";
        string? kind = ForeignFormat.Of(start);
        return kind?.Contains("ONNX", StringComparison.Ordinal) == true ? null : kind;
    }

    private static void Write(string source, string path, bool bare, OnnxImport import, OnnxOptions options)
    {
        if (Path.GetFullPath(path) == Path.GetFullPath(source))
            throw new UserErrorException(
                $"import would overwrite the file that it reads, {path}: choose another --output.");
        if (Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase))
            throw new UserErrorException(
                $"import writes a model file, which ends in .safetensors; got --output {path}, which would pass for an "
                + "ONNX model.");
        OutputFile.Check(path);
        Model model = import.Model();
        OnnxPair pair = OnnxPair.Of(source, import, model);
        if (OnnxBatch.Difference(pair) is { } mixed)
            throw new UserErrorException(string.Create(
                CultureInfo.InvariantCulture,
                $"{source} computes with the items of a batch together: its output {mixed.Output} of two items differs "
                + $"from that of each by itself by {mixed.Error:0.0e+0} of its largest value. A session computes each "
                + $"item by itself."));
        OnnxComparison comparison = OnnxComparison.OfTorch(pair);
        if (!comparison.Passed)
            throw new UserErrorException(
                $"{source} as imported differs from what ONNX Runtime {OnnxRunner.Version} computes: "
                + $"{comparison.Found}.");
        if (!bare)
            model = TorchCertificate.AddTo(model, pictures: null, torch.ScalarType.Float64);
        model.Save(path);
        ConsoleText.Line($"compared with ONNX Runtime {OnnxRunner.Version}: {comparison.Found}");
        PrintMetadata(import.Metadata, options);
        ModelGraph graph = model.Graph;
        const int Colours = 3;
        if ((options.Preprocessing ?? import.Metadata.Preprocessing) is null
            && graph.Inputs is [{ Shape: { Rank: 3 } picture }] && picture[0] == Colours
            && import.InputElements is not [OnnxElement.UInt8])
            ConsoleText.Line(
                $"pictures are scaled to [[0, 1]] and no more: --mean and --std say how the network's were normalised");
        string shapes = graph.Inputs.Count == 1 && graph.Outputs.Count == 1
            ? $"{graph.InputShape} to {graph.OutputShape}"
            : $"{LayerTable.Inputs(graph)}, outputs {LayerTable.Outputs(graph)}";
        ConsoleText.Line(
            $"{path}: {graph.Name}, {graph.Layers.Count} layers, {graph.ParameterCount:N0} parameters, {shapes}");
    }

    /// <summary>Says what the model has from the file's metadata, where no option was put before it.</summary>
    private static void PrintMetadata(OnnxMetadata metadata, OnnxOptions options)
    {
        foreach (string taken in metadata.Taken)
            if (taken.Contains("class names", StringComparison.Ordinal)
                ? options.ClassNames.Count == 0 : options.Preprocessing is null)
                ConsoleText.Line($"from the file's metadata: {taken}");
        foreach (string ignored in metadata.Ignored)
            ConsoleText.Line($"not taken from the file's metadata: {ignored}");
    }

    /// <summary>The options with what --shape says.</summary>
    internal static OnnxOptions WithShapes(OnnxOptions options, string[] shapes)
    {
        try
        {
            return options.WithShapes(shapes);
        }
        catch (ArgumentException e)
        {
            throw new UserErrorException($"--shape: {e.Message}");
        }
    }

    private static Preprocessing? Preprocessing(string[] mean, string[] deviation, Resize? resize)
    {
        const int Pictures = 3; // The channels of what can be resized.
        if (mean.Length + deviation.Length == 0 && resize is null)
            return null;
        int channels = mean.Length + deviation.Length == 0 ? Pictures : Math.Max(mean.Length, deviation.Length);
        return new Preprocessing(
            mean.Length > 0 ? Numbers("--mean", mean) : [.. Enumerable.Repeat(0f, channels)],
            deviation.Length > 0 ? Numbers("--std", deviation) : [.. Enumerable.Repeat(1f, channels)])
        {
            Resize = resize ?? new Stretch(),
        };
    }

    private static float[] Numbers(string option, string[] arguments) =>
    [
        .. arguments.Select(argument =>
            float.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
                && float.IsFinite(number)
                ? number
                : throw new UserErrorException(
                    $"{option} takes plain numbers such as 0.485 0.456 0.406; got {argument}.")),
    ];
}
