using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Commands;

/// <summary>Loads what --data names, under a bar.</summary>
internal static class Datasets
{
    /// <param name="data">The value of --data.</param>
    /// <param name="size">The size that the pictures of an image folder are read at; null leaves it to them.</param>
    /// <param name="resize">How the pictures of an image folder get that size; null to stretch them.</param>
    /// <param name="cancel">Gives up between two files, at the latest at the end; what has been downloaded so far is
    /// kept. Of a command that hears no signals, none: the system ends it at once, and keeps that too.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ImageDataset Load(
        string data, Size2d? size = null, Resize? resize = null, CancellationToken cancel = default)
    {
        string place = data == DatasetSource.Cifar10
            ? ProgressDisplay.Run("fetching CIFAR-10 (170 MB)", progress => Cifar10Download.Fetch(progress, cancel))
            : data;
        ImageDataset read = ProgressDisplay.Run(
            data == DatasetSource.Procedural ? "drawing the data set" : $"reading {place}",
            progress =>
            {
                ImageDataset dataset = DatasetSource.Load(place, size, resize, progress, cancel);
                progress.Report(1);
                return dataset;
            });
        // The figures are drawn and the last file is read without a look at it.
        cancel.ThrowIfCancellationRequested();
        foreach (string remark in read.Remarks)
            ConsoleText.Line($"{remark}");
        return read;
    }
}
