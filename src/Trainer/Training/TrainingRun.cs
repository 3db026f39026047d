using System.Globalization;
using SoftPool.Files;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Reports;
using Spectre.Console;

namespace SoftPool.Trainer.Training;

/// <summary>A training with its display and its folder: checkpoint.safetensors and history.csv.</summary>
/// <param name="Model">The network as trained.</param>
/// <param name="Test">What it makes of the test images.</param>
/// <param name="ImagesPerSecond">The speed of training.</param>
internal sealed record TrainingRun(Model Model, Evaluation Test, double ImagesPerSecond)
{
    /// <summary>Where a run's folder has its weights.</summary>
    public static string CheckpointPath(string folder) => Path.Combine(folder, "checkpoint.safetensors");

    /// <summary>Trains, saves and evaluates. Cancelled, it finishes its batch and saves what it has.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled, and has saved.</exception>
    public static TrainingRun Execute(
        string network, ImageDataset dataset, TrainingOptions options, string folder, CancellationToken cancel)
    {
        ModelGraph graph = NetworkCatalog.Create(network, dataset.ClassNames.Count);
        using var loop = new TrainingLoop(graph, Preprocessing.ImageNet, options);
        var history = new List<TrainingProgress>();
        ProgressDisplay.Run($"training {network}", report => loop.Train(
            dataset.Train,
            new ProgressDisplay.Callback<TrainingProgress>(progress =>
            {
                history.Add(progress);
                report(
                    (double)progress.Step / progress.Steps,
                    $"step {progress.Step}/{progress.Steps}  loss {progress.Loss:F3}  accuracy {progress.Accuracy:P1}  "
                    + $"{progress.ImagesPerSecond:F0} images/s");
            }),
            cancel));

        Model model = loop.Network.ToModel(dataset.ClassNames, Preprocessing.ImageNet);
        Directory.CreateDirectory(folder);
        model.Save(CheckpointPath(folder));
        WholeFile.Write(Path.Combine(folder, "history.csv"), file =>
        {
            using var writer = new StreamWriter(file);
            writer.WriteLine("step,loss,train_accuracy");
            foreach (TrainingProgress step in history)
                writer.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{step.Step},{step.Loss:R},{step.Accuracy:F4}"));
        });
        AnsiConsole.MarkupLineInterpolated($"{history.Count} steps, saved to {folder}");
        cancel.ThrowIfCancellationRequested();

        Evaluation test = loop.Evaluate(dataset.Test);
        double speed = history[^1].ImagesPerSecond;
        AnsiConsole.MarkupLineInterpolated(
            $"test accuracy [bold]{test.Accuracy:P1}[/] on {dataset.Test.Count:N0} images of {dataset.Name}, trained at {speed:F0} images/s");
        return new TrainingRun(model, test, speed);
    }
}
