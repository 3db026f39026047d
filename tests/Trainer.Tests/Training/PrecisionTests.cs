using SoftPool.Operators;
using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Training;

/// <summary>Whether a network learns as well in bfloat16 as in fp32, on a run short enough for processors that have to
/// emulate bfloat16.</summary>
[TestClass]
public sealed class PrecisionTests
{
    /// <summary>The reference network's pattern at a size for 32x32 images, with both of SoftPool's
    /// weightings.</summary>
    private static readonly ModelGraph Graph = new("small", new TensorShape(3, 32, 32),
    [
        new("features.0", new Conv2d(3, 8, 5, 2, 2)),
        new("features.1", new ReLU()),
        new("features.2", new SoftPool2d(3, 2, 0, CeilMode: false, SoftPoolWeighting.PerChannel)),
        new("features.3", new Conv2d(8, 16, 3, 1, 1)),
        new("features.4", new ReLU()),
        new("features.5", new SoftPool2d(3, 2, 0, CeilMode: false, SoftPoolWeighting.SharedAcrossChannels)),
        new("flatten", new Flatten()),
        new("classifier.0", new Linear(16 * 3 * 3, 64)),
        new("classifier.1", new ReLU()),
        new("classifier.2", new Linear(64, 10)),
    ]);

    private readonly int _threads = torch.get_num_threads();

    public required TestContext TestContext { get; set; }

    [TestCleanup]
    public void RestoreThreads() => torch.set_num_threads(_threads);

    [TestMethod]
    public void Bfloat16_learns_as_well_as_fp32()
    {
        double[] exact = Accuracies(Precision.Fp32), rounded = Accuracies(Precision.Bf16);
        TestContext.WriteLine($"accuracies of fp32 {string.Join(", ", exact)}; of bf16 {string.Join(", ", rounded)}");
        Assert.IsGreaterThan(0.65, exact.Min(), "Both would be bad alike.");
        // Over ten seeds, fp32's accuracies have a standard deviation of 0.026, and bf16's mean is 0.002 above theirs.
        // Means of three then differ by 0.021 as a rule, and this bound is three times that. It is too wide for weights
        // that are kept in bfloat16, whose mean is 0.038 below: Weights_and_moments_stay_in_fp32 finds those.
        Assert.IsTrue(rounded.Average() >= exact.Average() - 0.06);
    }

    /// <summary>The part of 2,000 test images answered right, for each of three seeds.</summary>
    private static double[] Accuracies(Precision precision)
    {
        ImageDataset images = ProceduralImages.Create();
        return [.. Enumerable.Range(1, 3).Select(seed =>
        {
            using var loop = new TrainingLoop(Graph, Preprocessing.ImageNet, images.Train, new TrainingOptions
            {
                Steps = 750,
                BatchSize = 16,
                LearningRate = 3e-3,
                Seed = seed,
                Precision = precision,
                Device = "cpu",
                // Operators this small gain nothing by a second one, and wait for it where other tests run.
                Threads = 1,
                Augmentation = AugmentationOptions.None,
            });
            while (loop.State.Step < loop.Steps)
                loop.Next();
            return loop.Evaluate(images.Test).Accuracy;
        })];
    }
}
