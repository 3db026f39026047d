using System.CommandLine;
using System.Globalization;
using SoftPool.Operators;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Onnx;
using SoftPool.Trainer.StateDicts;
using SoftPool.Trainer.Training;
using SoftPool.Trainer.Verification;

namespace SoftPool.Trainer.Commands;

/// <summary>Makes the model file of a training run, or of weights that PyTorch has saved.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var source = new Argument<string?>("source")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A run's folder, from which the best epoch is exported, or a file of weights under PyTorch's "
                + "names: .safetensors, .pth, .pt or .bin of torch.save, .dat of TorchSharp; or, for --pth and --onnx, "
                + "a model file.",
        };
        var output =
            new Option<string?>("--output", "-o")
            {
                Description = "The model file. Default: NETWORK.safetensors; none with --pth or --onnx.",
            };
        var pth = new Option<string?>("--pth") { Description = "A file of the weights that torch.load reads." };
        var onnx = new Option<string?>("--onnx")
        {
            Description = "An ONNX file of the model, which is compared with ONNX Runtime before it is kept.",
        };
        var network = new Option<string?>("--network", "-n")
        {
            Description = $"The network of a file of weights: {NetworkCatalog.Described}.",
        };
        var classes = new Option<string[]>("--classes")
        {
            Description = $"The class names for a file of weights: {ClassNameOption.Described}. Default: none; with "
                + "--random-weights those of CIFAR-10.",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string?> key = SharedOptions.Key;
        Option<string[]> ignore = SharedOptions.Ignore;
        var random = new Option<int?>("--random-weights")
        {
            Description = "Exports --network with random weights from this seed, instead of a source: "
                + "for parity and speed.",
        };
        Option<string?> data = SharedOptions.OptionalData(
            "The data set of the certificate's pictures. Default: that of the run; for a file of weights, none.");
        Option<Size2d?> imageSize = SharedOptions.ImageSize;
        var bare = new Option<bool>("--no-certificate")
        {
            Description = "Leaves out the certificate, with which 'verify' compares a device.",
        };
        var command =
            new Command("export", "Writes a model: weights, graph, classes, preprocessing and certificate in one file.")
        {
            source, output, pth, onnx, network, classes, key, ignore, random, data, imageSize, bare,
        };
        var resizing = new ResizeArguments();
        resizing.AddTo(command);
        command.SetAction(parse => Execute(
            parse.GetValue(source),
            new Outputs(parse.GetValue(output), parse.GetValue(pth), parse.GetValue(onnx)),
            new WeightsArguments(
                parse.GetValue(network), parse.GetValue(classes) ?? [], parse.GetValue(key),
                parse.GetValue(ignore) ?? []),
            parse.GetValue(random),
            new Certification(parse.GetValue(data), parse.GetValue(imageSize), parse.GetValue(bare)),
            resizing.Read(parse)));
        return command;
    }

    /// <summary>What is said of a file of weights.</summary>
    private sealed record WeightsArguments(string? Network, string[] Classes, string? Key, string[] Ignored)
    {
        public bool IsEmpty => Network is null && Classes.Length + Ignored.Length == 0 && Key is null;
    }

    /// <summary>The files to write.</summary>
    private sealed record Outputs(string? Model, string? Pth, string? Onnx)
    {
        public bool IsOther => Pth is not null || Onnx is not null;

        public bool HasModel => Model is not null || !IsOther;
    }

    /// <summary>What is said of the certificate.</summary>
    private sealed record Certification(string? Data, Size2d? ImageSize, bool IsLeftOut);

    /// <summary>Complains about options that would change nothing.</summary>
    private static void Check(
        bool isRun, Outputs outputs, WeightsArguments weights, int? random, Certification certification, Resize? resize)
    {
        bool hasPictures = certification.Data is not null || certification.ImageSize is not null;
        if (!outputs.HasModel && (hasPictures || certification.IsLeftOut))
            throw new UserErrorException(
                "--data, --image-size and --no-certificate are for the certificate of a model file, which --pth and "
                + "--onnx do not write; --output does.");
        if (certification.IsLeftOut && hasPictures)
            throw new UserErrorException(
                "--data and --image-size are for the certificate, which --no-certificate leaves out.");
        if (!isRun && certification is { ImageSize: not null, Data: null })
            throw new UserErrorException("--image-size is for the pictures of --data, which is not given.");
        if (!outputs.HasModel && outputs.Onnx is null && resize is not null)
            throw new UserErrorException(
                "--resize is for a model file or ONNX file: a file of --pth does not hold it.");
        if (!outputs.HasModel && outputs.Onnx is null && random is null && weights.Classes.Length > 0)
            throw new UserErrorException(
                "--classes is for a model file or ONNX file: a file of --pth does not hold it.");
    }

    private static void Execute(
        string? source, Outputs outputs, WeightsArguments weights, int? random, Certification certification,
        Resize? resize)
    {
        if ((source is null) == (random is null))
            throw new UserErrorException("export takes either a source or --random-weights with --network.");
        if (source is not null && Directory.Exists(source) && !weights.IsEmpty)
            throw new UserErrorException(
                $"export takes --network, --classes, --key and --ignore for a file of weights; {source} is a "
                + "folder, whose run has all that.");
        if (random is not null && (weights.Key is not null || weights.Ignored.Length > 0))
            throw new UserErrorException("export takes --key and --ignore for a file of weights.");
        Check(Directory.Exists(source), outputs, weights, random, certification, resize);
        Checkpoint? run = source is not null && Directory.Exists(source) ? new RunFolder(source).ReadBest() : null;
        Model model = source is null ? Random(weights, random!.Value) : run?.Model
            ?? FromFile(source, weights, outputs.IsOther);
        if (resize is not null)
            model = run is null
                ? new Model(model.Graph, model.Weights, model.ClassNames, model.Preprocessing with { Resize = resize })
                : throw new UserErrorException(
                    $"export takes --resize for a file of weights; {source} is a folder, whose run has it.");
        string? path = outputs.Model ?? (outputs.IsOther ? null : $"{model.Graph.Name}.safetensors");
        string[] written = [.. new[] { path, outputs.Pth, outputs.Onnx }.OfType<string>()];
        foreach (string file in written)
            if (Reads(source, run is not null).Contains(Path.GetFullPath(file)))
                throw new UserErrorException(
                    $"export would overwrite the file that it reads, {file}: choose another name.");
        if (written.Select(Path.GetFullPath).Distinct().Count() < written.Length)
            throw new UserErrorException($"export would write two files under one name: {string.Join(", ", written)}.");
        foreach (string file in written)
            OutputFile.Check(file);
        // What can fail comes before anything is written.
        OnnxFile? onnx = outputs.Onnx is null ? null : OnnxFile.Checked(model);
        if (path is not null)
            Save(
                path,
                certification.IsLeftOut ? model : TorchCertificate.AddTo(model, Pictures(
                    certification.Data, run, certification.ImageSize ?? run?.Run.ImageSize,
                    model.Preprocessing.Resize)));
        if (outputs.Pth is { } pth)
        {
            TorchFileWriter.Write(
                pth, model.Graph.Parameters.ToDictionary(
                    parameter => parameter.Name, parameter => model.Weights[parameter.Name]));
            ConsoleText.Line($"{pth}: the state dict of {model.Graph.Name}, for torch.load{Size(pth)}");
        }
        if (onnx is not null)
        {
            onnx.Write(outputs.Onnx!);
            string shapes = string.Join(" and ", model.Graph.Inputs.Select(input => input.Shape));
            ConsoleText.Line($"compared with ONNX Runtime {OnnxRunner.Version}: {onnx.Found}");
            ConsoleText.Line(
                $"{outputs.Onnx!}: {model.Graph.Name}, any batch of {shapes}{Size(outputs.Onnx!)}");
        }
    }

    private static void Save(string path, Model model)
    {
        model.Save(path);
        ConsoleText.Line($"{path}: {model.Graph.Name}, {model.Graph.ParameterCount:N0} parameters{Size(path)}");
        if (model.Certificate is { } certificate)
        {
            string maker = $"{certificate.Framework} on {certificate.Device}; sha256 {certificate.Sha256}";
            ConsoleText.Line(
                $"certificate: {certificate.Inputs} inputs, {certificate.Pictures} of them pictures, by {maker}");
        }
    }

    private static string Size(string path) =>
        string.Create(CultureInfo.InvariantCulture, $", {new FileInfo(path).Length / 1048576.0:F1} MiB");

    /// <summary>The full paths of the source, or of the checkpoints in its folder.</summary>
    private static IEnumerable<string> Reads(string? source, bool isRun) => source is null ? []
        : isRun ? [Path.GetFullPath(new RunFolder(source).LastPath), Path.GetFullPath(new RunFolder(source).BestPath)]
        : [Path.GetFullPath(source)];

    /// <summary>Where the certificate's pictures come from; null where there are none. A run's data may be gone by now,
    /// or not be on this machine: that is said, and stops nothing.</summary>
    private static ImageSet? Pictures(string? data, Checkpoint? run, Size2d? imageSize, Resize resize)
    {
        if (data is not null)
            return Datasets.Load(data, imageSize, resize).Test;
        if (run is null)
            return null;
        try
        {
            return run.Run.Data == DatasetSource.Cifar10 && !Cifar10Download.IsHere
                ? throw new DatasetException("CIFAR-10 is not on this machine yet; --data cifar10 downloads it.")
                : Datasets.Load(run.Run.FindData(), imageSize, resize).Test;
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            ConsoleText.Line($"no pictures in the certificate: {e.Message}");
            return null;
        }
    }

    private static string Required(string? network, string by) => network
        ?? throw new UserErrorException(
            $"{by} needs --network, the network of the weights: {NetworkCatalog.Described}.");

    private static Model Random(WeightsArguments weights, int seed)
    {
        IReadOnlyList<string> classes =
            weights.Classes.Length > 0 ? ClassNameOption.Names(weights.Classes) : NetworkCatalog.Cifar10Classes;
        ModelGraph graph = NetworkCatalog.Create(Required(weights.Network, "--random-weights"), classes.Count);
        return RandomWeights.Create(graph, NamesOf(graph, classes, weights.Classes.Length > 0), seed);
    }

    /// <summary>The outputs' names: those of the classes where each has one output, none where it has a map.</summary>
    private static IReadOnlyList<string> NamesOf(ModelGraph graph, IReadOnlyList<string> classes, bool areGiven)
    {
        if (graph.OutputShape.Rank == 1)
            return classes;
        if (areGiven)
            ConsoleText.Line($"{graph.Name} gives a map of each class: the names of --classes are left out");
        return [];
    }

    private static Model FromFile(string path, WeightsArguments weights, bool takesModels)
    {
        StateDict dictionary = StateDict.Read(path, weights.Key);
        foreach (string remark in dictionary.Remarks)
            ConsoleText.Line($"{remark}");
        if (dictionary.Model is { } exported)
            return takesModels && weights.IsEmpty
                ? exported
                : throw new UserErrorException(
                    $"{path} names its own network: a model is already exported, and for a run export takes the "
                    + "folder; --pth and --onnx alone write it in another form.");
        string network = Required(weights.Network, $"{path}, which is not the folder of a run,");
        IReadOnlyList<string> names = ClassNameOption.Names(weights.Classes);
        int outputs = OutputsOf(path, network, dictionary, weights.Ignored, names.Count);
        ModelGraph graph = NetworkCatalog.Create(network, outputs);
        WeightFit fit = WeightFit.Of(graph, dictionary, weights.Ignored);
        foreach (string remark in fit.Remarks)
            ConsoleText.Line($"{remark}");
        fit.Check(path, network);
        if (names.Count == 0)
            ConsoleText.Line($"the last weight has {outputs} outputs, which have no names: --classes gives them");
        return new Model(graph, fit.Weights, NamesOf(graph, names, names.Count > 0), Preprocessing.ImageNet);
    }

    /// <summary>The number of outputs by the last weight: the first one whose shape depends on that number.</summary>
    private static int OutputsOf(
        string path, string network, StateDict dictionary, IReadOnlyList<string> ignored, int names)
    {
        const int Some = 2;
        ModelGraph graph = NetworkCatalog.Create(network, Some);
        Parameter last = graph.Parameters.Except(NetworkCatalog.Create(network, Some + 1).Parameters).First();
        string name = WeightFit.Of(graph, dictionary, ignored).Prefix + last.Name;
        int outputs = dictionary.Tensors.GetValueOrDefault(name)?.Shape is { Rank: > 0 } shape
            ? shape[0] : Math.Max(names, Some);
        return names == 0 || names == outputs
            ? outputs
            : throw new UserErrorException($"{path} has {outputs} outputs, by {name}, but {names} class names came.");
    }
}
