using ScottPlot;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Reports;

/// <summary>How loss and accuracy went over a training, as plots.</summary>
internal static class LearningCurves
{
    /// <summary>The part of the steps' losses that fits in the plot: the first few can be a hundred times the others.
    /// </summary>
    private const double ShownLosses = 0.98;

    /// <summary>Loss: training, validation, and thinly that of single steps.</summary>
    public static byte[] Loss(RunDescription run, TrainingState state)
    {
        (string unit, double perStep) = AxisOf(run, state);
        using Plot plot = Plots.Create("Loss", unit, "cross-entropy");
        if (state.Losses.Count > 1)
        {
            var steps = plot.Add.ScatterLine(
                state.Losses.Select(loss => loss.Step * perStep).ToArray(),
                state.Losses.Select(loss => loss.Loss).ToArray());
            steps.Color = Color.FromHex("#9AA5B1").WithAlpha(0.6);
            steps.LineWidth = 1;
            steps.LegendText = "train, steps";
        }
        plot.AddLine(state.Epochs.Select(epoch => (epoch.Step * perStep, epoch.TrainLoss)), 0, "train");
        plot.AddLine(state.Epochs.Select(epoch => (epoch.Step * perStep, epoch.ValidationLoss)), 1, "validation");
        plot.AddLegend();
        double[] losses = [.. state.Losses.Select(loss => loss.Loss).Order()];
        double top = state.Epochs.Max(epoch => Math.Max(epoch.TrainLoss, epoch.ValidationLoss));
        if (losses.Length > 0)
            top = Math.Max(top, losses[(int)(ShownLosses * (losses.Length - 1))]);
        plot.Axes.SetLimitsY(0, 1.1 * top);
        plot.Axes.SetLimitsX(0, 1.03 * state.Step * perStep);
        return plot.ToPng();
    }

    /// <summary>Accuracy: training and validation.</summary>
    public static byte[] Accuracy(RunDescription run, TrainingState state)
    {
        (string unit, double perStep) = AxisOf(run, state);
        using Plot plot = Plots.Create("Accuracy", unit, "right answers");
        plot.AddLine(state.Epochs.Select(epoch => (epoch.Step * perStep, epoch.TrainAccuracy)), 0, "train");
        plot.AddLine(state.Epochs.Select(epoch => (epoch.Step * perStep, epoch.ValidationAccuracy)), 1, "validation");
        return WithinPercent(plot, state.Step * perStep, lowest: 0,
            state.Epochs.Max(epoch => Math.Max(epoch.TrainAccuracy, epoch.ValidationAccuracy)));
    }

    /// <summary>Validation accuracy over epochs, one line a run. Runs differ by little: the axis begins below the
    /// lowest.</summary>
    public static byte[] Compare(IReadOnlyList<ComparedRun> runs)
    {
        using Plot plot = Plots.Create("Validation accuracy", "epoch", "right answers", runs.Select(run => run.Name));
        for (int i = 0; i < runs.Count; i++)
            plot.AddLine(
                runs[i].State.Epochs.Select(epoch => (EpochAt(runs[i].Run, epoch.Step), epoch.ValidationAccuracy)), i,
                runs[i].Name);
        return WithinPercent(plot, runs.Max(run => EpochAt(run.Run, run.State.Step)),
            runs.Min(run => run.State.Epochs.Min(epoch => epoch.ValidationAccuracy)),
            runs.Max(run => run.State.Best!.ValidationAccuracy));
    }

    private static byte[] WithinPercent(Plot plot, double epochs, double lowest, double highest)
    {
        // a whole 10 %, on which no curve lies but that of 0
        double bottom = Math.Max(0, Math.Floor((lowest - 0.02) * 10) / 10);
        plot.Axes.Left.InPercent();
        plot.Axes.SetLimitsY(bottom, Math.Min(1.05, bottom + 1.15 * Math.Max(highest - bottom, 0.1)));
        plot.Axes.SetLimitsX(0, 1.03 * epochs);
        plot.AddLegend();
        return plot.ToPng();
    }

    /// <summary>The horizontal axis: epochs, or steps where there are not two epochs to tell of.</summary>
    private static (string Unit, double PerStep) AxisOf(RunDescription run, TrainingState state) =>
        state.Epochs.Count > 1 ? ("epoch", 1.0 / RunProgress.StepsPerEpoch(run)) : ("step", 1);

    private static double EpochAt(RunDescription run, int step) => (double)step / RunProgress.StepsPerEpoch(run);
}
