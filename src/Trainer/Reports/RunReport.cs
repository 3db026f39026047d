using SoftPool.Trainer.Benchmarks;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Reports;

/// <summary>All that a report tells of a run.</summary>
/// <param name="Run">What was trained and how.</param>
/// <param name="State">How the training went, to its end.</param>
/// <param name="BestEpoch">The epoch that <paramref name="Model"/> is of.</param>
/// <param name="Model">The best epoch's network.</param>
/// <param name="DataName">What the data set calls itself that was evaluated.</param>
/// <param name="Result">What the model answers to the test images, in fp32.</param>
/// <param name="Sheet">The test images that are shown.</param>
/// <param name="Speeds">How fast the model runs; empty where it was not measured.</param>
/// <param name="SpeedNote">What one should know about the speeds.</param>
internal sealed record RunReport(
    RunDescription Run, TrainingState State, EpochResult BestEpoch, Model Model, string DataName, Classification Result,
    PredictionSheet Sheet, IReadOnlyList<ThroughputRow> Speeds, string SpeedNote)
{
    /// <summary>The page and its pictures, by file name.</summary>
    public IReadOnlyDictionary<string, byte[]> Files()
    {
        var files = new Dictionary<string, byte[]>
        {
            ["loss.png"] = LearningCurves.Loss(Run, State),
            ["accuracy.png"] = LearningCurves.Accuracy(Run, State),
            ["predictions.png"] = Sheet.Draw(),
            ["confusion.png"] = ConfusionMatrixPlot.Draw(Result),
            ["classes.png"] = ClassAccuracyPlot.Draw(Result),
        };
        files["report.html"] = System.Text.Encoding.UTF8.GetBytes(ReportPage.Of(this, files));
        return files;
    }
}
