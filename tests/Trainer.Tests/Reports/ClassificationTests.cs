using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Tests.Reports;

[TestClass]
public sealed class ClassificationTests
{
    [TestMethod]
    public void Every_figure_is_counted_exactly()
    {
        var result = new Classification(
            ["a", "b", "c", "none"], [0, 0, 0, 1, 1, 2], [0, 1, 1, 1, 0, 2], [1, 1, 1, 1, 1, 1]);
        CollectionAssert.AreEqual(
            (int[])[1, 2, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], result.Confusion.Cast<int>().ToArray());
        Assert.AreEqual(6, result.Count);
        Assert.AreEqual(3, result.Right);
        Assert.AreEqual(0.5, result.Accuracy);
        Assert.AreEqual(3, result.CountOf(0));
        Assert.AreEqual(1.0 / 3, result.RecallOf(0));
        Assert.AreEqual(0.5, result.RecallOf(1));
        Assert.AreEqual(0.5, result.PrecisionOf(0));
        Assert.AreEqual(1.0 / 3, result.PrecisionOf(1));
        Assert.AreEqual(1, result.PrecisionOf(2));
        Assert.IsTrue(double.IsNaN(result.RecallOf(3)));
        Assert.IsTrue(double.IsNaN(result.PrecisionOf(3)));
        Assert.AreEqual((0, 1, 2), result.MostFrequentMistake);
    }

    [TestMethod]
    public void Without_mistakes_there_is_no_most_frequent_one() =>
        Assert.IsNull(new Classification(["a", "b"], [0, 1], [0, 1], [1, 1]).MostFrequentMistake);

    [TestMethod]
    public void Labels_without_answers_are_refused() =>
        Assert.ThrowsExactly<ArgumentException>(() => new Classification(["a"], [0, 0], [0], [1]));

    [TestMethod]
    public void The_network_is_asked_about_every_image()
    {
        // 65 images, one more than a batch: red, green, blue and so on, of 2x2 pixels.
        int[] labels = [.. Enumerable.Range(0, 65).Select(i => i % 3)];
        byte[] pixels =
            [.. labels.SelectMany(label => Enumerable.Range(0, 12).Select(i => (byte)(i / 4 == label ? 255 : 0)))];
        var shares = new List<double>();
        Classification result = TestEvaluation.Run(
            TinyRun.Model("red", "green", "blue"), new ImageSet(2, pixels, labels),
            new ProgressDisplay.Callback<double>(shares.Add), CancellationToken.None);
        CollectionAssert.AreEqual(labels, result.Answers.ToArray());
        CollectionAssert.AreEqual((double[])[64.0 / 65, 1], shares);
        // Logits of 4, 0 and 0.
        double expected = Math.Exp(4) / (Math.Exp(4) + 2);
        foreach (float confidence in result.Confidences)
            Assert.IsTrue(Math.Abs(confidence - expected) <= 1e-5, $"{confidence}");
    }

    [TestMethod]
    public void A_cancelled_evaluation_ends() =>
        Assert.ThrowsExactly<OperationCanceledException>(() => TestEvaluation.Run(
        TinyRun.Model("red", "green", "blue"), new ImageSet(2, new byte[12], [0]),
        new ProgressDisplay.Callback<double>(_ => { }), new CancellationToken(canceled: true)));
}
