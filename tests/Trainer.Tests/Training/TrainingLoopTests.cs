using SoftPool.Operators;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class TrainingLoopTests
{
    private static readonly ModelGraph Graph = new("tiny", new TensorShape(3, 12, 10),
    [
        new("features.0", new Conv2d(3, 8, 3, 1, 1)),
        new("features.1", new ReLU()),
        new("features.2", new Operators.SoftPool2d(3, 2, 0, CeilMode: false, SoftPoolWeights.PerChannel)),
        new("flatten", new Flatten()),
        new("classifier.0", new Dropout(0.25)),
        new("classifier.1", new Linear(160, 2)),
    ]);

    private static readonly TrainingOptions Options =
        new() { Steps = 20, BatchSize = 8, LearningRate = 0.01, Device = "cpu", Threads = 2 };

    [TestMethod]
    public void It_learns_and_the_same_seed_gives_the_same_losses()
    {
        (double[] first, Evaluation evaluation) = Losses(Options);
        Assert.HasCount(20, first);
        Assert.IsGreaterThanOrEqualTo(0.95, evaluation.Accuracy);
        Assert.IsLessThan(first[0], evaluation.Loss);
        CollectionAssert.AreEqual(first, Losses(Options).Losses);
        CollectionAssert.AreNotEqual(first, Losses(Options with { Seed = 43 }).Losses);
    }

    [TestMethod]
    public void Cancelling_stops_after_the_batch()
    {
        using var loop = new TrainingLoop(Graph, Preprocessing.ImageNet, Options);
        using var cancel = new CancellationTokenSource();
        var progress = new Recorder(report =>
        {
            if (report.Step == 3)
                cancel.Cancel();
        });
        Assert.AreEqual(3, loop.Train(Images(), progress, cancel.Token));
        Assert.HasCount(3, progress.Reports);
    }

    [TestMethod]
    public void A_loss_that_is_not_finite_stops_the_training_and_names_the_step()
    {
        using var loop = new TrainingLoop(Graph, Preprocessing.ImageNet, Options);
        var progress = new Recorder(report =>
        {
            if (report.Step != 2)
                return;
            using IDisposable noGradients = torch.no_grad();
            foreach (var parameter in loop.Network.parameters())
                parameter.fill_(float.PositiveInfinity);
        });
        TrainingDivergedException e = Assert.ThrowsExactly<TrainingDivergedException>(() => loop.Train(Images(), progress));
        Assert.AreEqual(3, e.Step);
    }

    [TestMethod]
    public void Steps_leave_no_tensor_behind()
    {
        using var loop = new TrainingLoop(Graph, Preprocessing.ImageNet, Options);
        var counts = new List<long>();
        loop.Train(Images(), new Recorder(_ => counts.Add(torch.Tensor.TotalCount)));
        // The first step makes gradients and the optimiser's moments.
        Assert.AreEqual(counts[1], counts[^1]);
    }

    [TestMethod]
    public void Epochs_count_whole_batches()
    {
        Assert.AreEqual(3 * (44 / 8), (Options with { Steps = 0, Epochs = 3 }).StepsFor(44));
        Assert.ThrowsExactly<UserErrorException>(() => Options.StepsFor(7));
        Assert.ThrowsExactly<UserErrorException>(() => (Options with { LearningRate = double.NaN }).StepsFor(44));
    }

    [TestMethod]
    public void The_schedule_rises_linearly_and_falls_along_a_cosine()
    {
        var schedule = new CosineSchedule(0.4, 12, 4);
        double[] expected = [0.1, 0.2, 0.3, 0.4, 0.4];
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], schedule.At(i), 1e-12);
        Assert.AreEqual(0.2, schedule.At(8), 1e-12);
        Assert.AreEqual(0, schedule.At(12), 1e-12);
    }

    private static (double[] Losses, Evaluation Evaluation) Losses(TrainingOptions options)
    {
        using var loop = new TrainingLoop(Graph, Preprocessing.ImageNet, options);
        var progress = new Recorder(_ => { });
        loop.Train(Images(), progress);
        return ([.. progress.Reports.Select(report => report.Loss)], loop.Evaluate(Images()));
    }

    /// <summary>Noise, dark for one class and bright for the other.</summary>
    private static ImageSet Images()
    {
        var random = new Random(1);
        var pixels = new byte[44 * 3 * 9 * 11];
        int[] labels = [.. Enumerable.Range(0, 44).Select(i => i % 2)];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(random.Next(160) + 90 * labels[i / (3 * 9 * 11)]);
        return new ImageSet(new Size2d(9, 11), pixels, labels);
    }

    private sealed class Recorder(Action<TrainingProgress> then) : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value)
        {
            Reports.Add(value);
            then(value);
        }
    }
}
