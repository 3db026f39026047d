using SoftPool.Onnx;
using SoftPool.Onnx.Import;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Onnx.Import;
using SoftPool.Trainer.Verification;
using SoftPool.Verification;

namespace SoftPool.Trainer.Tests.Verification;

/// <summary>Small ONNX models give what ONNX Runtime makes of them.</summary>
[TestClass]
public sealed class OnnxRuntimeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Each_case_gives_the_values_of_ONNX_Runtime_in_every_layer()
    {
        var wrong = new List<string>();
        foreach ((string name, GraphWriter graph, _) in OnnxCases.All)
        {
            string path = _folder["case.onnx"];
            File.WriteAllBytes(path, graph.ToArray());
            using OnnxImport import = OnnxImport.Open(path, new OnnxOptions());
            wrong.AddRange(Differences(path, import).Select(difference => $"{name}: {difference}"));
        }
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    public void Networks_as_exporters_write_them_give_the_values_of_ONNX_Runtime()
    {
        var wrong = new List<string>();
        foreach ((string name, GraphWriter graph) in ExporterNetworks.All)
        {
            string path = _folder["network.onnx"];
            File.WriteAllBytes(path, graph.ToArray());
            try
            {
                using OnnxImport import = OnnxImport.Open(path, new OnnxOptions());
                wrong.AddRange(Differences(path, import, 2e-5).Select(difference => $"{name}: {difference}"));
            }
            catch (Exception e) when (e is UnsupportedOnnxException or UserErrorException
                or Microsoft.ML.OnnxRuntime.OnnxRuntimeException)
            {
                wrong.Add($"{name}: {e.Message}");
            }
        }
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    [DataRow("Relu", false)]
    [DataRow("Softmax", true)]
    public void A_file_that_computes_with_two_items_together_is_found(string op, bool mixes)
    {
        string path = _folder["mixing.onnx"];
        File.WriteAllBytes(path, new GraphWriter().Input("x", "N", 5).Output("y").Ints("all", -1)
            .Node("Reshape", "x all", "a").Node(op, "a", "y").ToArray());
        using OnnxImport import = OnnxImport.Open(path, new OnnxOptions());
        Assert.AreEqual(mixes ? "y" : null, OnnxBatch.Difference(OnnxPair.Of(path, import, import.Model()))?.Output);
    }

    [TestMethod]
    public void A_model_of_a_value_within_a_file_is_held_to_that_value()
    {
        string path = _folder["inner.onnx"];
        File.WriteAllBytes(path, new GraphWriter().Input("x", 1, 5).Output("y").Node("Exp", "x", "a")
            .Node("ReduceSum", "a", "y").ToArray());
        using OnnxImport import = OnnxImport.Open(path, new OnnxOptions { Outputs = ["a"] });
        CollectionAssert.AreEqual(
            new[] { "a" }, OnnxPair.Open(path, import.Model(), []).OutputNames.ToArray());
    }

    [TestMethod]
    public void An_import_that_computes_something_else_does_not_pass()
    {
        string path = Write("a.onnx", 0.7f), other = Write("b.onnx", 0.7001f);
        using OnnxImport import = OnnxImport.Open(path, new OnnxOptions());
        Assert.IsTrue(OnnxComparison.OfTorch(OnnxPair.Of(path, import, import.Model())).Passed);
        var comparison = OnnxComparison.OfTorch(OnnxPair.Of(other, import, import.Model()));
        Assert.IsFalse(comparison.Passed, $"{comparison}");

        string Write(string name, float alpha)
        {
            GraphWriter graph = new GraphWriter().Input("x", 1, 3, 8, 8)
                .Output("y").Node("Elu", "x", "a", ("alpha", alpha))
                .Node("Relu", "a", "b").Node("Add", "a b", "y");
            File.WriteAllBytes(_folder[name], graph.ToArray());
            return _folder[name];
        }
    }

    [TestMethod]
    public void A_network_without_a_layer_that_has_a_value_in_the_file_is_held_to_its_output()
    {
        string path = _folder["turned.onnx"];
        File.WriteAllBytes(path, new GraphWriter().Input("x", 1, 3, 7, 9).Output("y").Node("Transpose", "x", "y")
            .ToArray());
        using OnnxImport import = OnnxImport.Open(path, new OnnxOptions());
        var comparison = OnnxComparison.OfTorch(OnnxPair.Of(path, import, import.Model()));
        Assert.IsTrue(comparison.Passed);
        StringAssert.StartsWith(comparison.Found, "0 layers, output error 0.0e+0");
    }

    /// <summary>As detectors of points and lines look for peaks. ONNX Runtime gives the same sigmoid of all numbers
    /// below about -18, so that each is its own maximum there; torch and devices tell them apart.</summary>
    [TestMethod]
    public void Comparisons_that_ties_decide_are_held_to_what_they_read()
    {
        string path = Write("peaks.onnx", "Equal"), other = Write("other.onnx", "Less");
        using OnnxImport import = OnnxImport.Open(path, new OnnxOptions());
        var comparison = OnnxComparison.OfTorch(OnnxPair.Of(path, import, import.Model()));
        Assert.IsTrue(comparison.Passed, $"{comparison.Found}");
        comparison = OnnxComparison.OfTorch(OnnxPair.Of(other, import, import.Model()));
        Assert.IsFalse(comparison.Passed, $"{comparison.Found}");

        string Write(string name, string compare)
        {
            GraphWriter graph = new GraphWriter().Input("x", 1, 1, 8, 8).Output("y")
                .Scalar("ten", 10).Scalar("twenty", 20).Node("Mul", "x ten", "a").Node("Sub", "a twenty", "b")
                .Node("Sigmoid", "b", "s")
                .Node(
                    "MaxPool", "s", "m", ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 }))
                .Node(compare, "s m", "e").Node("Cast", "e", "c", ("to", 1)).Node("Add", "s c", "y");
            File.WriteAllBytes(_folder[name], graph.ToArray());
            return _folder[name];
        }
    }

    /// <summary>The bound that is not there is the largest float, whose digits torch takes for more.</summary>
    [TestMethod]
    public void A_bound_on_one_side_is_one_in_torch_too()
    {
        string path = _folder["clip.onnx"];
        File.WriteAllBytes(path, new GraphWriter().Input("x", 1, 3, 7, 9).Output("y").Scalar("low", -0.4f)
            .Node("Clip", "x low", "y").ToArray());
        using OnnxImport import = OnnxImport.Open(path, new OnnxOptions());
        Assert.AreEqual(new Hardtanh(-0.4, float.MaxValue), import.Graph.Layers[0].Operator);
        var comparison = OnnxComparison.OfTorch(OnnxPair.Of(path, import, import.Model()));
        Assert.IsTrue(comparison.Passed, $"{comparison.Found}");
    }

    /// <summary>ONNX Runtime 1.31.1 keeps the size where axes count from the end and the aspect ratio is kept.
    /// </summary>
    [TestMethod]
    public void A_value_of_another_size_in_ONNX_Runtime_is_named()
    {
        string path = _folder["resize.onnx"];
        File.WriteAllBytes(path, new GraphWriter(19).Input("x", 1, 3, 4, 6).Output("y").Ints("t", 5, 9)
            .Node("Resize", "x - - t", "y", ("axes", new long[] { -2, -1 }),
                ("keep_aspect_ratio_policy", "not_smaller")).ToArray());
        using OnnxImport import = OnnxImport.Open(path, new OnnxOptions());
        Assert.AreEqual(new TensorShape(3, 6, 9), import.Graph.OutputShape);
        UserErrorException e = Assert.ThrowsExactly<UserErrorException>(
            () => OnnxComparison.OfTorch(OnnxPair.Of(path, import, import.Model())));
        Assert.AreEqual(
            "Value \"y\" of the ONNX file has 72 elements in ONNX Runtime, and 162 as it was imported: one of the two is "
            + "wrong.", e.Message);
    }

    [TestMethod]
    public void A_file_that_ONNX_Runtime_fails_at_is_named()
    {
        string path = _folder["dilated.onnx"];
        File.WriteAllBytes(path, new GraphWriter().Input("x", 1, 3, 7, 9).Output("y").Some("w", 4, 3, 3, 3)
            .Node("Conv", "x w", "y", ("auto_pad", "SAME_UPPER"), ("dilations", new long[] { 2, 2 })).ToArray());
        using OnnxImport import = OnnxImport.Open(path, new OnnxOptions());
        Assert.StartsWith(
            $"ONNX Runtime cannot compute {path}: ", Assert.ThrowsExactly<UserErrorException>(
                () => OnnxComparison.OfTorch(OnnxPair.Of(path, import, import.Model()))).Message);
    }

    /// <summary>It takes a Pad into the pool behind it, where ceil mode leaves out a window that the nodes have.
    /// </summary>
    [TestMethod]
    public void An_output_whose_size_ONNX_Runtime_s_optimisations_change_is_held_to_the_nodes()
    {
        string path = _folder["ceil.onnx"];
        File.WriteAllBytes(path, new GraphWriter().Input("x", 1, 3, 8, 8).Output("y")
            .Ints("pads", 0, 0, 1, 1, 0, 0, 1, 1).Node("Pad", "x pads", "p")
            .Node("AveragePool", "p", "y", ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 3, 3 }),
                ("ceil_mode", 1)).ToArray());
        using OnnxImport import = OnnxImport.Open(path, new OnnxOptions());
        Assert.AreEqual(new TensorShape(3, 4, 4), import.Graph.OutputShape);
        Assert.IsTrue(OnnxComparison.OfTorch(OnnxPair.Of(path, import, import.Model())).Passed);
    }

    private static List<string> Differences(string path, OnnxImport import, double most = 1e-6)
    {
        Model model = import.Model();
        var random = new Random(1);
        var pair = OnnxPair.Of(path, import, model);
        float[] item =
        [
            .. Enumerable.Range(0, model.Graph.InputShape.ElementCount).Select(_ => random.NextSingle() * 8 - 4)
                .Select(number => import.InputElements is [OnnxElement.Float] ? number : pair.Held(0, number / 2)),
        ];
        if (import.IsHalf)
            most = 2e-3;
        IReadOnlyList<float[]> layers = ReferenceNetwork.Run(model, item);
        string[] values = [.. import.OnnxValues.OfType<string>().Distinct()];
        using var runner = new OnnxRunner(path, values.Except(import.FileOutputs), optimised: false);
        List<string> differences = [];
        runner.Run(
            [
                (
                    import.InputNames.Single(),
                    [.. import.FileShapeOf(model.Graph.InputShape).Select(extent => (long)extent)],
                    [.. Enumerable.Repeat(item, import.Batch).SelectMany(elements => elements)]),
            ],
            values, (value, expected) =>
            {
                int layer = import.OnnxValues.ToList().IndexOf(value);
                var comparison = new TensorComparison();
                if (layers[layer].Length * import.Batch != expected.Length)
                    differences.Add(
                        $"{value} has {layers[layer].Length} elements, not {expected.Length / import.Batch}");
                else
                    comparison.Add(expected[..layers[layer].Length], layers[layer]);
                if (!(comparison.RelativeError <= most))
                    differences.Add($"{value} is off by {comparison.RelativeError}");
            });
        return differences;
    }
}
