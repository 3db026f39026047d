using SkiaSharp;
using SoftPool.Trainer.Reports;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Reports;

[TestClass]
public sealed class LearningCurvesTests
{
    [TestMethod]
    public void Pictures_are_png_of_the_size_they_are_shown_in_twice()
    {
        byte[] loss = LearningCurves.Loss(TinyRun.Description(), TinyRun.State());
        using SKBitmap picture = SKBitmap.Decode(loss);
        Assert.AreEqual((1000, 760), (picture.Width, picture.Height));
        // One epoch of a single step, as the shortest of all trainings leaves.
        var shortest = new TrainingState { Step = 1, Epochs = [new EpochResult(1, 1, 1e-3, 2, 0, 2, 0, 1, 1)] };
        using SKBitmap accuracy = SKBitmap.Decode(LearningCurves.Accuracy(TinyRun.Description(), shortest));
        Assert.AreEqual((1000, 760), (accuracy.Width, accuracy.Height));
    }

    [TestMethod]
    [DataRow(0.72, 0.78)]
    [DataRow(0.02, 0.08)]
    [DataRow(0.92, 1)]
    public void Runs_that_lie_close_together_are_drawn_far_apart(double low, double high)
    {
        using SKBitmap picture = SKBitmap.Decode(LearningCurves.Compare([Level(low), Level(high)]));
        // The plot is some 400 pixels high; from 0 % on these curves the high ones would be 30 apart.
        int distance = LineOf(picture, 0) - LineOf(picture, 1);
        Assert.IsTrue(distance is > 150 and < 400, $"The curves are {distance} pixels apart.");
    }

    [TestMethod]
    [DataRow(0.1)]
    [DataRow(0.7)]
    [DataRow(1)]
    public void A_run_on_a_whole_10_percent_does_not_lie_under_the_axis(double accuracy)
    {
        using SKBitmap picture = SKBitmap.Decode(LearningCurves.Compare([Level(accuracy), Level(accuracy)]));
        Assert.IsTrue(LineOf(picture, 1) is > 0 and < 500);
    }

    /// <summary>A run whose accuracy stays where it is.</summary>
    private static ComparedRun Level(double accuracy)
    {
        List<EpochResult> epochs =
            [.. Enumerable.Range(1, 3).Select(i => new EpochResult(i, 10 * i, 1e-3, 2, 0.25, 1.5, accuracy, 100, 60))];
        var state = new TrainingState { Step = 30, Epochs = epochs };
        return new ComparedRun(
            $"{accuracy}", new TrainingRecord(TinyRun.Description(), ["a", "b", "c"], Parameters: 39, state), []);
    }

    /// <summary>The row of the picture, from its top, that holds most of a line's colour: the legend's is
    /// shorter.</summary>
    private static int LineOf(SKBitmap picture, int style)
    {
        SKColor color = SKColor.Parse(Plots.Colors[style].ToHex());
        return Enumerable.Range(0, picture.Height)
            .MaxBy(y => Enumerable.Range(0, picture.Width).Count(x => picture.GetPixel(x, y) == color));
    }
}
