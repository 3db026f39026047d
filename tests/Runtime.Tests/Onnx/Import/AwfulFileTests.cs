namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>Files as users bring them that need what is not supported: all of it is listed at once, by its name, with
/// the advice that helps.</summary>
[TestClass]
public sealed class AwfulFileTests
{
    private static readonly (string Name, GraphWriter Graph, string[] Refusals)[] Files =
    [
        ("a detector that ends in the choice of boxes", new GraphWriter().Input("x", 1, 3, 8, 8).Output("y")
            .Some("w", 4, 3, 3, 3).Ints("most", 9).Scalar("iou", 0.5f).Ints("all", 1, 4, 36).Ints("rois", 0)
            .Node("Conv", "x w", "c").Node("Reshape", "c all", "b").Node("NonMaxSuppression", "b b most iou", "n")
            .Node("Gather", "b n", "g", ("axis", 2)).Node("NonZero", "g", "z").Node("RoiAlign", "c g rois", "r")
            .Node("Loop", "most z r", "y"),
            [
                "NonMaxSuppression: the operator is not supported (1 node: n2)",
                "NonZero: the operator is not supported (1 node: n4)",
                "RoiAlign: the operator is not supported (1 node: n5)",
                "Loop: control flow is not supported (1 node: n6)",
            ]),
        ("a network quantised while it runs", new GraphWriter().Input("x", 1, 3, 8, 8).Output("y")
            .Integers("w", 3, [4, 3, 1, 1], [.. Enumerable.Range(-6, 12)]).Scalar("s", 0.1f).Integers("z", 2, [], 7)
            .Node("", "DynamicQuantizeLinear", "x", "q qs qz", []).Node("ConvInteger", "q w qz", "i")
            .Node("Cast", "i", "f", ("to", 1)).Node("Mul", "f qs", "m").Node("QuantizeLinear", "x s z", "p")
            .Node("DequantizeLinear", "p s z", "d").Node("QLinearConv", "d s z w s z s z", "e")
            .Node("Add", "m e", "y"),
            [
                "DynamicQuantizeLinear: integer arithmetic is not supported; use the file of real numbers (1 node: n0)",
                "ConvInteger: integer arithmetic is not supported; use the file of real numbers (1 node: n1)",
                "QuantizeLinear: quantised activations are not supported; use the file of real numbers (1 node: n4)",
                "DequantizeLinear: quantised activations are not supported; use the file of real numbers "
                + "(1 node: n5)",
                "QLinearConv: integer arithmetic is not supported; use the file of real numbers (1 node: n6)",
            ]),
        ("a recurrent network with sequences, of texts", new GraphWriter().Input("x", 1, 5, 4)
            .Input("rate", 7, [1]).Output("y").Some("w", 1, 8, 4).Some("r", 1, 8, 2).Ints("i", 0)
            .Node("", "LSTM", "x w r", "h hn cn", [("hidden_size", 2)]).Node("SequenceConstruct", "h x", "s")
            .Node("SequenceAt", "s i", "a").Node("Equal", "rate i", "is")
            .Node("If", "is", "f", ("then_branch", new GraphWriter().UntypedOutput("o").Node("Relu", "a", "o")),
                ("else_branch", new GraphWriter().UntypedOutput("o").Node("Exp", "a", "o")))
            .Node("StringNormalizer", "f", "y"),
            [
                "input: rate: its type is Int64; Float, Float16, Double and UInt8 are supported",
                "LSTM: the operator is not supported (1 node: n0)",
                "SequenceConstruct: the operator is not supported (1 node: n1)",
                "SequenceAt: the operator is not supported (1 node: n2)",
                "If: control flow is not supported (1 node: n4)",
                "StringNormalizer: the operator is not supported (1 node: n5)",
            ]),
        ("a graph that another engine has optimised, or training has left", new GraphWriter(15)
            .Input("x", "N", 3, "height", "width").Output("y").Some("w", 4, 3, 3, 3).Some("s", 4)
            .Node("com.microsoft", "FusedConv", "x w", "a", [("activation", "Relu")])
            .Node("", "BatchNormalization", "a s s s s", "b bm bv", [("training_mode", 1)])
            .Node("ai.onnx.contrib", "GaussianBlur", "b", "c", []).Node("AveragePool", "c", "d",
                ("kernel_shape", new long[] { 3, 3 }), ("mystery", 1))
            .Node("Add", "d bm", "y"),
            [
                "BatchNormalization: its second output and those behind it are not supported (1 node: n1)",
                "input: x: its declared shape is [N]x3x[height]x[width]; give one, such as x=1x3x224x224",
                "com.microsoft.FusedConv: the operator is of the domain com.microsoft (1 node: n0)",
                "BatchNormalization: attribute training_mode is 1; only 0 is supported (1 node: n1)",
                "ai.onnx.contrib.GaussianBlur: the operator is of the domain ai.onnx.contrib (1 node: n2)",
                "AveragePool: attribute mystery is not supported (1 node: n3)",
            ]),
    ];

    [TestMethod]
    public void Each_is_refused_whole()
    {
        var wrong = new List<string>();
        foreach ((string name, GraphWriter graph, string[] refusals) in Files)
            if (graph.Refusals() is var actual && !actual.SequenceEqual(refusals))
                wrong.Add($"{name}:\n  {string.Join("\n  ", actual)}");
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    public void The_part_before_what_is_not_supported_can_be_taken()
    {
        SoftPool.Model model = Files[0].Graph.Import(new OnnxOptions { Outputs = ["b"] });
        Assert.AreEqual(new TensorShape(4, 36), model.Graph.Outputs[0].Shape);
    }
}
