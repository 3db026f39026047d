using SoftPool.Onnx;
using SoftPool.Onnx.Import;
using SoftPool.Verification;
using static SoftPool.Runtime.Tests.Onnx.OnnxFiles;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>The ONNX project's own tests of operators, in the folder that SOFTPOOL_ONNX_CONFORMANCE names: each gives
/// the first of the outputs that lie beside it, or is refused.</summary>
[TestClass]
public sealed class ConformanceTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("node", 263)]
    [DataRow("pytorch-converted", 60)]
    [DataRow("pytorch-operator", 17)]
    [DataRow("simple", 1)]
    public void No_test_comes_out_wrong_and_none_is_refused_that_once_passed(string set, int least)
    {
        string folder = Path.Combine(Environment.GetEnvironmentVariable("SOFTPOOL_ONNX_CONFORMANCE") ?? "", set);
        if (!Directory.Exists(folder))
            Assert.Inconclusive($"SOFTPOOL_ONNX_CONFORMANCE does not name a folder with {set}.");
        List<string> passed = [], wrong = [], refused = [];
        foreach (string test in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            try
            {
                string? difference = Differs(test);
                (difference is null ? passed : wrong).Add($"{Path.GetFileName(test)} {difference}");
            }
            catch (Exception e) when (e is UnsupportedOnnxException or ModelFormatException)
            {
                refused.Add($"{Path.GetFileName(test)}: {e.Message}");
            }
        }
        TestContext.WriteLine($"{set}: {passed.Count} passed, {refused.Count} refused, {wrong.Count} wrong");
        foreach (string line in passed.Concat(refused))
            TestContext.WriteLine(line);
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
        Assert.IsGreaterThanOrEqualTo(least, passed.Count);
    }

    /// <summary>How far the output is off, where that is too far; null where it is not.</summary>
    private static string? Differs(string test)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(test, "model.onnx"));
        string data = Path.Combine(test, "test_data_set_0");
        string[] names = Inputs(file);
        ProtoWriter constants = Message();
        for (int i = 1; i < names.Length && File.Exists(Path.Combine(data, $"input_{i}.pb")); i++)
            constants.Message(
                5, Message().Raw(File.ReadAllBytes(Path.Combine(data, $"input_{i}.pb"))).Text(8, names[i]));
        // Behind the file's own bytes these are a part of its model: all inputs but the first become constants.
        using OnnxImport import = OnnxImport.Open(
            new MemoryStream([.. file, .. Message().Message(7, constants).ToArray()]),
            new OnnxOptions { Output = FirstOutput(file) });
        SoftPool.Model model = import.Model();
        float[] expected = Values(Path.Combine(data, "output_0.pb"));
        float[] actual = [.. Values(Path.Combine(data, "input_0.pb")).Chunk(model.Graph.InputShape.ElementCount)
            .SelectMany(item => ReferenceNetwork.Run(model, item)[^1])];
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

    private static string[] Inputs(byte[] file)
    {
        using var model = OnnxModel.Read(new MemoryStream(file), "model.onnx");
        HashSet<string> constants = [.. model.Graph.Initializers.Select(tensor => tensor.Name)];
        return [.. model.Graph.Inputs.Select(input => input.Name).Where(name => !constants.Contains(name))];
    }

    private static string? FirstOutput(byte[] file)
    {
        using var model = OnnxModel.Read(new MemoryStream(file), "model.onnx");
        return model.Graph.Outputs.Select(output => output.Name).FirstOrDefault();
    }

    private static float[] Values(string path) => Read(Model(Message().Bytes(5, File.ReadAllBytes(path)))).Graph.Initializers[0].ToFloats();
}
