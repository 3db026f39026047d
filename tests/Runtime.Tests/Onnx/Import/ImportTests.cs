using SoftPool.Onnx.Import;
using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>What becomes of small ONNX models.</summary>
[TestClass]
public sealed class ImportTests
{
    [TestMethod]
    public void Each_case_becomes_the_operators_that_it_says()
    {
        var wrong = new List<string>();
        foreach ((string name, GraphWriter graph, string operators) in OnnxCases.All)
        {
            string actual = string.Join(
                ' ', graph.Import().Graph.Layers.Select(layer => layer.Operator.GetType().Name));
            if (actual != operators)
                wrong.Add($"{name}: {actual}, not {operators}");
        }
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    /// <summary>ONNX Runtime does not take the first operator sets: the same networks in a newer one are the
    /// measure.</summary>
    [TestMethod]
    public void The_first_operator_sets_mean_what_newer_ones_say_otherwise()
    {
        long[] memory = [0], ones = [1, 1, 1, 1], square = [3, 3];
        (GraphWriter Old, GraphWriter New)[] pairs =
        [
            (Image(1).Some("w", 4, 3, 3, 3).Some("c", 4)
                .Node("Conv", "x w", "a", ("pads", ones), ("kernel_shape", square))
                .Node("Add", "a c", "b", ("broadcast", 1), ("axis", 1))
                .Node("Relu", "b", "d", ("consumed_inputs", memory))
                .Node("Reshape", "d", "f", ("shape", new long[] { 1, -1 })).Node("Softmax", "f", "y"),
            Image(17).Some("w", 4, 3, 3, 3).Some("c", 4).Ints("axes", 1, 2).Ints("shape", 1, -1)
                .Node("Conv", "x w", "a", ("pads", ones)).Node("Unsqueeze", "c axes", "u").Node("Add", "a u", "b")
                .Node("Relu", "b", "d").Node("Reshape", "d shape", "f").Node("Softmax", "f", "y")),
            (Image(6).Some("r", 3, 4).Some("s", 5).Node("Mul", "x r", "a", ("broadcast", 1), ("axis", 1))
                .Node("Sub", "a s", "y", ("broadcast", 1)),
            Image(17).Some("r", 3, 4).Some("s", 5).Ints("axes", 2).Node("Unsqueeze", "r axes", "u")
                .Node("Mul", "x u", "a").Node("Sub", "a s", "y")),
            (Image(1).Node("Selu", "x", "y"),
            Image(17).Node("Selu", "x", "y", ("alpha", 1.6732f), ("gamma", 1.0507f))),
        ];
        foreach ((GraphWriter before, GraphWriter now) in pairs)
        {
            SoftPool.Model old = before.Import(), other = now.Import();
            float[] item = [.. Enumerable.Range(0, 60).Select(i => (i * 29 % 31 - 15) / 7f)];
            CollectionAssert.AreEqual(
                ReferenceNetwork.Run(other, item)[other.Graph.OutputLayers[0]],
                ReferenceNetwork.Run(old, item)[old.Graph.OutputLayers[0]]);
        }

        static GraphWriter Image(int opset) => new GraphWriter(opset).Input("x", 1, 3, 4, 5).Output("y");
    }

    [TestMethod]
    public void Each_converter_has_a_case()
    {
        byte[] all = [.. OnnxCases.All.SelectMany(each => each.Graph.ToArray())];
        foreach (Converter converter in ConverterTable.All)
            Assert.IsGreaterThanOrEqualTo(0,
                all.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(converter.OpType)), converter.OpType);
    }

    [TestMethod]
    public void A_convolution_keeps_every_attribute_and_the_names_of_PyTorch()
    {
        SoftPool.Model model = new GraphWriter().Input("x", 1, 6, 9, 9).Output("y")
            .Some("features.0.weight", 4, 3, 3, 2).Some("features.0.bias", 4)
            .Node("Conv", "x features.0.weight features.0.bias", "y", ("group", 2), ("strides", new long[] { 2, 1 }),
                ("dilations", new long[] { 1, 2 }), ("pads", new long[] { 2, 1, 2, 1 }), ("kernel_shape",
                    new long[] { 3, 2 })).Import();
        Assert.AreEqual(
            new Layer("features.0", new Conv2d(6, 4, new(3, 2), new(2, 1), new(2, 1))
            {
                Groups = 2,
                Dilation = new(1, 2),
            }, ["input"]),
            model.Graph.Layers.Single());
        Assert.AreEqual(-11 / 16f, model.Weights["features.0.weight"].Data.Span[0]);
        Assert.AreEqual("small", model.Graph.Name);
    }

    [TestMethod]
    public void Constants_go_into_the_weights_before_them_with_the_right_values()
    {
        SoftPool.Model model = new GraphWriter().Input("x", 1, 2).Output("y").Floats("w", [2, 2], 1, 2, 3, 4)
            .Floats("c", [2], 10, 20).Scalar("two", 2)
            .Node("MatMul", "x w", "m").Node("Add", "m c", "n").Node("Mul", "n two", "y").Import();
        float[] output = ReferenceNetwork.Run(model, [1, 10])[^1];
        CollectionAssert.AreEqual(new float[] { 2 * (1 + 30 + 10), 2 * (2 + 40 + 20) }, output);
        Assert.HasCount(1, model.Graph.Layers);
    }

    [TestMethod]
    public void Shapes_are_given_by_name_or_by_symbol_and_the_batch_is_free()
    {
        GraphWriter graph = new GraphWriter().Input("x", "N", 3, "height", "width").Output("y").Node("Relu", "x", "y");
        var shapes = new OnnxOptions { Shapes = new Dictionary<string, IReadOnlyList<int>> { ["x"] = [1, 3, 8, 6] } };
        var symbols = new OnnxOptions { Symbols = new Dictionary<string, int> { ["height"] = 8, ["width"] = 6 } };
        Assert.AreEqual(new TensorShape(3, 8, 6), graph.Import(shapes).Graph.InputShape);
        Assert.AreEqual(new TensorShape(3, 8, 6), graph.Import(symbols).Graph.InputShape);
        Assert.AreEqual(
            "input: x: its declared shape is [N]x3x[height]x[width]; give one, such as x=1x3x224x224",
                graph.Refusals().Single());
    }

    [TestMethod]
    public void What_computes_with_a_free_batch_is_refused_and_what_only_passes_it_on_is_not()
    {
        GraphWriter Counted() => new GraphWriter().Input("x", "N", 6).Output("y").Node("Shape", "x", "s")
            .Index("i", 0).Node("Gather", "s i", "n", ("axis", 0)).Node("Relu", "x", "r");
        foreach (GraphWriter graph in (GraphWriter[])[
            Counted().Node("Cast", "n", "f", ("to", 1)).Node("Div", "r f", "y"),
            Counted().Node("Cast", "n", "f", ("to", 1)).Node("Add", "r f", "y"),
            Counted().Ints("one", 1).Node("Reshape", "n one", "k").Node("TopK", "r k", "y indices")])
            StringAssert.StartsWith(graph.Refusals().Single(), "batch: ");
        // Where the file fixes the batch, it is a number like any other.
        Assert.HasCount(3, new GraphWriter().Input("x", 2, 6).Output("y").Node("Shape", "x", "s").Index("i", 0)
            .Node("Gather", "s i", "n", ("axis", 0)).Node("Cast", "n", "f", ("to", 1)).Node("Div", "x f", "y")
            .Import().Graph.Layers);
        Assert.HasCount(1, Counted().Ints("all", -1).Ints("one", 1).Node("Reshape", "n one", "k")
            .Node("Concat", "k all", "shape", ("axis", 0)).Node("Reshape", "r shape", "y")
            .Import().Graph.Layers);
    }

    [TestMethod]
    [DataRow("a", "a.b", "a", "a_b")]
    [DataRow("a.b", "a", "a.b", "a_2")]
    [DataRow("a.weight", "a", "a.weight", "a_2")]
    [DataRow("..", ".", "__", "_")]
    [DataRow("a..b", "/a/c.d/", "a__b", "a/c.d")]
    public void Layers_have_names_that_modules_can_have(string one, string two, string first, string second)
    {
        SoftPool.Model model = new GraphWriter().Input("x", 1, 6).Output("y").Named(one).Node("Relu", "x", "r")
            .Named(two).Node("Sigmoid", "r", "y").Import();
        CollectionAssert.AreEqual(
            new[] { first, second }, model.Graph.Layers.Select(layer => layer.Name).ToArray());
    }

    [TestMethod]
    public void One_of_several_outputs_is_chosen_and_what_the_others_need_is_left_out()
    {
        GraphWriter graph = new GraphWriter().Input("x", 1, 3, 4, 4).Output("y").Output("z").Node("Relu", "x", "y")
            .Node("Wrong", "x", "z");
        Assert.HasCount(1, graph.Import(new OnnxOptions { Outputs = ["y"] }).Graph.Layers);
        CollectionAssert.AreEqual(
            new[] { "Wrong: the operator is not supported (1 node: n1)" }, graph.Refusals());
    }

    [TestMethod]
    public void All_inputs_and_outputs_keep_their_names_and_their_order()
    {
        GraphWriter graph = new GraphWriter().Input("left", "N", 3, 4, 5).Input("right", 2, 3, 4, 5)
            .Input("shape_only", "N", 3, 20).Output("sum").Output("before").Node("Relu", "left", "before")
            .Node("Shape", "shape_only", "s").Node("Reshape", "before s", "flat")
            .Node("Add", "before right", "difference").Node("Reshape", "difference s", "sum");
        using OnnxImport import = OnnxImport.Open(new MemoryStream(graph.ToArray()), new OnnxOptions());
        CollectionAssert.AreEqual(new[] { "left", "right" }, import.InputNames.ToArray());
        CollectionAssert.AreEqual(new[] { "sum", "before" }, import.OutputNames.ToArray());
        Assert.AreEqual(2, import.Batch);
        CollectionAssert.AreEqual(
            new NetworkInput[] { new("left", new TensorShape(3, 4, 5)), new("right", new TensorShape(3, 4, 5)) },
            import.Graph.Inputs.ToArray());
        CollectionAssert.AreEqual(
            new NetworkOutput[]
            {
                new("sum", "n4", new TensorShape(3, 20)), new("before", "n0", new TensorShape(3, 4, 5)),
            },
            import.Graph.Outputs.ToArray());
        float[] left = TestModels.Counting(60), right = [.. left.Select(value => -3 * value)];
        IReadOnlyList<float[]> layers = ReferenceNetwork.Run(import.Model(), [left, right]);
        CollectionAssert.AreEqual(left, layers[import.Graph.OutputLayers[1]]);
        TestModels.AssertSequence<float>([.. left.Select(value => -2 * value)], layers[import.Graph.OutputLayers[0]]);

        ModelGraph swapped = graph.Import(new OnnxOptions { Outputs = ["before", "difference", "sum"] }).Graph;
        CollectionAssert.AreEqual(
            new[] { "before", "difference", "sum" }, swapped.Outputs.Select(output => output.Name).ToArray());
        ModelGraph one = graph.Import(new OnnxOptions { Outputs = ["before"] }).Graph;
        Assert.AreEqual(ModelGraph.InputName, one.Inputs.Single().Name);
        Assert.AreEqual(ModelGraph.OutputName, one.Outputs.Single().Name);
    }

    [TestMethod]
    public void Inputs_of_different_batches_are_refused()
    {
        string[] refusals = new GraphWriter().Input("x", 2, 5).Input("y", 3, 5).Input("z", "N", 5).Output("w")
            .Node("Add", "x y", "a").Node("Add", "a z", "w").Refusals();
        CollectionAssert.AreEqual(
            new[] { "input: y: its first axis is 3, and that of x 2; the first axis of every input is the batch" },
            refusals);
    }

    [TestMethod]
    public void An_input_with_a_layer_s_name_keeps_it()
    {
        ModelGraph graph = new GraphWriter().Input("n0", 1, 5).Input("n1", 1, 5).Output("y")
            .Node("Relu", "n0", "a").Node("Add", "a n1", "y").Import().Graph;
        CollectionAssert.AreEqual(new[] { "n0", "n1" }, graph.Inputs.Select(input => input.Name).ToArray());
        CollectionAssert.AreEqual(new[] { "n0_2", "n1_2" }, graph.Layers.Select(layer => layer.Name).ToArray());
    }

    [TestMethod]
    public void Preprocessing_and_classes_come_from_the_options()
    {
        GraphWriter graph = new GraphWriter().Input("x", 1, 3, 1, 1).Output("y").Node("Flatten", "x", "y");
        SoftPool.Model model = graph.Import(new OnnxOptions
        {
            ClassNames = ["a", "b", "c"],
            Preprocessing = Preprocessing.ImageNet,
            Name = "net",
        });
        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, model.ClassNames.ToArray());
        Assert.AreEqual(Preprocessing.ImageNet, model.Preprocessing);
        Assert.AreEqual("net", model.Graph.Name);
        CollectionAssert.AreEqual(new float[] { 0, 0, 0 }, graph.Import().Preprocessing.Mean.ToArray());
    }

    [TestMethod]
    public void A_layer_that_nothing_reads_any_more_is_left_out_and_one_that_is_read_twice_stays()
    {
        SoftPool.Model model = new GraphWriter().Input("x", 1, 3, 4, 4).Output("y").Node("Sigmoid", "x", "s")
            .Node("Mul", "x s", "m").Node("Add", "m s", "y").Import();
        Assert.AreEqual("SiLU Sigmoid Add", string.Join(' ',
            model.Graph.Layers.Select(layer => layer.Operator.GetType().Name)));
    }

    [TestMethod]
    public void Long_chains_of_constants_neither_overflow_the_stack_nor_take_for_ever()
    {
        GraphWriter doubling = new GraphWriter().Input("x", 1, 2, 1, 1).Output("y").Floats("c0", [2, 1, 1], 1, 1);
        for (int i = 0; i < 60; i++)
            doubling.Node("Add", $"c{i} c{i}", $"c{i + 1}");
        Assert.AreEqual(MathF.Pow(2, 60), doubling.Node("Add", "x c60", "y").Import().Weights["n60.bias"].Data.Span[0]);

        GraphWriter chain = new GraphWriter().Input("x", 1, 2, 1, 1).Output("y").Floats("c0", [2, 1, 1], 1, 1)
            .Node("Neg", "x", "m0");
        for (int i = 0; i < 20_000; i++)
            chain.Node("Mul", $"m{i} c0", $"m{i + 1}");
        Assert.HasCount((20_001 + 32) / 33 + 1, chain.Node("Relu", "m20000", "y").Import().Graph.Layers);
    }
}
