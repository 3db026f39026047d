using System.CommandLine;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Reports;
using Spectre.Console;

namespace SoftPool.Trainer.Commands;

/// <summary>Prints the layers of a network by name, or of an exported model, and the memory that it takes.</summary>
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
        var memory = new Option<bool>("--memory") { Description = "Also print the device memory that a session takes." };
        var batch = SharedOptions.Positive("--batch", "The number of items computed at once, for --memory.", 1);
        var command = new Command("summary", "Prints a network's layers, shapes, parameters and memory.")
        {
            network, classes, memory, batch,
        };
        command.SetAction(parse =>
        {
            ModelGraph graph = Graph(parse.GetRequiredValue(network), parse.GetValue(classes));
            LayerTable.Print(graph, AnsiConsole.Console);
            if (parse.GetValue(memory))
                MemoryTable.Print(graph, parse.GetValue(batch), AnsiConsole.Console);
        });
        return command;
    }

    private static ModelGraph Graph(string network, int classes) =>
        File.Exists(network) ? Model.Load(network).Graph : NetworkCatalog.Create(network, classes);
}
