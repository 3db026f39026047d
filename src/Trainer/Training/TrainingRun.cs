using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Distributed;
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
    /// <param name="how">How it goes on beside that.</param>
    /// <returns>The last checkpoint.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled, and has saved what was new.</exception>
    /// <exception cref="UserErrorException">An option is out of range, or the folder cannot be written to.</exception>
    /// <exception cref="TrainingDivergedException">A loss or a weight is not finite. The folder's checkpoints are from
    /// before.</exception>
    public static Checkpoint Execute(
        RunDescription run, ImageDataset dataset, RunFolder folder, Checkpoint? from, CancellationToken cancel,
        IReadOnlyDictionary<string, Tensor>? weights = null, RunControl? how = null)
    {
        (Communicator? processes, TimeSpan? checkpointEvery, bool profile) = how ?? new RunControl();
        bool writes = processes is null or { Rank: 0 };
        if (processes is not null)
            run = run.OnProcesses(processes.Size, processes.Threads);
        ModelGraph graph = NetworkCatalog.Create(run.Network, dataset.ClassNames.Count);
        if (graph.OutputShape.Rank != 1)
            throw new UserErrorException(
                $"train takes a network that gives one number for each class; {run.Network} gives a map of "
                + $"{graph.OutputShape}.");
        using var loop = new TrainingLoop(
            graph, run.Preprocessing ?? Preprocessing.ImageNet, dataset.Train, run.Options, run.FineTuning,
            processes);
        if (weights is not null)
            loop.Network.Replace(weights);
        if (from is not null)
            loop.Restore(from);
        processes?.RequireSame([.. Facts(run, loop.State.Step, loop.Network)]);
        if (writes)
            folder.CheckWritable();
        string data = $"{dataset.Train.Count:N0} images of {dataset.Name}";
        string precision = run.Options.Precision.ToString().ToLowerInvariant();
        string steps = $"{loop.Steps:N0} steps of {run.Options.BatchSize} in {precision}";
        if (processes is not null)
            ConsoleText.Line($"{processes.Size} processes, each with its part of every batch; {processes.Library}");
        ConsoleText.Line($"[bold]{run.Network}[/] on {data}, {steps}, {run.Hardware}");
        if (run.Options.Augmentation.Mixup > 0)
            AnsiConsole.MarkupLine("mixup is on: targets are mixed, and an answer is right if it is the label "
                + "with the larger share");

        Checkpoint? saved = from;
        var sinceSaved = Stopwatch.StartNew();
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
        if (profile)
            ConsoleText.Line($"{loop.Profile()}");
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
                    loop.ThrowIfCancelled(cancel);
                    if (!loop.EpochIsOver)
                    {
                        (double loss, _) = loop.Next();
                        display.ShowStep(loss);
                        // At an epoch's end validation comes first.
                        if (writes && sinceSaved.Elapsed > checkpointEvery && !loop.EpochIsOver)
                            Save();
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

        void Write(Checkpoint checkpoint)
        {
            try
            {
                folder.Write(checkpoint);
            }
            catch when (processes is not null)
            {
                // The others do not know, even where all were about to end.
                processes.FailsTogether = false;
                throw;
            }
        }

        void Save()
        {
            saved = loop.Save(run, dataset.ClassNames);
            if (writes)
                Write(saved);
            sinceSaved.Restart();
        }
    }

    /// <summary>What all processes of a training have to be agreed on.</summary>
    private static IEnumerable<(string What, string Value)> Facts(RunDescription run, int step, TorchNetwork network)
    {
        yield return ("the network", run.Network);
        yield return ("the data set", $"{run.DataName} with the SHA-256 {run.DataSha256}");
        // Each machine may have its own number of threads.
        foreach (KeyValuePair<string, JsonNode?> option in
            JsonSerializer.SerializeToNode(run.Options with { Threads = 0 })!.AsObject())
            yield return ($"the option {option.Key}", option.Value?.ToJsonString() ?? "none");
        yield return ("the preprocessing", JsonSerializer.Serialize(run.Preprocessing));
        yield return ("the checkpoint", $"step {step} with weights of the SHA-256 {network.Sha256()}");
    }
}
