using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Reports;

/// <summary>How far a run has come of what it set out to do.</summary>
internal static class RunProgress
{
    /// <summary>Whole batches in the training set.</summary>
    public static int StepsPerEpoch(RunDescription run) => Math.Max(run.TrainImages / run.Options.BatchSize, 1);

    /// <summary>The steps that the run set out to do.</summary>
    public static int Steps(RunDescription run) =>
        run.Options.Steps > 0 ? run.Options.Steps : run.Options.Epochs * StepsPerEpoch(run);

    /// <summary>The epochs done, such as "20", or "7 of 20" of a training that has not ended.</summary>
    public static string Epochs(RunDescription run, TrainingState state)
    {
        int planned = (int)Math.Ceiling((double)Steps(run) / StepsPerEpoch(run));
        return state.Step < Steps(run) ? $"{state.Epochs.Count} of {planned}" : $"{state.Epochs.Count}";
    }

    /// <summary>The median speed of the epochs' training, in images a second.</summary>
    public static double ImagesPerSecond(TrainingState state) =>
        state.Epochs.Select(epoch => epoch.ImagesPerSecond).Order().ElementAt(state.Epochs.Count / 2);

    /// <summary>The time of the finished epochs, validation included.</summary>
    public static TimeSpan Duration(TrainingState state) =>
        TimeSpan.FromSeconds(state.Epochs.Sum(epoch => epoch.Seconds));

    /// <summary>Reads a run of which there is something to tell.</summary>
    /// <exception cref="UserErrorException">There is no run, or it has not finished an epoch.</exception>
    public static Checkpoint ReadLast(RunFolder folder)
    {
        Checkpoint checkpoint = folder.ReadLast();
        CheckHasEpoch(folder, checkpoint.State);
        return checkpoint;
    }

    /// <summary>Reads the record of a run of which there is something to tell.</summary>
    /// <exception cref="UserErrorException">There is no run, or it has not finished an epoch.</exception>
    public static TrainingRecord ReadRecord(RunFolder folder)
    {
        TrainingRecord record = folder.ReadRecord();
        CheckHasEpoch(folder, record.State);
        return record;
    }

    private static void CheckHasEpoch(RunFolder folder, TrainingState state)
    {
        if (state.Epochs.Count == 0)
            throw new UserErrorException(
                $"The training in {folder.Path} has not finished an epoch yet; softpool train --resume "
                + $"{folder.PathInShell} continues it.");
    }
}
