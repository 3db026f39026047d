using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Commands;

/// <summary>Loads what --data names, under a bar.</summary>
internal static class Datasets
{
    public static ImageDataset Load(string data) => ProgressDisplay.Run(
        data == DatasetSource.Procedural ? "drawing the data set" : $"reading {data}",
        progress =>
        {
            ImageDataset dataset = DatasetSource.Load(data, progress: progress);
            progress.Report(1);
            return dataset;
        });
}
