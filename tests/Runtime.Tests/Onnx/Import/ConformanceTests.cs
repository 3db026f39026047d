using SoftPool.Onnx;
using SoftPool.Onnx.Import;
using SoftPool.Verification;
using static SoftPool.Runtime.Tests.Onnx.OnnxFiles;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>The ONNX project's own tests of operators, in the folder that SOFTPOOL_ONNX_CONFORMANCE names: each gives
/// the outputs that lie beside it, or is refused. Inputs are inputs of the network, and all but the first once more
/// constants.</summary>
[TestClass]
public sealed class ConformanceTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("node", 135)]
    [DataRow("pytorch-converted", 48)]
    [DataRow("pytorch-operator", 10)]
    [DataRow("simple", 1)]
    public void No_test_comes_out_wrong_and_none_is_refused_that_once_passed(string set, int least)
    {
        string folder = Path.Combine(Environment.GetEnvironmentVariable("SOFTPOOL_ONNX_CONFORMANCE") ?? "", set);
        if (!Directory.Exists(folder))
            Assert.Inconclusive($"SOFTPOOL_ONNX_CONFORMANCE does not name a folder with {set}.");
        List<string> passed = [], wrong = [], refused = [];
        foreach (string test in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            string[] results = [.. Ways.Select(way => ResultOf(test, way.Constants, way.AllOutputs))];
            string name = Path.GetFileName(test);
            if (results.Where(result => result.StartsWith("wrong", StringComparison.Ordinal)).ToArray() is [_, ..] faults)
                wrong.Add($"{name}: {string.Join("; ", faults)}");
            else if (results.Contains("passed"))
                passed.Add($"{name}: {string.Join(", ", Ways.Zip(results).Where(way => way.Second == "passed").Select(way => way.First))}");
            else
                refused.Add($"{name}: {results[0]}");
        }
        TestContext.WriteLine($"{set}: {passed.Count} passed, {refused.Count} refused, {wrong.Count} wrong");
        foreach (string line in passed.Concat(refused))
            TestContext.WriteLine(line);
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
        Assert.IsGreaterThanOrEqualTo(least, passed.Count);
    }

    /// <summary>A test passes if one of these does, and none of them may come out wrong.</summary>
    private static readonly (bool Constants, bool AllOutputs)[] Ways =
        [(false, true), (true, true), (false, false), (true, false)];

    /// <summary>"passed", "wrong" with how far the outputs are off, or why the test is refused.</summary>
    private static string ResultOf(string test, bool constants, bool allOutputs)
    {
        try
        {
            return Differs(test, constants, allOutputs) is { } difference ? $"wrong: {difference}" : "passed";
        }
        catch (Exception e) when (e is UnsupportedOnnxException or ModelFormatException)
        {
            return e.Message;
        }
    }

    /// <summary>How far an output is off, where that is too far; null where none is.</summary>
    private static string? Differs(string test, bool constants, bool allOutputs)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(test, "model.onnx"));
        string data = Path.Combine(test, "test_data_set_0");
        (string[] inputs, string[] outputs) = NamesOf(file);
        ProtoWriter graph = Message();
        for (int i = 1; constants && i < inputs.Length && File.Exists(Path.Combine(data, $"input_{i}.pb")); i++)
            graph.Message(
                5, Message().Raw(File.ReadAllBytes(Path.Combine(data, $"input_{i}.pb"))).Text(8, inputs[i]));
        // Behind the file's own bytes these are a part of its model.
        using OnnxImport import = OnnxImport.Open(
            new MemoryStream([.. file, .. Message().Message(7, graph).ToArray()]),
            new OnnxOptions { Outputs = allOutputs ? [] : [.. outputs.Take(1)] });
        SoftPool.Model model = import.Model();
        float[][] values =
        [
            .. import.InputNames.Select(name => Values(Path.Combine(data, $"input_{Array.IndexOf(inputs, name)}.pb"))),
        ];
        int[] lengths = [.. model.Graph.Inputs.Select(input => input.Shape.ElementCount)];
        IReadOnlyList<float[]>[] items =
        [
            .. Enumerable.Range(0, values[0].Length / lengths[0]).Select(item => ReferenceNetwork.Run(
                model,
                [.. values.Zip(lengths, (all, length) => (ReadOnlyMemory<float>)all.AsMemory(item * length, length))])),
        ];
        for (int i = 0; i < import.OutputNames.Count; i++)
        {
            string name = import.OutputNames[i];
            float[] expected = Values(Path.Combine(data, $"output_{Array.IndexOf(outputs, name)}.pb"));
            float[] actual = [.. items.SelectMany(layers => layers[model.Graph.OutputLayers[i]])];
            if (Difference(expected, actual) is { } difference)
                return $"{name} {difference}";
        }
        return null;
    }

    private static string? Difference(float[] expected, float[] actual)
    {
        if (expected.Length != actual.Length)
            return $"has {actual.Length} elements; {expected.Length} are expected";
        double largest = 0, error = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            error = Math.Max(error, expected[i].Equals(actual[i]) ? 0 : Math.Abs(expected[i] - actual[i]));
        }
        return error <= 1e-5 * largest || error == 0 ? null : $"is off by {error} of {largest}";
    }

    private static (string[] Inputs, string[] Outputs) NamesOf(byte[] file)
    {
        using var model = OnnxModel.Read(new MemoryStream(file), "model.onnx");
        HashSet<string> constants = [.. model.Graph.Initializers.Select(tensor => tensor.Name)];
        return (
            [.. model.Graph.Inputs.Select(input => input.Name).Where(name => !constants.Contains(name))],
            [.. model.Graph.Outputs.Select(output => output.Name)]);
    }

    private static float[] Values(string path) =>
        Constant.Of(Read(Model(Message().Bytes(5, File.ReadAllBytes(path)))).Graph.Initializers[0]).Numbers();
}
