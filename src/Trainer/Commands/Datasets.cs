using System.Runtime.InteropServices;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Commands;

/// <summary>Loads what --data names, under a bar.</summary>
internal static class Datasets
{
    /// <exception cref="OperationCanceledException">Ctrl-C; what has been downloaded so far is kept.</exception>
    public static ImageDataset Load(string data)
    {
        using var interrupt = new CancellationTokenSource();
        using var registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            interrupt.Cancel();
        });
        return Read(data, interrupt.Token);
    }

    /// <summary>The same, given up where it is cancelled, at the latest at the end.</summary>
    internal static ImageDataset Read(string data, CancellationToken cancel)
    {
        string place = data == DatasetSource.Cifar10
            ? ProgressDisplay.Run("fetching CIFAR-10 (170 MB)", progress => Cifar10Download.Fetch(progress, cancel))
            : data;
        ImageDataset read = ProgressDisplay.Run(
            data == DatasetSource.Procedural ? "drawing the data set" : $"reading {place}",
            progress =>
            {
                ImageDataset dataset = DatasetSource.Load(place, progress, cancel);
                progress.Report(1);
                return dataset;
            });
        // The figures are drawn and the last file is read without a look at it.
        cancel.ThrowIfCancellationRequested();
        return read;
    }
}
