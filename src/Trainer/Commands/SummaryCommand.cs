using System.CommandLine;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Reports;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Prints the layers of a network by name, or of an exported model.</summary>
internal static class SummaryCommand
{
    public static Command Create()
    {
        var network = new Argument<string>("network")
        {
            Description = $"A network's name ({NetworkCatalog.Described}) or a model file.",
            DefaultValueFactory = _ => "alexnet-softpool",
        };
        var classes = SharedOptions.Positive("--classes", "The number of classes of a network given by name.", 10);
        var command = new Command("summary", "Prints a network's layers, shapes and parameters.") { network, classes };
        command.SetAction(parse => Execute(parse.GetRequiredValue(network), parse.GetValue(classes)));
        return command;
    }

    private static void Execute(string network, int classes) => LayerTable.Print(
        File.Exists(network) ? Model.Load(network).Graph : NetworkCatalog.Create(network, classes), AnsiConsole.Console);
}
