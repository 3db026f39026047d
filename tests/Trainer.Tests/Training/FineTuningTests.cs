using SoftPool.Operators;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.StateDicts;
using SoftPool.Trainer.Training;
using static SoftPool.Trainer.Tests.Training.TinyTraining;

namespace SoftPool.Trainer.Tests.Training;

/// <summary>A training that begins with weights: what stays, what is new, and what does not fit.</summary>
[TestClass]
public sealed class FineTuningTests
{
    private static readonly ModelGraph Normed = new("normed", TinyGraph.InputShape,
    [
        new("features.0", new Conv2d(3, 8, 3, 1, 1)),
        new("features.1", new BatchNorm2d(8)),
        new("features.2", new ReLU()),
        new("flatten", new Flatten()),
        new("classifier.0", new Dropout(0.25)),
        new("classifier.1", new Linear(960, 2)),
    ]);

    private static readonly string[] Head = ["classifier.1.weight", "classifier.1.bias"];

    private static readonly TrainingOptions Decaying = Options with { WeightDecay = 0.1 };

    private static readonly Model Weights = RandomWeights.Create(Normed, ["other", "names"], seed: 3);

    [TestMethod]
    [DataRow(nameof(Precision.Fp32))]
    [DataRow(nameof(Precision.Bf16))]
    [DataRow(nameof(Precision.Fp16))]
    public void Frozen_tensors_stay_to_the_bit_and_get_no_gradient(string precision)
    {
        IReadOnlyDictionary<string, Tensor> after = Train(Tuning("features.*"), precision, loop =>
        {
            foreach ((string name, TorchSharp.Modules.Parameter parameter) in loop.Network.named_parameters())
                Assert.AreEqual(Head.Contains(name), parameter.grad is not null, name);
        });
        foreach (Parameter parameter in Normed.Parameters)
            Assert.AreEqual(!Head.Contains(parameter.Name), IsUnchanged(after, parameter.Name), parameter.Name);
    }

    [TestMethod]
    public void Statistics_that_are_not_frozen_are_measured_anew()
    {
        IReadOnlyDictionary<string, Tensor> after = Train(Tuning("features.0.*", "features.1.weight"));
        foreach (Parameter parameter in Normed.Parameters)
            Assert.AreEqual(
                parameter.Name is "features.0.weight" or "features.0.bias" or "features.1.weight",
                IsUnchanged(after, parameter.Name), parameter.Name);
    }

    [TestMethod]
    public void A_fine_tuning_goes_on_as_if_it_had_not_been_interrupted()
    {
        const int Stop = 3;
        FineTuning tuning = Tuning("features.?.*") with { NewLearningRate = 0.05 };
        using TrainingLoop unbroken = Loop(tuning);
        double[] losses = Steps(unbroken);
        using var folder = new TemporaryFolder();
        var run = new RunFolder(folder.Path);
        using (TrainingLoop before = Loop(tuning))
        {
            for (int i = 0; i < Stop; i++)
                before.Next();
            run.Write(before.Save(Run(Options) with { FineTuning = tuning }, Classes));
        }
        Checkpoint checkpoint = run.ReadLast();
        CollectionAssert.AreEqual(
            Head.SelectMany(name => (string[])[Checkpoint.FirstMoment + name, Checkpoint.SecondMoment + name])
                .Order().ToArray(), checkpoint.Moments.Keys.Order().ToArray());
        FineTuning read = checkpoint.Run.FineTuning!;
        CollectionAssert.AreEqual(tuning.Freeze.ToArray(), read.Freeze.ToArray());
        CollectionAssert.AreEqual(tuning.NewParameters.ToArray(), read.NewParameters.ToArray());
        Assert.AreEqual(tuning, read with { Freeze = tuning.Freeze, NewParameters = tuning.NewParameters });
        using var after = new TrainingLoop(Normed, Preprocessing.ImageNet, Images(), Decaying, read);
        after.Restore(checkpoint);
        CollectionAssert.AreEqual(losses[Stop..], Steps(after));
    }

    [TestMethod]
    public void The_new_layer_has_its_own_rate_and_the_others_theirs()
    {
        // A first step of Adam is as long as the learning rate: g / (|g| + 1e-8) of it.
        TrainingOptions options = Options with { WeightDecay = 0, LearningRate = 1e-3, Steps = 1 };
        FineTuning tuning = Tuning() with { NewLearningRate = 0.25 };
        using var loop = new TrainingLoop(Normed, Preprocessing.ImageNet, Images(), options, tuning);
        loop.Network.Replace(Weights.Weights);
        loop.Next();
        IReadOnlyDictionary<string, Tensor> after = loop.Save(Run(options), Classes).Model.Weights;
        foreach ((string name, double rate) in ((string, double)[])
            [("features.0.weight", 1e-3), ("features.1.weight", 1e-3), (Head[0], 0.25), (Head[1], 0.25)])
        {
            double moved = after[name].Data.ToArray().Zip(Weights.Weights[name].Data.ToArray())
                .Max(pair => Math.Abs((double)pair.First - pair.Second));
            Assert.AreEqual(rate, moved, 1e-3 * rate, name);
        }
    }

    [TestMethod]
    public void Patterns_are_of_whole_names_and_match_something()
    {
        CollectionAssert.AreEqual(
            (string[])["features.0.bias", "features.1.bias", "classifier.1.bias"],
            FineTuning.Matches("*.bias", Normed).ToArray());
        CollectionAssert.AreEqual(
            (string[])["features.0.weight", "features.0.bias"], FineTuning.Matches("features.0*", Normed).ToArray());
        foreach (string pattern in (string[])["features", "Features.*", "features.?", "[a-z]*"])
            StringAssert.Contains(
                Assert.ThrowsExactly<UserErrorException>(() => FineTuning.Matches(pattern, Normed)).Message,
                $"--freeze {pattern} matches no parameter of normed; they are features.0.weight, features.0.bias, "
                + "features.1.weight to classifier.1.bias, 8 in all.");
        Refused(Tuning("*"), "would keep classifier.1.weight at its random values");
        Refused(Tuning("*") with { NewParameters = [] }, "leaves nothing of normed to train");
        Refused(Tuning("*.weight", "*.bias") with { NewParameters = [] }, "leaves nothing of normed to train");
        Refused(Tuning() with { NewLearningRate = 0 }, "--new-lr is positive; got 0.");
        Refused(Tuning() with { NewLearningRate = 1, NewParameters = [] }, "for the same classes");

        static void Refused(FineTuning tuning, string why) => StringAssert.Contains(
            Assert.ThrowsExactly<UserErrorException>(() => tuning.Check(Normed)).Message, why);
    }

    [TestMethod]
    public void Weights_for_other_classes_leave_the_last_layer_new()
    {
        StartingWeights start = Start(Weights.Weights, Weights);
        Assert.IsEmpty(start.FitTo(Normed, Head, ["other", "names"], []).New);
        Assert.HasCount(8, start.FitTo(Normed, Head, ["other", "names"], []).Fit.Weights);
        (WeightFit fit, IReadOnlyList<string> fresh) = start.FitTo(Normed, Head, ["names", "other"], []);
        CollectionAssert.AreEqual(Head, fresh.ToArray());
        CollectionAssert.AreEquivalent(
            Normed.Parameters.Select(parameter => parameter.Name).Except(Head).ToArray(), fit.Weights.Keys.ToArray());
        // Bare weights have no names of classes: what has the right shape is taken, whatever stands before the names.
        StartingWeights bare = Start(
            Weights.Weights.ToDictionary(entry => $"module.{entry.Key}", entry => entry.Value));
        Assert.IsEmpty(bare.FitTo(Normed, Head, ["a", "b"], []).New);
        var wider = new ModelGraph(
            "wider", Normed.InputShape, [.. Normed.Layers.SkipLast(1), new("classifier.1", new Linear(960, 3))]);
        CollectionAssert.AreEqual(Head, bare.FitTo(wider, Head, ["a", "b", "c"], []).New.ToArray());
        CollectionAssert.AreEquivalent(
            (string[])["fc.weight", "fc.bias"], NetworkCatalog.ParametersOfClasses("resnet18").ToArray());
        Assert.HasCount(2, NetworkCatalog.ParametersOfClasses("densenet121"));
    }

    [TestMethod]
    public void What_does_not_fit_is_a_table()
    {
        Dictionary<string, Tensor> tensors = new(Weights.Weights)
        {
            ["features.0.weight"] = new Tensor(new TensorShape(8, 3, 3, 4), new float[288]),
            ["fc.extra"] = new Tensor(new TensorShape(5), new float[5]),
        };
        tensors.Remove("features.1.running_var");
        UserErrorException e = Assert.ThrowsExactly<UserErrorException>(
            () => Start(tensors).FitTo(Normed, Head, ["a", "b"], []));
        Assert.AreEqual("w does not fit normed, in 3 of its weights:", e.Message);
        CollectionAssert.AreEqual(
            (string[])
            [
                "               name                    network  file     nearest",
                "another shape  features.0.weight       8x3x3x3  8x3x3x4",
                "missing        features.1.running_var  8",
                "unexpected     fc.extra                         5",
            ],
            e.Details.ToArray());
        tensors.Remove("features.0.weight");
        tensors["features.1.running_var"] = tensors["features.1.running_mean"];
        e = Assert.ThrowsExactly<UserErrorException>(() => Start(tensors).FitTo(Normed, Head, ["a", "b"], ["fc.e"]));
        Assert.AreEqual("w does not fit normed, in 1 of its weights:", e.Message);
    }

    private static StartingWeights Start(IReadOnlyDictionary<string, Tensor> tensors, Model? model = null) =>
        new("w", new StateDict(tensors, new Dictionary<string, string>(), [], model));

    private static FineTuning Tuning(params string[] freeze) =>
        new() { Weights = "/w", Sha256 = "00", Freeze = freeze, NewParameters = Head };

    private static TrainingLoop Loop(FineTuning tuning, string precision = nameof(Precision.Fp32))
    {
        var loop = new TrainingLoop(
            Normed, Preprocessing.ImageNet, Images(),
            Decaying with { Precision = Enum.Parse<Precision>(precision) }, tuning);
        loop.Network.Replace(Weights.Weights);
        return loop;
    }

    private static IReadOnlyDictionary<string, Tensor> Train(
        FineTuning tuning, string precision = nameof(Precision.Fp32), Action<TrainingLoop>? look = null)
    {
        using TrainingLoop loop = Loop(tuning, precision);
        for (int i = 0; i < 4; i++)
            loop.Next();
        look?.Invoke(loop);
        loop.Evaluate(Images());
        return loop.Save(Run(Options), Classes).Model.Weights;
    }

    private static bool IsUnchanged(IReadOnlyDictionary<string, Tensor> after, string name) =>
        after[name].Data.Span.SequenceEqual(Weights.Weights[name].Data.Span);
}
