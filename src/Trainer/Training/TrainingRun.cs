using System.Diagnostics;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Reports;
using Spectre.Console;

namespace SoftPool.Trainer.Training;

/// <summary>A training with its display and its folder: validated and saved after each epoch, and when
/// interrupted.</summary>
internal static class TrainingRun
{
    /// <summary>Trains from the beginning, or from a checkpoint to the end.</summary>
    /// <param name="run">What to train and how.</param>
    /// <param name="dataset">The images, as the description says.</param>
    /// <param name="folder">Where to keep what comes of it.</param>
    /// <param name="from">The checkpoint to go on from; null to begin.</param>
    /// <param name="cancel">Finishes the batch at hand, saves what is new, and throws.</param>
    /// <param name="weights">What to begin with instead of random weights, by the network's names; null for random
    /// ones.</param>
    /// <returns>The last checkpoint.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled, and has saved what was new.</exception>
    /// <exception cref="UserErrorException">An option is out of range, or the folder cannot be written to.</exception>
    /// <exception cref="TrainingDivergedException">A loss or a weight is not finite. The folder's checkpoints are from
    /// before.</exception>
    public static Checkpoint Execute(
        RunDescription run, ImageDataset dataset, RunFolder folder, Checkpoint? from, CancellationToken cancel,
        IReadOnlyDictionary<string, Tensor>? weights = null)
    {
        ModelGraph graph = NetworkCatalog.Create(run.Network, dataset.ClassNames.Count);
        if (graph.OutputShape.Rank != 1)
            throw new UserErrorException(
                $"train takes a network that gives one number for each class; {run.Network} gives a map of "
                + $"{graph.OutputShape}.");
        using var loop = new TrainingLoop(
            graph, run.Preprocessing ?? Preprocessing.ImageNet, dataset.Train, run.Options, run.FineTuning);
        if (weights is not null)
            loop.Network.Replace(weights);
        if (from is not null)
            loop.Restore(from);
        folder.CheckWritable();
        string data = $"{dataset.Train.Count:N0} images of {dataset.Name}";
        string precision = run.Options.Precision.ToString().ToLowerInvariant();
        string steps = $"{loop.Steps:N0} steps of {run.Options.BatchSize} in {precision}";
        ConsoleText.Line($"[bold]{run.Network}[/] on {data}, {steps}, {run.Hardware}");
        if (run.Options.Augmentation.Mixup > 0)
            AnsiConsole.MarkupLine("mixup is on: targets are mixed, and an answer is right if it is the label "
                + "with the larger share");

        Checkpoint? saved = from;
        try
        {
            TrainingDisplay.Run(run.Network, loop, run.Options.BatchSize, Train);
        }
        catch (OperationCanceledException)
        {
            if (saved is null)
                AnsiConsole.MarkupLine("stopped before the first step; there is nothing to save");
            else
            {
                string command = $"softpool train --resume {folder.PathInShell}";
                ConsoleText.Line($"stopped after step {loop.State.Step:N0} of {loop.Steps:N0}; {command} continues");
            }
            throw;
        }
        catch (TrainingDivergedException e)
        {
            throw new TrainingDivergedException(e.What, saved is null
                ? "There is no checkpoint yet."
                : $"The last good checkpoint is {folder.LastPath}, of step {saved.State.Step}.");
        }
        if (loop.Times.Total > 0)
            ConsoleText.Line($"time of a step: {loop.Times}");
        Checkpoint last = saved!; // The last step ends an epoch.
        EpochResult best = last.State.Best!;
        string kind = dataset.HasValidation ? "validation " : "";
        string images = $"{dataset.Validation.Count:N0} {kind}images of {dataset.Name}";
        string end = $"{last.State.Epochs[^1].ValidationAccuracy:P1} at the end, on {images}; saved to {folder.Path}";
        ConsoleText.Line(
            $"validation accuracy [bold]{best.ValidationAccuracy:P1}[/] at best (epoch {best.Epoch}), {end}");
        return last;

        void Train(TrainingDisplay display)
        {
            try
            {
                while (loop.State.Step < loop.Steps || loop.EpochIsOver)
                {
                    cancel.ThrowIfCancellationRequested();
                    if (!loop.EpochIsOver)
                    {
                        (double loss, _) = loop.Next();
                        display.ShowStep(loss);
                        continue;
                    }
                    long begin = Stopwatch.GetTimestamp();
                    Evaluation validation = loop.Evaluate(dataset.Validation, cancel);
                    display.ShowEpoch(loop.State.EndEpoch(
                        run.Options.BatchSize, loop.LearningRate, validation,
                        Stopwatch.GetElapsedTime(begin).TotalSeconds));
                    Save();
                }
            }
            catch (OperationCanceledException)
            {
                // Without a step there is nothing to keep, and it would replace what another training has left in the
                // folder.
                if (loop.State.Step > (saved?.State.Step ?? 0))
                    Save();
                throw;
            }
        }

        void Save() => folder.Write(saved = loop.Save(run, dataset.ClassNames));
    }
}
