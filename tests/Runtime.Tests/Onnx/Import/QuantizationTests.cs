namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>Weights that are stored as integers, against values worked out by hand; what else is quantised is
/// refused.</summary>
[TestClass]
public sealed class QuantizationTests
{
    private const int UInt8 = 2, Int8 = 3;

    [TestMethod]
    public void A_weight_is_less_its_zero_point_times_its_scale()
    {
        SoftPool.Model model = new GraphWriter().Input("x", 1, 2).Output("y")
            .Integers("w", Int8, [2, 2], -128, 127, 5, 0).Floats("s", [2], 0.5f, 0.25f).Integers("z", Int8, [2], 2, -3)
            .Node("DequantizeLinear", "w s z", "f", ("axis", 0)).Node("Gemm", "x f", "y", ("transB", 1)).Import();
        CollectionAssert.AreEqual(new[] { -65, 62.5f, 2, 0.75f }, Weight(model));
    }

    [TestMethod]
    public void Numbers_are_rounded_half_to_even_and_held_to_the_type()
    {
        GraphWriter Graph(int type, int zero) => new GraphWriter().Input("x", 1, 4).Output("y")
            .Floats("w", [2, 4], 0.5f, 1.5f, 2.5f, -0.5f, 1000, -1000, 126.6f, 3).Scalar("s", 1)
            .Integers("z", type, [], zero).Node("QuantizeLinear", "w s z", "q").Node("DequantizeLinear", "q s z", "f")
            .Node("Gemm", "x f", "y", ("transB", 1));
        CollectionAssert.AreEqual(new[] { 0, 2, 2, 0, 255f, 0, 127, 3 }, Weight(Graph(UInt8, 0).Import()));
        CollectionAssert.AreEqual(new[] { 0, 2, 2, 0, 117f, -138, 117, 3 }, Weight(Graph(Int8, 10).Import()));
    }

    [TestMethod]
    public void A_weight_has_more_integers_than_a_shape()
    {
        int[] values = [.. Enumerable.Range(0, 600 * 600).Select(i => i % 200)];
        SoftPool.Model model = new GraphWriter().Input("x", 1, 600).Output("y").Integers("w", UInt8, [600, 600], values)
            .Scalar("s", 0.5f).Node("DequantizeLinear", "w s", "f").Node("Gemm", "x f", "y", ("transB", 1)).Import();
        CollectionAssert.AreEqual(values.Select(value => value * 0.5f).ToArray(), Weight(model));
        CollectionAssert.Contains(
            new GraphWriter().Input("x", 1, 600).Output("y").Integers("w", UInt8, [360_000], values)
                .Node("Reshape", "x w", "y").Refusals(),
            "Reshape: a constant of 360000 elements of type UInt8; use the file of real numbers (1 node: n0)");
    }

    [TestMethod]
    public void Quantised_activations_and_integer_arithmetic_are_refused()
    {
        GraphWriter graph = new GraphWriter().Input("x", 1, 4).Output("y").Scalar("s", 1)
            .Node("QuantizeLinear", "x s", "q").Node("DequantizeLinear", "q s", "d").Node("Acos", "d", "c")
            .Node("", "DynamicQuantizeLinear", "c", "i j k", []).Node("MatMulInteger", "i i", "m")
            .Node("com.microsoft", "QLinearAdd", "m m", "y", []);
        string[] refusals = graph.Refusals();
        foreach (string refusal in (string[])
            [
                "QuantizeLinear: quantised activations are not supported; use the file of real numbers (1 node: n0)",
                "DequantizeLinear: quantised activations are not supported; use the file of real numbers (1 node: n1)",
                "Acos: the operator is not supported (1 node: n2)",
                "DynamicQuantizeLinear: integer arithmetic is not supported; use the file of real numbers (1 node: n3)",
                "MatMulInteger: integer arithmetic is not supported; use the file of real numbers (1 node: n4)",
                "com.microsoft.QLinearAdd: integer arithmetic is not supported; use the file of real numbers "
                    + "(1 node: n5)",
            ])
            CollectionAssert.Contains(refusals, refusal, string.Join('\n', refusals));
    }

    [TestMethod]
    public void What_does_not_fit_together_is_refused()
    {
        GraphWriter Graph() => new GraphWriter().Input("x", 1, 4).Output("y").Integers("w", Int8, [2, 4], new int[8])
            .Floats("three", [3], 1, 1, 1).Scalar("s", 1).Integers("z", Int8, [2], 0, 0);
        (GraphWriter Graph, string Refusal)[] cases =
        [
            (Graph().Node("DequantizeLinear", "w three", "y"),
                "DequantizeLinear: a scale of 3 along axis 1 of 2x4; one number, or one for each place of the axis, is "
                + "supported (1 node: n0)"),
            (Graph().Node("DequantizeLinear", "w s z", "y"),
                "DequantizeLinear: 1 scales and 2 zero points (1 node: n0)"),
            (Graph().Node("DequantizeLinear", "s s", "y"),
                "DequantizeLinear: a tensor or a zero point of real numbers (1 node: n0)"),
            (Graph().Node("DequantizeLinear", "w z", "y"),
                "DequantizeLinear: a scale of integers; real numbers are expected (1 node: n0)"),
            (Graph().Node("DequantizeLinear", "w s", "y", ("block_size", 2)),
                "DequantizeLinear: attribute block_size is 2; only 0 is supported (1 node: n0)"),
        ];
        foreach ((GraphWriter graph, string refusal) in cases)
            CollectionAssert.Contains(graph.Refusals(), refusal, string.Join('\n', graph.Refusals()));
    }

    private static float[] Weight(SoftPool.Model model) =>
        model.Weights.Single(weight => weight.Key.EndsWith("weight", StringComparison.Ordinal)).Value.Data.ToArray();
}
