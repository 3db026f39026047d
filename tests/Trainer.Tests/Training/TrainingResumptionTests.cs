using SoftPool.Operators;
using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;
using TorchSharp;
using static SoftPool.Trainer.Tests.Training.TinyTraining;

namespace SoftPool.Trainer.Tests.Training;

/// <summary>A training that goes on from a checkpoint is the training that was never interrupted.</summary>
[TestClass]
public sealed class TrainingResumptionTests
{
    [TestMethod]
    [DataRow(3, nameof(Precision.Fp32))]
    [DataRow(5, nameof(Precision.Fp32))] // The end of the first epoch.
    [DataRow(13, nameof(Precision.Bf16))]
    [DataRow(7, nameof(Precision.Fp16))]
    public void A_resumed_training_has_the_losses_of_an_unbroken_one(int stop, string precision)
    {
        TrainingOptions options = Options with
        {
            Precision = Enum.Parse<Precision>(precision),
            Augmentation = new AugmentationOptions(),
        };
        double[] unbroken = Losses(options).Losses;
        using var folder = new TemporaryFolder();
        var run = new RunFolder(folder.Path);
        using (TrainingLoop before = Loop(options))
        {
            for (int i = 0; i < stop; i++)
                before.Next();
            run.Write(before.Save(Run(options), Classes));
        }
        Checkpoint checkpoint = run.ReadLast();
        Assert.AreEqual(options, checkpoint.Run.Options);
        using TrainingLoop after = Loop(options);
        after.Restore(checkpoint);
        CollectionAssert.AreEqual(unbroken[stop..], Steps(after));
    }

    [TestMethod]
    public void Batch_norms_statistics_go_through_a_resumption_into_the_model()
    {
        using var scope = torch.NewDisposeScope();
        // Of the inputs themselves, all of them in each step, so that torch's momentum of 0.1 leaves 0.9^n of the
        // beginning.
        var graph = new ModelGraph("normed", TinyGraph.InputShape,
            [new("features.0", new BatchNorm2d(3)), new("flatten", new Flatten()),
                new("classifier.0", new Linear(360, 2))]);
        ImageSet images = Images();
        TrainingOptions options = Options with { BatchSize = images.Count, Augmentation = AugmentationOptions.None };
        using var folder = new TemporaryFolder();
        var run = new RunFolder(folder.Path);
        using (TrainingLoop before = Begin())
        {
            for (int i = 0; i < 3; i++)
                before.Next();
            run.Write(before.Save(Run(options), Classes));
        }
        using TrainingLoop after = Begin();
        after.Restore(run.ReadLast());
        for (int i = 0; i < 3; i++)
            after.Next();
        Model model = after.Save(Run(options), Classes).Model;

        (torch.Tensor inputs, _) = Preprocessed(images);
        double left = Math.Pow(0.9, 6);
        AssertClose(inputs.mean([0, 2, 3]).Times(1 - left), "features.0.running_mean");
        AssertClose(inputs.transpose(0, 1).reshape(3, -1).var(1).Times(1 - left).Plus(left), "features.0.running_var");

        TrainingLoop Begin() => new(graph, Preprocessing.ImageNet, images, options);

        void AssertClose(torch.Tensor expected, string name)
        {
            double difference = (expected - torch.tensor(model.Weights[name].Data.ToArray())).abs().max().item<float>();
            Assert.IsTrue(difference <= 1e-4, $"{name}: {difference}");
        }
    }

    [TestMethod]
    public void A_checkpoint_of_another_network_or_without_moments_is_refused()
    {
        using TrainingLoop loop = Loop(Options);
        loop.Next();
        Checkpoint checkpoint = loop.Save(Run(Options), Classes);
        Checkpoint bare = checkpoint with { Moments = new Dictionary<string, SoftPool.Tensor>() };
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(() =>
                loop.Restore(bare)).Message, "optimizer.exp_avg.features.0.weight");
        Layer[] layers = [.. TinyGraph.Layers.SkipLast(1), new("classifier.1", new Linear(160, 3))];
        using var other = new TrainingLoop(
            new ModelGraph("other", TinyGraph.InputShape, layers), Preprocessing.ImageNet, Images(), Options);
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(() => other.Restore(checkpoint)).Message, "classifier.1.weight");
    }
}
