using SoftPool.Operators;

namespace SoftPool.Runtime.Tests;

[TestClass]
public sealed class ModelGraphTests
{
    [TestMethod]
    [DataRow(null)]
    [DataRow(SoftPoolWeighting.PerChannel)]
    [DataRow(SoftPoolWeighting.SharedAcrossChannels)]
    public void AlexNet_has_the_shapes_and_parameters_of_its_description(SoftPoolWeighting? softPool)
    {
        ModelGraph graph = TestModels.AlexNet(softPool);
        string[] shapes = [.. Enumerable.Range(0, graph.Layers.Count).Select(i => graph.OutputShapeOf(i).ToString())];
        TestModels.AssertSequence<string>(
            [
                "48x56x56", "48x56x56", "48x27x27",
                "128x27x27", "128x27x27", "128x13x13",
                "192x13x13", "192x13x13", "192x13x13", "192x13x13", "128x13x13", "128x13x13", "128x6x6",
                "4608", "2048", "2048", "2048", "2048", "2048", "2048", "10",
            ],
            shapes);
        Assert.AreEqual(14_601_930, graph.ParameterCount);
        Assert.AreEqual(new TensorShape(10), graph.OutputShape);
        Assert.AreEqual(graph.InputShape, graph.InputShapesOf(0).Single());
        Assert.AreEqual(new TensorShape(48, 27, 27), graph.InputShapesOf(3).Single());
    }

    [TestMethod]
    public void Parameters_go_by_PyTorch_s_names_and_order()
    {
        var graph = new ModelGraph("small", new TensorShape(2, 5, 5),
        [
            new Layer("features.0", new Conv2d(2, 4, new Size2d(3, 1), 1, 0)),
            new Layer("flat", new Flatten()),
            new Layer("classifier.6", new Linear(60, 7)),
        ]);
        TestModels.AssertSequence<Parameter>(
            [
                new("features.0.weight", new TensorShape(4, 2, 3, 1)), new("features.0.bias", new TensorShape(4)),
                new("classifier.6.weight", new TensorShape(7, 60)), new("classifier.6.bias", new TensorShape(7)),
            ],
            graph.Parameters.ToArray());
    }

    [TestMethod]
    public void Refuses_a_network_without_layers() =>
        Assert.ThrowsExactly<ModelFormatException>(() => TestModels.Sequential(new TensorShape(3)));

    [TestMethod]
    [DataRow("a", "a")]
    [DataRow("", "a")]
    public void Refuses_layers_without_a_name_of_their_own(string first, string second) =>
        Assert.ThrowsExactly<ModelFormatException>(() => new ModelGraph(
            "n", new TensorShape(3), [new Layer(first, new ReLU()), new Layer(second, new ReLU())]));

    [TestMethod]
    public void Layers_read_any_layers_before_them()
    {
        ModelGraph graph = new("residual", new TensorShape(4, 5, 5),
        [
            new("conv", new Conv2d(4, 4, 3, 1, 1)), new("relu", new ReLU()),
            new("add", new Add(), ["relu", ModelGraph.InputName]), new("both", new Concat(), ["add", "conv", "input"]),
        ]);
        TestModels.AssertSequence<int>([1, -1], graph.InputsOf(2));
        TestModels.AssertSequence<int>([2, 0, -1], graph.InputsOf(3));
        Assert.AreEqual(new TensorShape(12, 5, 5), graph.OutputShape);
    }

    [TestMethod]
    [DataRow("b", DisplayName = "itself")]
    [DataRow("c", DisplayName = "a layer behind it")]
    [DataRow("d", DisplayName = "no layer")]
    [DataRow(null)]
    public void Refuses_a_layer_that_reads_what_is_not_before_it(string? read)
    {
        ModelFormatException e = Assert.ThrowsExactly<ModelFormatException>(() => new ModelGraph(
            "n", new TensorShape(3), [new("a", new ReLU()), new("b", new Add(), ["a", read!]), new("c", new ReLU())]));
        StringAssert.Contains(e.Message, $"Layer b of 'n' reads '{read}'");
    }

    [TestMethod]
    public void Refuses_a_layer_that_nothing_reads() => StringAssert.Contains(
        Assert.ThrowsExactly<ModelFormatException>(() => new ModelGraph(
            "n", new TensorShape(3), [new("a", new ReLU()), new("b", new ReLU(), ["input"])])).Message,
        "No layer of 'n' reads a");

    [TestMethod]
    public void Inputs_and_outputs_have_names_and_shapes()
    {
        ModelGraph graph = InputsAndOutputsTests.Model.Graph;
        TestModels.AssertSequence<int>([-1], graph.InputsOf(0));
        TestModels.AssertSequence<int>([-2], graph.InputsOf(2));
        TestModels.AssertSequence<int>([-3], graph.InputsOf(8));
        Assert.AreEqual(new TensorShape(5), graph.InputShapesOf(8).Single());
        Assert.AreEqual(1, graph.InputIndex("right"));
        Assert.AreEqual(2, graph.OutputIndex("before"));
        Assert.AreEqual(new NetworkOutput("before", "a", new TensorShape(4, 8, 6)), graph.Outputs[2]);
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => graph.InputIndex("top")).Message,
            "'siamese' has no input top; it has left, right, vector.");
        StringAssert.Contains(
            Assert.ThrowsExactly<ArgumentException>(() => graph.OutputIndex("left")).Message, "has no output left");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => graph.InputShape).Message,
            "'siamese' has the inputs left, right, vector");
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidOperationException>(() => graph.OutputShape).Message,
            "has the outputs scores,");
        Assert.AreEqual(ModelGraph.InputName, TestModels.AlexNet().Inputs.Single().Name);
        Assert.AreEqual(ModelGraph.OutputName, TestModels.AlexNet().Outputs.Single().Name);
    }

    [TestMethod]
    public void Inputs_and_outputs_that_make_no_sense_are_refused()
    {
        NetworkInput x = new("x", new TensorShape(3)), y = new("y", new TensorShape(3));
        Layer a = new("a", new ReLU(), ["x"]), b = new("b", new ReLU(), ["a"]);
        Refused("has 0.", [], [a], [("o", "a")]);
        Refused("has 0.", [x], [a], []);
        Refused("'x' of 'n' is not", [x, x], [a], [("o", "a")]);
        Refused("'' of 'n' is not", [x with { Name = "" }], [a], [("o", "a")]);
        Refused("reads the input y", [x, y], [a], [("o", "a")]);
        Refused("'x' of 'n' is not", [x], [a, new Layer("x", new ReLU())], [("o", "a")]);
        Refused("'o' of 'n' is not", [x], [a, b], [("o", "a"), ("o", "b")]);
        Refused("'' of 'n' is not", [x], [a], [("", "a")]);
        Refused("is that of 'x', which is no layer", [x], [a], [("o", "x")]);
        Refused("is that of 'c', which is no layer", [x], [a], [("o", "c")]);
        Refused("No layer of 'n' reads b, and it is no output", [x], [a, b], [("o", "a")]);
        Refused("has 1001", [x], [a], [.. Enumerable.Range(0, 1001).Select(i => ($"{i}", "a"))]);

        static void Refused(
            string why, NetworkInput[] inputs, Layer[] layers, (string Name, string Layer)[] outputs) =>
            StringAssert.Contains(
                Assert.ThrowsExactly<ModelFormatException>(
                    () => new ModelGraph("n", inputs, layers, outputs)).Message, why);
    }

    [TestMethod]
    public void The_name_of_the_input_is_no_layer_s() => Assert.ThrowsExactly<ModelFormatException>(
        () => new ModelGraph("n", new TensorShape(3), [new Layer("input", new ReLU())]));

    [TestMethod]
    public void A_wrong_number_of_inputs_is_refused()
    {
        Assert.ThrowsExactly<ShapeMismatchException>(() => new ModelGraph(
            "n", new TensorShape(3), [new("a", new Add())]));
        Assert.ThrowsExactly<ShapeMismatchException>(() => new ModelGraph(
            "n", new TensorShape(3), [new("a", new ReLU(), ["input", "input"])]));
        Assert.ThrowsExactly<ShapeMismatchException>(() => new ModelGraph(
            "n", new TensorShape(3), [new("a", new Concat(), [])]));
    }

    [TestMethod]
    public void Channels_beyond_what_can_be_counted_are_refused() => Assert.ThrowsExactly<ShapeMismatchException>(
        () => new ModelGraph(
            "n", new TensorShape(500_000_000), [new("a", new Concat(), [.. Enumerable.Repeat("input", 9)])]));

    [TestMethod]
    public void A_network_has_at_most_ten_thousand_layers_and_a_hundred_thousand_inputs()
    {
        var input = new TensorShape(1);
        Assert.HasCount(10_000, TestModels.Sequential(input, Enumerable.Repeat(new ReLU(), 10_000)).Layers);
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(
                () => TestModels.Sequential(input, Enumerable.Repeat(new ReLU(), 10_001))).Message, "has 10001");

        Layer Sum(int inputs) => new("sum", new Concat(), [.. Enumerable.Repeat("input", inputs)]);
        Assert.AreEqual(new TensorShape(100_000), new ModelGraph("n", input, [Sum(100_000)]).OutputShape);
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(() => new ModelGraph("n", input, [Sum(100_001)])).Message,
            "has 100001");
    }

    [TestMethod]
    public void A_refusal_names_the_layer_and_the_network()
    {
        ShapeMismatchException e = Assert.ThrowsExactly<ShapeMismatchException>(() => TestModels.Sequential(
            new TensorShape(3, 8, 8), new Conv2d(3, 4, 3, 1, 0), new Conv2d(3, 4, 3, 1, 0)));
        StringAssert.Contains(e.Message, "Layer 1 of 'test'");
        StringAssert.Contains(e.Message, "4x6x6");
    }

    public static IEnumerable<object[]> Misfits =>
    [
        [new TensorShape(8, 8), new Conv2d(8, 4, 3, 1, 0)],
        [new TensorShape(4), new MaxPool2d(2, 2, 0, false)],
        [new TensorShape(3, 8, 8), new Conv2d(4, 4, 3, 1, 0)],
        [new TensorShape(3, 8, 8), new Conv2d(3, 0, 3, 1, 0)],
        [new TensorShape(3, 8, 8), new Conv2d(3, -4, 3, 1, 0)],
        [new TensorShape(3, 8, 8), new Conv2d(3, 4, 9, 1, 0)],
        [new TensorShape(3, 8, 8), new Conv2d(3, 4, new Size2d(1, 9), 1, 0)],
        [new TensorShape(3, 8, 8), new Conv2d(3, 4, 0, 1, 0)],
        [new TensorShape(3, 8, 8), new Conv2d(3, 4, 3, 0, 0)],
        [new TensorShape(3, 8, 8), new Conv2d(3, 4, 3, new Size2d(1, -1), 0)],
        [new TensorShape(3, 8, 8), new Conv2d(3, 4, 3, 1, -1)],
        [new TensorShape(3, 8, 8), new Conv2d(3, 4, 3, 1, int.MaxValue)],
        [new TensorShape(3, 8, 8), new Conv2d(3, int.MaxValue, 3, 1, 0)],
        [new TensorShape(3, 8, 8), new MaxPool2d(9, 1, 0, false)],
        [new TensorShape(3, 8, 8), new MaxPool2d(3, 1, 2, false)],
        [new TensorShape(3, 8, 8), new MaxPool2d(new Size2d(4, 3), 1, 2, true)],
        [new TensorShape(3, 8, 8), new MaxPool2d(2, 0, 0, false)],
        [new TensorShape(3, 8, 8), new SoftPool2d(9, 1, 0, true, SoftPoolWeighting.PerChannel)],
        [new TensorShape(3, 8, 8), new SoftPool2d(1, 1, 1, false, SoftPoolWeighting.PerChannel)],
        [new TensorShape(3, 8, 8), new SoftPool2d(2, 2, 0, false, (SoftPoolWeighting)2)],
        [new TensorShape(3), new Linear(4, 2)],
        [new TensorShape(3, 1), new Linear(3, 2)],
        [new TensorShape(3), new Linear(3, 0)],
        [new TensorShape(40000), new Linear(40000, 60000)],
        [new TensorShape(8, 8, 8), new Conv2d(8, 4, 3, 1, 0) { Groups = 3 }],
        [new TensorShape(8, 8, 8), new Conv2d(8, 4, 3, 1, 0) { Groups = 0 }],
        [new TensorShape(8, 8, 8), new Conv2d(8, 4, 3, 1, 0) { Groups = -2 }],
        [new TensorShape(8, 8, 8), new Conv2d(8, 4, 3, 1, 0) { Dilation = 4 }],
        [new TensorShape(8, 8, 8), new Conv2d(8, 4, 3, 1, 0) { Dilation = 0 }],
        [new TensorShape(8, 8, 8), new BatchNorm2d(7)],
        [new TensorShape(8), new BatchNorm2d(8)],
        [new TensorShape(8, 8, 8), new BatchNorm2d(8, double.NaN)],
        [new TensorShape(8, 8), new MaxPool3d(2, 2, 0, false)],
        [new TensorShape(8, 8, 8), new MaxPool1d(2, 2, 0, false)],
        [new TensorShape(8, 8, 8, 8), new AvgPool2d(2, 2, 0, false)],
        [new TensorShape(8, 8), new AvgPool1d(2, 2, 2, false)],
        [new TensorShape(8), new GlobalAvgPool()],
        [new TensorShape(8, 2, 2, 2, 2), new GlobalSoftPool(SoftPoolWeighting.PerChannel)],
        [new TensorShape(8, 2), new GlobalSoftPool((SoftPoolWeighting)7)],
        [new TensorShape(3), new LeakyReLU(double.PositiveInfinity)],
        [new TensorShape(3), new LeakyReLU(1e39)],
        [new TensorShape(3), new Dropout(1)],
        [new TensorShape(3), new Dropout(-0.1)],
        [new TensorShape(3), new Dropout(double.NaN)],
    ];

    [TestMethod]
    [DynamicData(nameof(Misfits))]
    public void Refuses_a_layer_that_cannot_take_its_input(TensorShape input, Operator op) =>
        Assert.ThrowsExactly<ShapeMismatchException>(() => TestModels.Sequential(input, op));

    [TestMethod]
    public void Padding_of_half_the_kernel_is_taken() => Assert.AreEqual(
        new TensorShape(3, 9, 8),
        new MaxPool2d(new Size2d(2, 3), 1, 1, false).InferShape(new TensorShape(3, 8, 8)));
}
