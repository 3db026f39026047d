using SoftPool.Operators;
using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;
using TorchSharp;
using static SoftPool.Trainer.Tests.Training.TinyTraining;

namespace SoftPool.Trainer.Tests.Training;

/// <summary>A training learns, and each of its steps computes what the recipe says.</summary>
[TestClass]
public sealed class TrainingLoopTests
{
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
    [DataRow(nameof(Precision.Fp32), 1e-5)]
    [DataRow(nameof(Precision.Fp16), 1e-2)]
    public void Pieces_of_a_batch_add_up_to_it(string precision, double tolerance)
    {
        // Mixup mixes across the pieces, and dropout drops what it drops of the whole; 8 in 3 pieces are 2, 3 and 3.
        TrainingOptions options = Options with
        {
            Precision = Enum.Parse<Precision>(precision),
            Augmentation = Options.Augmentation with { Mixup = 0.4 },
        };
        double[] whole = Losses(options).Losses, pieces = Losses(options with { Accumulate = 3 }).Losses;
        CollectionAssert.AreNotEqual(whole, pieces);
        foreach ((double expected, double actual) in whole.Zip(pieces).Take(5))
            Assert.AreEqual(expected, actual, tolerance * expected);
        CollectionAssert.AreEqual(pieces, Losses(options with { Accumulate = 3 }).Losses);
        StringAssert.Contains(
            Assert.ThrowsExactly<UserErrorException>(() => Loop(options with { Accumulate = 9 })).Message,
            "A batch of 8 has no image for each of 9 pieces.");
        Assert.ThrowsExactly<UserErrorException>(() => (options with { Accumulate = 0 }).StepsFor(44));
    }

    [TestMethod]
    public void A_step_is_the_recipe_s()
    {
        using var scope = torch.NewDisposeScope();
        var graph = new ModelGraph("exact", TinyGraph.InputShape,
            [.. TinyGraph.Layers.Where(layer => layer.Operator is not Dropout)]);
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
            entry => (Weight: entry.parameter.detach().clone(),
                Gradient: entry.parameter.grad!.Plus(entry.parameter.Times(0.5)).detach()));

        Assert.AreEqual(loss.item<float>(), loop.Next().Loss, 1e-5);

        Checkpoint after = loop.Save(Run(Options), Classes);
        const double Rate = 0.01 / 4; // The first of the warm-up's four steps.
        foreach ((string name, (torch.Tensor weight, torch.Tensor gradient)) in before)
        {
            torch.Tensor moment = torch.tensor(
                after.Moments[Checkpoint.FirstMoment + name].Data.ToArray(), weight.shape);
            AssertClose(gradient.Times(0.1), moment, 1e-5);
            // By the moment's own gradient: where it is nearly 0, another order of summation may have another sign.
            torch.Tensor g = moment.Over(0.1);
            AssertClose(
                weight - g.Times(Rate) / g.abs().Plus(1e-8),
                torch.tensor(after.Model.Weights[name].Data.ToArray(), weight.shape), 1e-6);
        }

        void AssertClose(torch.Tensor expected, torch.Tensor actual, double tolerance)
        {
            double difference = (expected - actual).abs().max().item<float>();
            Assert.IsTrue(difference <= tolerance, $"{difference}");
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
        using TrainingLoop first = new(TinyGraph, Preprocessing.ImageNet, alike, options);
        using TrainingLoop second = new(TinyGraph, Preprocessing.ImageNet, alike, options with { Seed = 43 });
        using TrainingLoop again = new(TinyGraph, Preprocessing.ImageNet, alike, options);
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
}
