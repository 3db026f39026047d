using Microsoft.ML.OnnxRuntime;
using SoftPool.Onnx.Import;
using SoftPool.Operators;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Onnx;
using SoftPool.Trainer.Verification;
using SoftPool.Verification;

namespace SoftPool.Trainer.Tests.Onnx;

/// <summary>Models as ONNX files: ONNX Runtime computes what the reference does, and an import gives the network
/// back.</summary>
[TestClass]
public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Every case of every operator: with its own batch, which the file leaves free.</summary>
    [TestMethod]
    public void Each_operator_gives_the_values_of_the_reference_in_ONNX_Runtime()
    {
        List<string> wrong = [], refused = [];
        int number = 0, imported = 0;
        foreach (OperatorCase operation in OperatorCases.All)
        {
            // Between two elements it is a matter of rounding which is the nearest.
            if (operation.Layers[^1].Operator is Upsample
                {
                    Mode: UpsampleMode.Nearest, Coordinates: UpsampleCoordinates.HalfPixelSymmetric
                })
                continue;
            var graph = new ModelGraph("case", operation.Input, operation.Layers);
            string name = $"{number++}: {operation.Layers[^1].Operator} on {operation.Input}";
            Model model = RandomWeights.Create(graph, [], seed: number, Neutral(graph));
            try
            {
                Check(model, operation.Batch, name, wrong, ref imported);
            }
            catch (UserErrorException e) when (e.Details.Count > 0)
            {
                // Operators that the writer does not know are refused by their names.
                refused.AddRange(e.Details.Where(refusal => !refusal.Contains("softpool does not write it")));
            }
            catch (Exception e) when (e is UserErrorException or OnnxRuntimeException)
            {
                wrong.Add($"{name}: {e.Message}");
            }
        }
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
        string[] expected =
        [
            "ConvTranspose2d: an output padding that is not less than the stride (layer)",
            "SoftPool2d: a window of 4690 cells; at most 256 are written (layer)",
            "SoftPool2d: a window of 4690 cells; at most 256 are written (layer)",
        ];
        CollectionAssert.AreEqual(expected, refused, string.Join('\n', refused));
        Assert.IsGreaterThanOrEqualTo(LeastImported, imported, $"{imported} of {number} cases come back by an import.");
    }

    [TestMethod]
    public void The_document_lists_what_is_not_written()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (OperatorCase operation in OperatorCases.All)
        {
            var graph = new ModelGraph("case", operation.Input, operation.Layers);
            try
            {
                OnnxExport.Of(RandomWeights.Create(graph, [], seed: 1, Neutral(graph)));
            }
            catch (UserErrorException e)
            {
                names.UnionWith(e.Details.Where(refusal => refusal.Contains("softpool does not write it"))
                    .Select(refusal => refusal[..refusal.IndexOf(':', StringComparison.Ordinal)]));
            }
        }
        string document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "import.md"));
        StringAssert.Contains(
            string.Join(' ', document.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)),
            $"These operators are not written: {string.Join(", ", names)}.");
    }

    /// <summary>Of some 500. What the importer does not take of what is written: SoftPool with padding or with weights
    /// that all channels share, and files of a single Pad or Transpose.</summary>
    private const int LeastImported = 420;

    [TestMethod]
    [DataRow("alexnet")]
    [DataRow("alexnet-softpool")]
    [DataRow("alexnet-softpool-shared")]
    [DataRow("resnet18-softpool")]
    [DataRow("googlenet")]
    [DataRow("mobilenet_v3_small")]
    public void Networks_pass_the_comparison_of_an_import(string network)
    {
        Model model = RandomWeights.Create(NetworkCatalog.Create(network, 10, 64), [], seed: 1);
        var file = OnnxFile.Checked(model);
        StringAssert.Contains(file.Found, "layers, NMSE at most");
        file.Write(_folder["net.onnx"]);
        using OnnxRunner runner = new(_folder["net.onnx"], [], optimised: true);
    }

    /// <summary>Large activations of both signs, far apart within a map: the published formula overflows there, or
    /// divides zero by zero.</summary>
    [TestMethod]
    [DataRow(SoftPoolWeighting.PerChannel)]
    [DataRow(SoftPoolWeighting.SharedAcrossChannels)]
    public void SoftPool_is_right_for_large_activations(SoftPoolWeighting weights)
    {
        var graph = new ModelGraph(
            "soft", new TensorShape(2, 4, 5),
            [new Layer("pool", new SoftPool2d(3, 2, 1, CeilMode: true, weights))]);
        Model model = RandomWeights.Create(graph, [], seed: 1, Neutral(graph));
        Write(model, "soft.onnx");
        float[] item =
            [.. Enumerable.Range(0, 40).Select(i => i % 7 * 37f - (i > 20 ? 900 : 20) + (i % 3 == 0 ? 88 : -104))];
        float[] expected = ReferenceNetwork.Run(model, item)[^1];
        float[] actual = Run("soft.onnx", graph, [item]);
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
            Assert.IsTrue(Math.Abs(expected[i] - actual[i]) <= 1e-5 * Math.Abs(expected[i]),
                $"{i}: {expected[i]} and {actual[i]}");
    }

    private void Check(Model model, int batch, string name, List<string> wrong, ref int imported)
    {
        Write(model, "case.onnx");
        var random = new Random(1);
        float[][] items = [.. Enumerable.Range(0, batch).Select(_ => (float[])
            [.. Enumerable.Range(0, model.Graph.InputShape.ElementCount).Select(_ => random.NextSingle() * 8 - 4)])];
        float[] expected = [.. items.SelectMany(item => ReferenceNetwork.Run(model, item)[^1])];
        float[] actual = Run("case.onnx", model.Graph, items);
        if (Difference(expected, actual) is { } difference)
            wrong.Add($"{name}: ONNX Runtime {difference}");
        OnnxImport import;
        try
        {
            import = OnnxImport.Open(_folder["case.onnx"], new OnnxOptions());
        }
        catch (UnsupportedOnnxException)
        {
            return;
        }
        using (import)
        {
            imported++;
            Model back = import.Model();
            float[] again = [.. items.SelectMany(item => ReferenceNetwork.Run(back, item)[^1])];
            if (Difference(expected, again) is { } lost)
                wrong.Add($"{name}: imported {lost}");
        }
    }

    private void Write(Model model, string name)
    {
        using FileStream file = File.Create(_folder[name]);
        OnnxExport.Of(model).File.WriteTo(file);
    }

    private float[] Run(string name, ModelGraph graph, float[][] items)
    {
        using var runner = new OnnxRunner(_folder[name], [], optimised: true);
        float[] output = [];
        runner.Run(
            [("input",
                [items.Length, .. graph.InputShape.Extents.ToArray().Select(extent => (long)extent)],
                [.. items.SelectMany(item => item)])],
            ["output"], (_, values) => output = values.ToArray());
        return output;
    }

    private static string? Difference(float[] expected, float[] actual)
    {
        if (expected.Length != actual.Length)
            return $"gives {actual.Length} elements, not {expected.Length}";
        var comparison = new TensorComparison();
        comparison.Add(expected, actual);
        return comparison.RelativeError <= 1e-5 ? null : $"is off by {comparison.RelativeError}";
    }

    private static Preprocessing Neutral(ModelGraph graph)
    {
        int channels = graph.InputShape.Rank == 3 ? graph.InputShape[0] : 1;
        return new Preprocessing([.. Enumerable.Repeat(0f, channels)], [.. Enumerable.Repeat(1f, channels)]);
    }
}
