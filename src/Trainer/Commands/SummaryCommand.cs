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
        var memory =
            new Option<bool>("--memory") { Description = "Also print the device memory that a session takes." };
        var batch = SharedOptions.Positive("--batch", "The number of items computed at once, for --memory.", 1);
        var command = new Command("summary", "Prints a network's layers, shapes, parameters and memory.")
        {
            network, classes, memory, batch,
        };
        command.SetAction(parse =>
        {
            string name = parse.GetRequiredValue(network);
            bool isFile = File.Exists(name);
            if (isFile && parse.GetResult(classes) is { Implicit: false })
                throw new UserErrorException(
                    $"--classes is for a network given by name; {name} is a file, which has its own.");
            ModelGraph graph = isFile ? Model.Load(name).Graph : NetworkCatalog.Create(name, parse.GetValue(classes));
            LayerTable.Print(graph, AnsiConsole.Console);
            if (parse.GetValue(memory))
                MemoryTable.Print(graph, parse.GetValue(batch), AnsiConsole.Console);
        });
        return command;
    }
}
