using System.CommandLine;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Commands;

/// <summary>Trains a network and keeps its weights in a run's folder.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var defaults = new TrainingOptions();
        Option<string> network = SharedOptions.Network;
        Option<string> data = SharedOptions.Data;
        var output = new Option<string?>("--output", "-o") { Description = "The run's folder. Default: runs/NETWORK." };
        Option<int> epochs = SharedOptions.Positive("--epochs", "How often to see the whole training set.", defaults.Epochs);
        var steps = new Option<int>("--steps") { Description = "The number of steps, in place of --epochs." };
        Option<int> batch = SharedOptions.Batch(defaults.BatchSize);
        var learningRate = new Option<double>("--lr")
        {
            Description = "Adam's learning rate at its highest.",
            DefaultValueFactory = _ => defaults.LearningRate,
        };
        var warmUp = new Option<int>("--warm-up") { Description = "Steps over which the learning rate rises." };
        var seed = new Option<int>("--seed")
        {
            Description = "Seeds weights, order, flips and dropout.",
            DefaultValueFactory = _ => defaults.Seed,
        };
        var command = new Command("train", "Trains a network with torch: on CUDA where it is available, else on the CPU.")
        {
            network, data, output, epochs, steps, batch, learningRate, warmUp, seed,
        };
        // A task of its own: Ctrl-C is heard only once the command has returned one.
        command.SetAction((parse, cancel) => Task.Run(() =>
        {
            string name = parse.GetRequiredValue(network);
            Execute(
                name, parse.GetRequiredValue(data), parse.GetValue(output) ?? Path.Combine("runs", name),
                defaults with
                {
                    Epochs = parse.GetValue(epochs),
                    Steps = parse.GetValue(steps),
                    BatchSize = parse.GetValue(batch),
                    LearningRate = parse.GetValue(learningRate),
                    WarmUpSteps = parse.GetValue(warmUp),
                    Seed = parse.GetValue(seed),
                },
                cancel);
        }, CancellationToken.None));
        return command;
    }

    private static void Execute(
        string network, string data, string folder, TrainingOptions options, CancellationToken cancel)
    {
        Allocator.KeepBigBlocks();
        TrainingRun.Execute(network, Datasets.Load(data), options, folder, cancel);
    }
}
