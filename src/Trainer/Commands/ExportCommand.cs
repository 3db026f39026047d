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
            Description = "A run's folder, whose best epoch is taken, or a .safetensors file of weights under PyTorch's names.",
        };
        var output = new Option<string?>("--output", "-o") { Description = "The model file. Default: NETWORK.safetensors." };
        var network = new Option<string?>("--network", "-n")
        {
            Description = $"The network that bare weights belong to: {NetworkCatalog.Described}.",
        };
        var classes = new Option<string[]>("--classes")
        {
            Description = "The class names of bare weights, in order. Default: CIFAR-10's.",
            AllowMultipleArgumentsPerToken = true,
        };
        var random = new Option<int?>("--random-weights")
        {
            Description = "Seeds weights that nobody trained, of --network, in place of a source: for parity and speed.",
        };
        Option<string?> data = SharedOptions.OptionalData(
            "Takes the certificate's pictures from here. Default: what the run was trained on; bare weights get none.");
        Option<Size2d?> imageSize = SharedOptions.ImageSize;
        var bare = new Option<bool>("--no-certificate") { Description = "Leaves out what 'verify' holds a device to." };
        var command = new Command("export", "Writes a model: weights, graph, classes, preprocessing and certificate in one file.")
        {
            source, output, network, classes, random, data, imageSize, bare,
        };
        command.SetAction(parse => Execute(
            parse.GetValue(source), parse.GetValue(output), parse.GetValue(network),
            parse.GetValue(classes) ?? [], parse.GetValue(random), parse.GetValue(data), parse.GetValue(imageSize),
            parse.GetValue(bare)));
        return command;
    }

    private static readonly string[] Prefixes = ["module.", "model.", "_orig_mod.", "net."];

    private static void Execute(
        string? source, string? output, string? network, string[] classes, int? random, string? data, Size2d? imageSize,
        bool bare)
    {
        if ((source is null) == (random is null))
            throw new UserErrorException("export takes either a source or --random-weights with --network.");
        if (source is not null && Directory.Exists(source) && (network is not null || classes.Length > 0))
            throw new UserErrorException(
                $"export takes --network and --classes for bare weights; {source} is a folder, whose run has both.");
        if (classes.Length == 0)
            classes = [.. NetworkCatalog.Cifar10Classes];
        Checkpoint? run = source is not null && Directory.Exists(source) ? new RunFolder(source).ReadBest() : null;
        Model model = source is null
            ? RandomWeights.Create(NetworkCatalog.Create(Required(network, "--random-weights"), classes.Length), classes, random!.Value)
            : run?.Model ?? FromWeights(source, network, classes);
        string path = output ?? $"{model.Graph.Name}.safetensors";
        if (Reads(source, run is not null).Contains(Path.GetFullPath(path)))
            throw new UserErrorException($"export would write over what it reads, {path}: give it another --output.");
        if (!bare)
            model = TorchCertificate.AddTo(model, Pictures(data, run, imageSize ?? run?.Run.ImageSize));
        model.Save(path);
        ConsoleText.Line(
            $"{path}: {model.Graph.Name}, {model.Graph.ParameterCount:N0} parameters, {new FileInfo(path).Length / 1048576.0:F1} MiB");
        if (model.Certificate is { } certificate)
            ConsoleText.Line(
                $"certificate: {certificate.Inputs} inputs, {certificate.Pictures} of them pictures, by {certificate.Framework} on {certificate.Device}; sha256 {certificate.Sha256}");
    }

    /// <summary>The full paths of the source, or of the checkpoints in its folder.</summary>
    private static IEnumerable<string> Reads(string? source, bool isRun) => source is null ? []
        : isRun ? [Path.GetFullPath(new RunFolder(source).LastPath), Path.GetFullPath(new RunFolder(source).BestPath)]
        : [Path.GetFullPath(source)];

    /// <summary>Where the certificate's pictures come from; null where there are none. A run's data may be gone by now, or not be
    /// on this machine: that is said, and stops nothing.</summary>
    private static ImageSet? Pictures(string? data, Checkpoint? run, Size2d? imageSize)
    {
        if (data is not null)
            return Datasets.Load(data, imageSize).Test;
        if (run is null)
            return null;
        try
        {
            return run.Run.Data == DatasetSource.Cifar10 && !Cifar10Download.IsHere
                ? throw new DatasetException("CIFAR-10 is not on this machine yet; --data cifar10 downloads it.")
                : Datasets.Load(run.Run.FindData(), imageSize).Test;
        }
        catch (Exception e) when (e is DatasetException or IOException or UnauthorizedAccessException)
        {
            ConsoleText.Line($"no pictures in the certificate: {e.Message}");
            return null;
        }
    }

    private static string Required(string? network, string by) => network
        ?? throw new UserErrorException($"{by} needs --network to say what the weights belong to: {NetworkCatalog.Described}.");

    /// <summary>Takes off what wrappers put before all names: DataParallel, torch.compile, Lightning.</summary>
    private static IReadOnlyDictionary<string, Tensor> WithoutPrefix(IReadOnlyDictionary<string, Tensor> tensors, ModelGraph graph)
    {
        string prefix = "";
        while (Prefixes.FirstOrDefault(next => tensors.Keys.All(name => name.StartsWith(prefix + next, StringComparison.Ordinal))) is { } found
            && !graph.Parameters.All(parameter => tensors.ContainsKey(prefix + parameter.Name)))
            prefix += found;
        if (prefix.Length == 0)
            return tensors;
        ConsoleText.Line($"all tensors are named {prefix}...: the prefix is left out");
        return tensors.ToDictionary(tensor => tensor.Key[prefix.Length..], tensor => tensor.Value);
    }

    private static Model FromWeights(string path, string? network, string[] classes)
    {
        SafetensorsFile file = SafetensorsFile.Read(path);
        if (file.Metadata.ContainsKey(GraphKey))
            throw new UserErrorException(
                $"{path} says itself what network it is of: a model is exported already, and of a run export takes the folder.");
        ModelGraph graph = NetworkCatalog.Create(Required(network, $"{path}, which is no run's folder,"), classes.Length);
        return new Model(graph, WithoutPrefix(file.Tensors, graph), classes, Preprocessing.ImageNet);
    }
}
