using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>An imported network at another size is what an import at that size gives, or a layer is named.</summary>
[TestClass]
public sealed class ImportedSizesTests
{
    private static readonly long[] Ones = [1, 1, 1, 1];

    private static readonly Dictionary<string, GraphWriter> Free = new()
    {
        ["convolutions"] = Image().Some("w", 4, 3, 3, 3).Floats("scales", [4], 1, 1, 2, 2).Some("f", 4, 5)
            .Node("Conv", "x w", "a", ("pads", Ones), ("strides", new long[] { 2, 2 })).Node("Relu", "a", "b")
            .Node("Resize", "b - scales", "c", ("mode", "linear")).Node("GlobalAveragePool", "c", "d")
            .Node("Flatten", "d", "e").Node("MatMul", "e f", "y"),
        ["channel attention"] = Image().Some("w", 3, 3, 1, 1)
            .Node("ReduceMean", "x", "a", ("axes", new long[] { 2, 3 })).Node("Conv", "a w", "b")
            .Node("Sigmoid", "b", "c").Node("Mul", "x c", "y"),
        ["norms and pads"] = Image().Some("s", 3).Some("b", 3).Ints("pads", 0, 0, 1, 2, 0, 0, 0, 3)
            .Node("InstanceNormalization", "x s b", "a").Node("Pad", "a pads", "c", ("mode", "reflect"))
            .Node("Softmax", "c", "y", ("axis", 1)),
    };

    private static readonly Dictionary<string, (GraphWriter Graph, string Refusal)> Fixed = new()
    {
        ["a size"] = (Image().Ints("from", 2).Ints("to", 4).Ints("channels", 1, 3)
            .Node("MaxPool", "x", "a", ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }))
            .Node("Shape", "x", "s").Node("Slice", "s from to", "t").Node("Concat", "channels t", "sizes", ("axis", 0))
            .Node("Resize", "a - - sizes", "y", ("mode", "linear")),
            "Layer n4 of 'small': Upsample to 8x9 has no scale factor, so what it makes of 3x5x2 instead of 3x3x4 is "
            + "not known."),
        ["a matrix"] = (Image().Some("w", 216, 5).Node("Flatten", "x", "a").Node("MatMul", "a w", "y"),
            "Layer n1 of 'small': Linear takes 216 features along the last axis; got 198."),
        ["heads"] = (Image().Ints("heads", 0, 3, 1, -1).Ints("map", 0, 3, 8, 9).Node("Reshape", "x heads", "a")
            .Node("Transpose", "a", "t", ("perm", new long[] { 0, 1, 3, 2 })).Node("MatMul", "t a", "m")
            .Node("Softmax", "m", "s").Node("MatMul", "a s", "b").Node("Reshape", "b map", "y"), "Layer "),
        ["positions"] = (Image().Some("p", 1, 3, 8, 9).Node("Add", "x p", "y"),
            "Layer n0 of 'small': Reshape to 216x1x1 takes 216 elements; got 3x11x6."),
    };

    [TestMethod]
    [DataRow("convolutions")]
    [DataRow("channel attention")]
    [DataRow("norms and pads")]
    public void A_network_that_takes_any_size_computes_what_an_import_at_that_size_does(string name)
    {
        SoftPool.Model other = At(Free[name], 8, 9).WithInputShape(new TensorShape(3, 11, 6));
        SoftPool.Model expected = At(Free[name], 11, 6);
        float[] item = [.. Enumerable.Range(0, 3 * 11 * 6).Select(i => (i * 29 % 31 - 15) / 7f)];
        CollectionAssert.AreEqual(ReferenceNetwork.Run(expected, item)[^1], ReferenceNetwork.Run(other, item)[^1]);
    }

    [TestMethod]
    [DataRow("a size")]
    [DataRow("a matrix")]
    [DataRow("heads")]
    [DataRow("positions")]
    public void A_layer_that_is_for_one_size_is_named(string name)
    {
        (GraphWriter graph, string refusal) = Fixed[name];
        SoftPool.Model model = At(graph, 8, 9);
        StringAssert.StartsWith(
            Assert.ThrowsExactly<ShapeMismatchException>(() => model.WithInputShape(new TensorShape(3, 11, 6))).Message,
            refusal);
    }

    private static GraphWriter Image() => new GraphWriter().Input("x", "N", 3, "height", "width").Output("y");

    private static SoftPool.Model At(GraphWriter graph, int height, int width) => graph.Import(new OnnxOptions
    {
        Shapes = new Dictionary<string, IReadOnlyList<int>> { ["x"] = [1, 3, height, width] },
    });
}
