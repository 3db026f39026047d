using System.CommandLine;
using SoftPool.Files;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Training;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Makes the model file of a training run, or of weights that PyTorch has saved.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("source")
        {
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
        var command = new Command("export", "Writes a model: weights, graph, classes and preprocessing in one file.")
        {
            source, output, network, classes,
        };
        command.SetAction(parse => Execute(
            parse.GetRequiredValue(source), parse.GetValue(output), parse.GetValue(network), parse.GetValue(classes)));
        return command;
    }

    private static void Execute(string source, string? output, string? network, string[]? classes)
    {
        Model model = Directory.Exists(source)
            ? new RunFolder(source).ReadBest().Model
            : FromWeights(source, network, classes is { Length: > 0 } ? classes : NetworkCatalog.Cifar10Classes);
        string path = output ?? $"{model.Graph.Name}.safetensors";
        model.Save(path);
        AnsiConsole.MarkupLineInterpolated(
            $"{path}: {model.Graph.Name}, {model.Graph.ParameterCount:N0} parameters, {new FileInfo(path).Length / 1048576.0:F1} MiB");
    }

    private static Model FromWeights(string path, string? network, IReadOnlyList<string> classes)
    {
        if (network is null)
            throw new UserErrorException(
                $"{path} is no run's folder; for a file of weights --network says what they belong to: "
                + $"{NetworkCatalog.Described}.");
        SafetensorsFile file = SafetensorsFile.Read(path);
        return new Model(NetworkCatalog.Create(network, classes.Count), file.Tensors, classes, Preprocessing.ImageNet);
    }
}
