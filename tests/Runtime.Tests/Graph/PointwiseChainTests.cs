using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Graph;

/// <summary>Which pointwise operators become one launch.</summary>
[TestClass]
public sealed class PointwiseChainTests
{
    private static readonly TensorShape Shape = new(3, 4, 5);

    private static readonly PlanOptions Options = new() { Device = new DeviceTraits(StorageBuffers: 6) };

    [TestMethod]
    public void Functions_batch_norms_and_operations_are_one_launch()
    {
        ExecutionPlan plan = Plan(
            ("gate", new GlobalAvgPool(), "input"), ("a", new Sigmoid(), "input"), ("b", new Multiply(), "a gate"),
            ("c", new BatchNorm2d(3), "b"), ("d", new GELU(GeluApproximation.None), "c"),
            ("e", new MaxPool2d(2, 2, 0, false), "d"));
        Assert.AreEqual("gate:avgpool a:chain e:maxpool", Launched(plan));
        Assert.AreEqual(1, plan.Launches.Count(launch => launch.Kernel == "chain"));
        CollectionAssert.AreEquivalent(new[] { "gate", "d", "e" }, plan.LayerOutputs.Keys.ToArray());
        PlannedLayer chain = plan.Layers.Single(layer => layer.Layers.Count > 1);
        TestModels.AssertSequence<int>([1, 2, 3, 4], [.. chain.Layers]);
        TestModels.AssertSequence<Operand>([plan.Inputs[0], plan.LayerOutputs["gate"]], [.. chain.Inputs]);
    }

    [TestMethod]
    public void One_launch_has_three_stages() => Assert.AreEqual(
        "a:chain d:chain",
        Launched(Plan(
            ("a", new Abs(), "input"), ("b", new Sqrt(), "a"), ("c", new Exp(), "b"), ("d", new Log(), "c"),
            ("e", new Sin(), "d"))));

    [TestMethod]
    public void A_chain_ends_before_what_is_read_twice_and_at_an_output()
    {
        Assert.AreEqual(
            "a:pointwise b:chain",
            Launched(Plan(
                ("a", new Abs(), "input"), ("b", new Sqrt(), "a"), ("c", new Add(), "b a"), ("d", new Exp(), "c"))));
        Assert.AreEqual(
            "a:chain c:elementwise",
            Launched(Plan(("a", new Abs(), "input"), ("b", new Sqrt(), "a"), ("c", new Multiply(), "b b"))));
    }

    [TestMethod]
    public void What_a_kernel_takes_along_anyway_is_no_chain() => Assert.AreEqual(
        "a:elementwise b:maxpool c:batchnorm2d",
        Launched(Plan(
            ("a", new Add(), "input input"), ("r", new ReLU(), "a"), ("b", new MaxPool2d(2, 2, 0, false), "r"),
            ("c", new BatchNorm2d(3), "b"), ("s", new SiLU(), "c"))));

    [TestMethod]
    public void An_operand_that_comes_later_is_waited_for() => Assert.AreEqual(
        "p:maxpool a:chain",
        Launched(Plan(
            ("a", new Abs(), "input"), ("p", new MaxPool2d(3, 1, 1, false), "input"),
            ("b", new Subtract(), "p a"))));

    [TestMethod]
    public void Of_two_layers_that_meet_the_first_has_the_chain() => Assert.AreEqual(
        "b:pointwise a:chain",
        Launched(Plan(("a", new Abs(), "input"), ("b", new Sqrt(), "input"), ("c", new Add(), "a b"))));

    [TestMethod]
    public void A_value_that_is_repeated_goes_through_no_chain() => Assert.AreEqual(
        "gate:avgpool b:elementwise",
        Launched(Plan(
            ("gate", new GlobalAvgPool(), "input"), ("b", new Multiply(), "input gate"))));

    [TestMethod]
    public void A_chain_that_is_rejected_or_not_wanted_is_launched_one_by_one()
    {
        (string, Operator, string)[] layers = [("a", new Abs(), "input"), ("b", new Sqrt(), "a")];
        Assert.AreEqual("a:chain", Launched(Plan(layers)));
        Assert.AreEqual(
            "a:pointwise b:pointwise",
            Launched(Plan(Options with
            {
                Variants = PointwiseChain.Without(VariantChoice.Default, KernelNumerics.Fast),
            }, layers)));
        Assert.AreEqual("a:pointwise b:pointwise", Launched(Plan(Options with { Fuse = false }, layers)));
        // Every device takes four buffers, and the chain has six.
        Assert.AreEqual("a:pointwise b:pointwise", Launched(Plan(new PlanOptions(), layers)));
    }

    private static string Launched(ExecutionPlan plan) =>
        string.Join(' ', plan.Launches.Select(launch => $"{launch.Layer}:{launch.Kernel}"));

    private static ExecutionPlan Plan(params (string Name, Operator Operator, string Inputs)[] layers) =>
        Plan(Options, layers);

    private static ExecutionPlan Plan(
        PlanOptions options, (string Name, Operator Operator, string Inputs)[] layers) => ExecutionPlan.Create(
        TestModels.WithZeros(new ModelGraph("chains", Shape, [.. layers.Select(layer =>
            new Layer(layer.Name, layer.Operator, layer.Inputs.Split(' ')))])), options);
}
