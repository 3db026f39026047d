using SoftPool.Operators;
using SoftPool.Trainer.Augmentation;
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
        new("features.2", new Operators.SoftPool2d(3, 2, 0, CeilMode: false, SoftPoolWeighting.PerChannel)),
        new("flatten", new Flatten()),
        new("classifier.0", new Dropout(0.25)),
        new("classifier.1", new Linear(160, 2)),
    ]);

    private static readonly TrainingOptions Options = new()
    {
        Steps = 20,
        BatchSize = 8,
        LearningRate = 0.01,
        Device = "cpu",
        Threads = 2,
        Augmentation = new AugmentationOptions { Mixup = 0, Brightness = 0.1, Rotation = 10, CropScale = 0.8 },
    };

    private static readonly string[] Classes = ["dark", "bright"];

    [TestMethod]
    [DataRow(nameof(Precision.Fp32))]
    [DataRow(nameof(Precision.Bf16))]
    [DataRow(nameof(Precision.Fp16))]
    public void It_learns_and_the_same_seed_gives_the_same_losses(string precision)
    {
        TrainingOptions options = Options with { Precision = Enum.Parse<Precision>(precision) };
        (double[] first, Evaluation evaluation) = Losses(options);
        Assert.HasCount(20, first);
        Assert.IsGreaterThanOrEqualTo(0.95, evaluation.Accuracy);
        Assert.IsTrue(evaluation.Loss < first[0]); // IsLessThan takes NaN for the smallest number.
        CollectionAssert.AreEqual(first, Losses(options).Losses);
        CollectionAssert.AreNotEqual(first, Losses(options with { Seed = 43 }).Losses);
    }

    [TestMethod]
    public void A_step_is_the_recipe_s()
    {
        using var scope = torch.NewDisposeScope();
        var graph = new ModelGraph("exact", Graph.InputShape, [.. Graph.Layers.Where(layer => layer.Operator is not Dropout)]);
        ImageSet images = Images();
        using var loop = new TrainingLoop(graph, Preprocessing.ImageNet, images, Options with
        {
            BatchSize = images.Count,
            WarmUpSteps = 4,
            WeightDecay = 0.5,
            LabelSmoothing = 0.25,
            Augmentation = AugmentationOptions.None,
        });
        (torch.Tensor inputs, torch.Tensor labels) = Preprocessed(images);
        torch.Tensor targets = torch.nn.functional.one_hot(labels, 2).Times(0.75).Plus(0.25 / 2);
        torch.Tensor loss =
            (targets * torch.nn.functional.log_softmax(loop.Network.call(inputs), 1)).sum().Over(-images.Count);
        loss.backward();
        var before = loop.Network.named_parameters().ToDictionary(
            entry => entry.name,
            entry => (Weight: entry.parameter.detach().clone(), Gradient: entry.parameter.grad!.Plus(entry.parameter.Times(0.5)).detach()));

        Assert.AreEqual(loss.item<float>(), loop.Next().Loss, 1e-5);

        Checkpoint after = loop.Save(Run(Options), Classes);
        const double Rate = 0.01 / 4; // The first of the warm-up's four steps.
        foreach ((string name, (torch.Tensor weight, torch.Tensor gradient)) in before)
        {
            torch.Tensor moment = torch.tensor(after.Moments[Checkpoint.FirstMoment + name].Data.ToArray(), weight.shape);
            AssertClose(gradient.Times(0.1), moment, 1e-5);
            // By the moment's own gradient: where it is nearly 0, another order of summation may have another sign.
            torch.Tensor g = moment.Over(0.1);
            AssertClose(
                weight - g.Times(Rate) / g.abs().Plus(1e-8), torch.tensor(after.Model.Weights[name].Data.ToArray(), weight.shape), 1e-6);
        }

        void AssertClose(torch.Tensor expected, torch.Tensor actual, double tolerance)
        {
            double difference = (expected - actual).abs().max().item<float>();
            Assert.IsTrue(difference <= tolerance, $"{difference}");
        }
    }

    [TestMethod]
    public void Batch_norms_statistics_go_through_a_resumption_into_the_model()
    {
        using var scope = torch.NewDisposeScope();
        // Of the inputs themselves, all of them in each step, so that torch's momentum of 0.1 leaves 0.9^n of the beginning.
        var graph = new ModelGraph("normed", Graph.InputShape,
            [new("features.0", new BatchNorm2d(3)), new("flatten", new Flatten()), new("classifier.0", new Linear(360, 2))]);
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
    public void The_seed_is_dropouts_too()
    {
        // All that another seed can change here is dropout: the images are alike, the weights are those of the first.
        ImageSet images = Images();
        ImageSet alike = new(
            images.Size, new byte[images.Count * ImageSet.BytesPerImage(images.Size)], new int[images.Count]);
        TrainingOptions options = Options with { Augmentation = AugmentationOptions.None };
        using TrainingLoop first = new(Graph, Preprocessing.ImageNet, alike, options);
        using TrainingLoop second = new(Graph, Preprocessing.ImageNet, alike, options with { Seed = 43 });
        using TrainingLoop again = new(Graph, Preprocessing.ImageNet, alike, options);
        Checkpoint checkpoint = first.Save(Run(options), Classes);
        second.Restore(checkpoint);
        double loss = first.Next().Loss;
        Assert.AreNotEqual(loss, second.Next().Loss);
        Assert.AreEqual(loss, again.Next().Loss);
    }

    [TestMethod]
    public void TF32_is_off()
    {
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = true;
        using TrainingLoop loop = Loop(Options);
        Assert.IsFalse(torch.backends.cudnn.allow_tf32 || torch.backends.cuda.matmul.allow_tf32);
    }

    [TestMethod]
    public void Short_types_compute_nearly_the_same_and_not_the_same()
    {
        double[] exact = Losses(Options).Losses;
        foreach (Precision precision in (Precision[])[Precision.Bf16, Precision.Fp16])
        {
            double[] rounded = Losses(Options with { Precision = precision }).Losses;
            CollectionAssert.AreNotEqual(exact, rounded);
            Assert.AreEqual(exact[0], rounded[0], 0.02 * exact[0]);
        }
    }

    [TestMethod]
    public void Weights_and_moments_stay_in_fp32()
    {
        using TrainingLoop loop = Loop(Options with { Precision = Precision.Bf16 });
        loop.Next();
        foreach (TorchSharp.Modules.Parameter parameter in loop.Network.parameters())
        {
            Assert.AreEqual(torch.ScalarType.Float32, parameter.dtype);
            Assert.AreEqual(torch.ScalarType.Float32, parameter.grad!.dtype);
        }
        // A bfloat16 has 16 zero bits at the end of its float.
        float[] weights = [.. loop.Save(Run(Options), Classes).Model.Weights["classifier.1.weight"].Data.ToArray()];
        Assert.IsTrue(weights.Any(weight => (BitConverter.SingleToInt32Bits(weight) & 0xffff) != 0));
    }

    [TestMethod]
    [DataRow(3, nameof(Precision.Fp32))]
    [DataRow(5, nameof(Precision.Fp32))] // The end of the first epoch.
    [DataRow(13, nameof(Precision.Bf16))]
    [DataRow(7, nameof(Precision.Fp16))]
    public void A_resumed_training_has_the_losses_of_an_unbroken_one(int stop, string precision)
    {
        TrainingOptions options = Options with { Precision = Enum.Parse<Precision>(precision), Augmentation = new AugmentationOptions() };
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
    public void A_checkpoint_of_another_network_or_without_moments_is_refused()
    {
        using TrainingLoop loop = Loop(Options);
        loop.Next();
        Checkpoint checkpoint = loop.Save(Run(Options), Classes);
        Checkpoint bare = checkpoint with { Moments = new Dictionary<string, SoftPool.Tensor>() };
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(() => loop.Restore(bare)).Message, "optimizer.exp_avg.features.0.weight");
        Layer[] layers = [.. Graph.Layers.SkipLast(1), new("classifier.1", new Linear(160, 3))];
        using var other = new TrainingLoop(
            new ModelGraph("other", Graph.InputShape, layers), Preprocessing.ImageNet, Images(), Options);
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(() => other.Restore(checkpoint)).Message, "classifier.1.weight");
    }

    [TestMethod]
    public void A_loss_that_is_not_finite_stops_the_training_and_leaves_the_weights()
    {
        using TrainingLoop loop = Loop(Options);
        loop.Next();
        loop.Next();
        loop.Network.parameters().Last().Fill(double.PositiveInfinity);
        float[] before = loop.Network.parameters().First().data<float>().ToArray();
        TrainingDivergedException e = Assert.ThrowsExactly<TrainingDivergedException>(() => loop.Next());
        StringAssert.StartsWith(e.What, "The loss of step 3 is ");
        Assert.AreEqual(2, loop.State.Step);
        CollectionAssert.AreEqual(before, loop.Network.parameters().First().data<float>().ToArray());
    }

    [TestMethod]
    public void A_weight_that_is_not_finite_is_not_saved()
    {
        using TrainingLoop loop = Loop(Options);
        loop.Next();
        loop.Network.parameters().Last().Fill(double.NaN);
        Assert.AreEqual(
            "A weight after step 1 is not finite",
            Assert.ThrowsExactly<TrainingDivergedException>(() => loop.Save(Run(Options), Classes)).What);
    }

    [TestMethod]
    public void A_validation_loss_that_is_not_finite_stops_the_training()
    {
        using TrainingLoop loop = Loop(Options);
        loop.Next();
        loop.Network.parameters().Last().Fill(double.PositiveInfinity);
        TrainingDivergedException e = Assert.ThrowsExactly<TrainingDivergedException>(() => loop.Evaluate(Images()));
        Assert.AreEqual("The validation loss after step 1 is NaN", e.What);
    }

    [TestMethod]
    public void Steps_leave_no_tensor_behind()
    {
        using TrainingLoop loop = Loop(Options);
        // The first step makes gradients and the optimiser's moments.
        loop.Next();
        // What earlier tests left to the collector is not to vanish in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long count = torch.Tensor.TotalCount;
        Steps(loop);
        loop.Evaluate(Images());
        Assert.AreEqual(count, torch.Tensor.TotalCount);
    }

    [TestMethod]
    public void Epochs_count_whole_batches()
    {
        Assert.AreEqual(3 * (44 / 8), (Options with { Steps = 0, Epochs = 3 }).StepsFor(44));
        Assert.ThrowsExactly<UserErrorException>(() => Options.StepsFor(7));
        Assert.ThrowsExactly<UserErrorException>(() => (Options with { LearningRate = double.NaN }).StepsFor(44));
        Assert.ThrowsExactly<UserErrorException>(() => (Options with { Device = "abacus" }).StepsFor(44));
    }

    [TestMethod]
    public void An_epoch_is_over_after_its_last_whole_batch_and_at_the_end()
    {
        using TrainingLoop loop = Loop(Options with { Steps = 7 });
        var ends = new List<int>();
        while (loop.State.Step < loop.Steps)
        {
            loop.Next();
            if (!loop.EpochIsOver)
                continue;
            ends.Add(loop.State.Step);
            EpochResult epoch = loop.State.EndEpoch(8, loop.LearningRate, new Evaluation(0.5, 1), 0);
            Assert.AreEqual(ends.Count, epoch.Epoch);
            Assert.IsTrue(epoch.TrainAccuracy is >= 0 and <= 1);
        }
        CollectionAssert.AreEqual((int[])[5, 7], ends);
    }

    private static TrainingLoop Loop(TrainingOptions options) => new(Graph, Preprocessing.ImageNet, Images(), options);

    private static double[] Steps(TrainingLoop loop)
    {
        var losses = new List<double>();
        while (loop.State.Step < loop.Steps)
            losses.Add(loop.Next().Loss);
        return [.. losses];
    }

    private static (double[] Losses, Evaluation Evaluation) Losses(TrainingOptions options)
    {
        using TrainingLoop loop = Loop(options);
        return (Steps(loop), loop.Evaluate(Images()));
    }

    private static RunDescription Run(TrainingOptions options) => RunDescription.Of(
        "tiny", "noise", new ImageDataset("noise", Classes, Images(), Images()), options);

    /// <summary>All images as a training without augmentation takes them, and their labels.</summary>
    private static (torch.Tensor Inputs, torch.Tensor Labels) Preprocessed(ImageSet images)
    {
        ImageBatch all = ImageBatch.Of(images, Enumerable.Range(0, images.Count).ToArray());
        using var unchanged = new BatchAugmentation(
            AugmentationOptions.None, Preprocessing.ImageNet, images.Size, new Size2d(Graph.InputShape[1], Graph.InputShape[2]),
            Classes.Length, torch.CPU);
        return (unchanged.Apply(all.Pixels, all.Labels, seed: 0, step: 0, torch.float32).Images, all.Labels);
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
}
