using System.CommandLine;
using SoftPool.Files;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Training;
using SoftPool.Trainer.Verification;

namespace SoftPool.Trainer.Commands;

/// <summary>Makes the model file of a training run, or of weights that PyTorch has saved.</summary>
internal static class ExportCommand
{
    /// <summary>What the files have that this program writes, and bare weights have not.</summary>
    private const string GraphKey = "softpool.graph";

    public static Command Create()
    {
        var source = new Argument<string?>("source")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "A run's folder, from which the best epoch is exported, or a .safetensors file of weights "
                + "under PyTorch's names.",
        };
        var output =
            new Option<string?>("--output", "-o") { Description = "The model file. Default: NETWORK.safetensors." };
        var network = new Option<string?>("--network", "-n")
        {
            Description = $"The network of a file of weights: {NetworkCatalog.Described}.",
        };
        var classes = new Option<string[]>("--classes")
        {
            Description = "The class names for a file of weights, in order. Default: those of CIFAR-10.",
            AllowMultipleArgumentsPerToken = true,
        };
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
            source, output, network, classes, random, data, imageSize, bare,
        };
        var resizing = new ResizeArguments();
        resizing.AddTo(command);
        command.SetAction(parse => Execute(
            parse.GetValue(source), parse.GetValue(output), parse.GetValue(network),
            parse.GetValue(classes) ?? [], parse.GetValue(random), parse.GetValue(data), parse.GetValue(imageSize),
            resizing.Read(parse), parse.GetValue(bare)));
        return command;
    }

    private static readonly string[] Prefixes = ["module.", "model.", "_orig_mod.", "net."];

    private static void Execute(
        string? source, string? output, string? network, string[] classes, int? random, string? data, Size2d? imageSize,
        Resize? resize, bool bare)
    {
        if ((source is null) == (random is null))
            throw new UserErrorException("export takes either a source or --random-weights with --network.");
        if (source is not null && Directory.Exists(source) && (network is not null || classes.Length > 0))
            throw new UserErrorException(
                $"export takes --network and --classes for a file of weights; {source} is a "
                + "folder, whose run has both.");
        if (classes.Length == 0)
            classes = [.. NetworkCatalog.Cifar10Classes];
        Checkpoint? run = source is not null && Directory.Exists(source) ? new RunFolder(source).ReadBest() : null;
        Model model = source is null
            ? WithRandomWeights(Required(network, "--random-weights"), classes, random!.Value)
            : run?.Model ?? FromWeights(source, network, classes);
        if (resize is not null)
            model = run is null
                ? new Model(model.Graph, model.Weights, model.ClassNames, model.Preprocessing with { Resize = resize })
                : throw new UserErrorException(
                    $"export takes --resize for a file of weights; {source} is a folder, whose run has it.");
        string path = output ?? $"{model.Graph.Name}.safetensors";
        if (Reads(source, run is not null).Contains(Path.GetFullPath(path)))
            throw new UserErrorException(
                $"export would overwrite the file that it reads, {path}: choose another --output.");
        if (!bare)
            model = TorchCertificate.AddTo(model, Pictures(
                data, run, imageSize ?? run?.Run.ImageSize, model.Preprocessing.Resize));
        model.Save(path);
        double mebibytes = new FileInfo(path).Length / 1048576.0;
        ConsoleText.Line(
            $"{path}: {model.Graph.Name}, {model.Graph.ParameterCount:N0} parameters, {mebibytes:F1} MiB");
        if (model.Certificate is { } certificate)
        {
            string maker = $"{certificate.Framework} on {certificate.Device}; sha256 {certificate.Sha256}";
            ConsoleText.Line(
                $"certificate: {certificate.Inputs} inputs, {certificate.Pictures} of them pictures, by {maker}");
        }
    }

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

    /// <summary>Takes off what wrappers put before all names: DataParallel, torch.compile, Lightning.</summary>
    private static IReadOnlyDictionary<string, Tensor> WithoutPrefix(
        IReadOnlyDictionary<string, Tensor> tensors, ModelGraph graph)
    {
        string prefix = "";
        while (Prefixes.FirstOrDefault(next =>
            tensors.Keys.All(name => name.StartsWith(prefix + next, StringComparison.Ordinal))) is { } found
            && !graph.Parameters.All(parameter => tensors.ContainsKey(prefix + parameter.Name)))
            prefix += found;
        if (prefix.Length == 0)
            return tensors;
        ConsoleText.Line($"all tensor names begin with {prefix}: the prefix is left out");
        return tensors.ToDictionary(tensor => tensor.Key[prefix.Length..], tensor => tensor.Value);
    }

    private static Model WithRandomWeights(string network, string[] classes, int seed)
    {
        ModelGraph graph = NetworkCatalog.Create(network, classes.Length);
        return RandomWeights.Create(graph, NamesOf(graph, classes), seed);
    }

    /// <summary>The outputs' names: those of the classes where each has one output, none where it has a map.</summary>
    private static string[] NamesOf(ModelGraph graph, string[] classes) => graph.OutputShape.Rank == 1 ? classes : [];

    private static Model FromWeights(string path, string? network, string[] classes)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        if (file.Metadata.ContainsKey(GraphKey))
            throw new UserErrorException(
                $"{path} names its own network: a model is already exported, and for a run export takes the folder.");
        ModelGraph graph = NetworkCatalog.Create(
            Required(network, $"{path}, which is not the folder of a run,"), classes.Length);
        return new Model(graph, WithoutPrefix(file.Tensors, graph), NamesOf(graph, classes), Preprocessing.ImageNet);
    }
}
