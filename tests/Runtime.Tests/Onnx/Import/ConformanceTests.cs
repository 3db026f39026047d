using System.Text.RegularExpressions;
using SoftPool.Onnx;
using SoftPool.Onnx.Import;
using SoftPool.Verification;
using static SoftPool.Runtime.Tests.Onnx.OnnxFiles;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>The ONNX project's own tests of operators, in the folder that SOFTPOOL_ONNX_CONFORMANCE names. The manifest
/// conformance.txt gives each one status: it passes, which is to give the outputs that lie beside it; it is refused,
/// with the reason; or it is not of the importer's field. Inputs are inputs of the network, and all but the first once
/// more constants.</summary>
[TestClass]
public sealed partial class ConformanceTests
{
    private const string Manifest = "conformance.txt";

    private static readonly string[] Sets = ["node", "pytorch-converted", "pytorch-operator", "simple"];

    /// <summary>What no network of images needs: control flow, sequences, texts, recurrent layers, random numbers,
    /// integers that stand for real numbers, training, boxes.</summary>
    private static readonly HashSet<string> OtherFields =
    [
        "Bernoulli", "BitShift", "ConcatFromSequence", "ConvInteger", "DequantizeLinear", "DynamicQuantizeLinear",
        "GRU", "If", "LSTM", "Loop", "MatMulInteger", "Multinomial", "NegativeLogLikelihoodLoss", "NonMaxSuppression",
        "Optional", "OptionalGetElement", "OptionalHasElement", "QLinearConv", "QLinearMatMul", "QuantizeLinear", "RNN",
        "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "ReverseSequence", "Scan",
        "SequenceAt", "SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength",
        "SequenceMap", "SoftmaxCrossEntropyLoss", "SplitToSequence", "StringNormalizer", "TfIdfVectorizer", "Unique",
    ];

    /// <summary>What convolutional networks for images are made of, attention and norms included. Of the tests of one
    /// of them alone, at least <see cref="LeastShare"/> pass.</summary>
    private static readonly HashSet<string> Convolutional =
    [
        "Abs", "Add", "ArgMax", "ArgMin", "AveragePool", "BatchNormalization", "Cast", "Ceil", "Celu", "Clip", "Concat",
        "Conv", "ConvTranspose", "Cos", "DepthToSpace", "Div", "Dropout", "Elu", "Equal", "Erf", "Exp", "Expand",
        "Flatten", "Floor", "Gather", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "Greater", "GreaterOrEqual",
        "HardSigmoid", "HardSwish", "Hardmax", "Identity", "InstanceNormalization", "LRN", "LayerNormalization",
        "LeakyRelu", "Less", "LessOrEqual", "Log", "LogSoftmax", "LpPool", "MatMul", "Max", "MaxPool", "Mean",
        "MeanVarianceNormalization", "Min", "Mish", "Mul", "Neg", "PRelu", "Pad", "Pow", "Reciprocal", "ReduceL1",
        "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
        "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Resize", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Slice",
        "Softmax", "Softplus", "Softsign", "SpaceToDepth", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh",
        "ThresholdedRelu", "Tile", "TopK", "Transpose", "Unsqueeze", "Upsample", "Where",
    ];

    private const double LeastShare = 0.95;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Each_test_has_the_status_of_the_manifest_and_none_comes_out_wrong()
    {
        string folder = Environment.GetEnvironmentVariable("SOFTPOOL_ONNX_CONFORMANCE") ?? "";
        if (Sets.FirstOrDefault(set => !Directory.Exists(Path.Combine(folder, set))) is { } missing)
            Assert.Inconclusive($"SOFTPOOL_ONNX_CONFORMANCE does not name a folder with {missing}.");
        List<string> statuses = [], wrong = [];
        (int single, int singlePassed) = (0, 0);
        foreach (string set in Sets)
        {
            int passed = 0, refused = 0, others = 0;
            foreach (string test in
                Directory.EnumerateDirectories(Path.Combine(folder, set)).Order(StringComparer.Ordinal))
            {
                string status = StatusOf(test);
                _ = status[0] switch { 'p' => passed++, 'r' => refused++, 'n' => others++, _ => 0 };
                statuses.Add($"{set}/{Path.GetFileName(test)}: {status}");
                if (status[0] == 'w')
                    wrong.Add(statuses[^1]);
                if (set == "node" && status[0] != 'n' && OnlyOperatorOf(test) is { } only
                    && Convolutional.Contains(only))
                    (single, singlePassed) = (single + 1, singlePassed + (status[0] == 'p' ? 1 : 0));
            }
            TestContext.WriteLine($"{set}: {passed} passed, {refused} refused, {others} of other fields");
        }
        foreach (string line in statuses)
            TestContext.WriteLine(line);
        TestContext.WriteLine($"convolutional networks' operators: {singlePassed} of {single} passed");
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
        Assert.IsGreaterThan(300, single);
        Assert.IsGreaterThanOrEqualTo(LeastShare, (double)singlePassed / single);
        string[] known =
        [
            .. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, Manifest))
                .Where(line => !line.StartsWith('#')),
        ];
        if (known.SequenceEqual(statuses))
            return;
        string received = Path.Combine(AppContext.BaseDirectory, "conformance.received.txt");
        File.WriteAllLines(received,
        [
            "# One line for each of the ONNX project's tests in Debian 12's libonnx-testdata, written by "
            + "ConformanceTests.",
            .. statuses,
        ]);
        string[] changed =
        [
            .. known.Except(statuses).Select(line => $"- {line}"),
            .. statuses.Except(known).Select(line => $"+ {line}"),
        ];
        Assert.Fail(
            $"{changed.Length} lines of the manifest are not so:\n{string.Join('\n', changed.Take(40))}\n"
            + $"If that is meant: cp \"{received}\" tests/Runtime.Tests/Onnx/Import/{Manifest}");
    }

    /// <summary>A test passes if one of these does, and none of them may come out wrong.</summary>
    private static readonly (bool Constants, bool AllOutputs)[] Ways =
        [(false, true), (true, true), (false, false), (true, false)];

    private static string StatusOf(string test)
    {
        string[] results = [.. Ways.Select(way => ResultOf(test, way.Constants, way.AllOutputs))];
        string? wrong = results.FirstOrDefault(result => result.StartsWith("wrong", StringComparison.Ordinal));
        return wrong ?? (results.Contains("passes") ? "passes"
            : OtherField(test) is { } field ? $"not of the importer's field: {field}" : results[^1]);
    }

    private static string ResultOf(string test, bool constants, bool allOutputs)
    {
        try
        {
            return Differs(test, constants, allOutputs) is { } difference ? $"wrong: {difference}" : "passes";
        }
        catch (UnsupportedOnnxException e)
        {
            return $"refused: {string.Join("; ", e.Refusals.Select(refusal => Places().Replace(refusal, "")))}";
        }
        catch (ModelFormatException e)
        {
            return $"refused: {e.Message}";
        }
    }

    /// <summary>The operator of a test of one node.</summary>
    private static string? OnlyOperatorOf(string test)
    {
        using OnnxModel model = OnnxModel.Open(Path.Combine(test, "model.onnx"));
        return model.Graph.Nodes is [{ OpType: var only }] ? only : null;
    }

    /// <summary>What of a test is of another field; null where nothing is.</summary>
    private static string? OtherField(string test)
    {
        using OnnxModel model = OnnxModel.Open(Path.Combine(test, "model.onnx"));
        if (model.Graph.Nodes.FirstOrDefault(node => node.Domain.Length > 0) is { } foreign)
            return $"operators of {foreign.Domain}";
        if (model.Graph.Nodes.FirstOrDefault(node => OtherFields.Contains(node.OpType)) is { } other)
            return other.OpType;
        if (model.Graph.Outputs.FirstOrDefault(output => output.Type.Element is OnnxElement.Float16
            or OnnxElement.BFloat16 or OnnxElement.String) is { } narrow)
            return $"an output of type {narrow.Type.Element}";
        if (Path.GetFileName(test).Contains("training", StringComparison.Ordinal))
            return "training";
        return model.Graph.Inputs is [{ Type: var type }, ..]
            && (type.Kind != OnnxTypeKind.Tensor || type.Element != OnnxElement.Float)
            ? $"an input of type {(type.Kind == OnnxTypeKind.Tensor ? type.Element : type.Kind)}"
            : null;
    }

    [GeneratedRegex(@" \(\d+ nodes?: [^)]*\)")]
    private static partial Regex Places();

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
            OnnxTensor output = TensorOf(Path.Combine(data, $"output_{Array.IndexOf(outputs, name)}.pb"));
            float[] expected = Constant.Of(output).Numbers();
            float[] actual = [.. items.SelectMany(layers => layers[model.Graph.OutputLayers[i]])];
            // What is 16 bits in the file is computed in 32, and rounded by nobody.
            double most = output.Element == OnnxElement.Float16 ? 1.0 / (1 << 11) : 1e-5;
            if (Difference(expected, actual, most) is { } difference)
                return $"{name} {difference}";
        }
        return null;
    }

    private static string? Difference(float[] expected, float[] actual, double most)
    {
        if (expected.Length != actual.Length)
            return $"has {actual.Length} elements; {expected.Length} are expected";
        double largest = 0, error = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            error = Math.Max(error, expected[i].Equals(actual[i]) ? 0 : Math.Abs(expected[i] - actual[i]));
        }
        return error <= most * largest || error == 0 ? null : $"is off by {error} of {largest}";
    }

    private static (string[] Inputs, string[] Outputs) NamesOf(byte[] file)
    {
        using var model = OnnxModel.Read(new MemoryStream(file), "model.onnx");
        HashSet<string> constants = [.. model.Graph.Initializers.Select(tensor => tensor.Name)];
        return (
            [.. model.Graph.Inputs.Select(input => input.Name).Where(name => !constants.Contains(name))],
            [.. model.Graph.Outputs.Select(output => output.Name)]);
    }

    private static float[] Values(string path) => Constant.Of(TensorOf(path)).Numbers();

    private static OnnxTensor TensorOf(string path) =>
        Read(Model(Message().Bytes(5, File.ReadAllBytes(path)))).Graph.Initializers[0];
}
