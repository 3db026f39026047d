using System.Text.Json;
using System.Text.Json.Nodes;
using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Files;

[TestClass]
public sealed class ModelFileTests : IDisposable
{
    private const string Version = "softpool.version";
    private const string Graph = "softpool.graph";
    private const string Classes = "softpool.classes";
    private const string Preprocessing = "softpool.preprocessing";

    private static readonly Model Example = TestModels.WithWeights(TestModels.EveryOperator());

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _bytes;

    public ModelFileTests() => _bytes = Save(Example);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_model_comes_back_as_it_went()
    {
        Model read = Load(_bytes);
        Assert.AreEqual(Example.Graph.Name, read.Graph.Name);
        Assert.AreEqual(Example.Graph.InputShape, read.Graph.InputShape);
        TestModels.AssertSequence([.. Example.Graph.Layers], read.Graph.Layers);
        TestModels.AssertSequence([.. Example.ClassNames], read.ClassNames);
        TestModels.AssertSequence([.. Example.Preprocessing.Mean], read.Preprocessing.Mean);
        TestModels.AssertSequence(
            [.. Example.Preprocessing.StandardDeviation], read.Preprocessing.StandardDeviation);
        Assert.AreEqual(Example.Weights.Count, read.Weights.Count);
        foreach ((string name, Tensor tensor) in Example.Weights)
        {
            Assert.AreEqual(tensor.Shape, read.Weights[name].Shape);
            TestModels.AssertSequence(tensor.Data.Span, read.Weights[name].Data.ToArray());
        }
    }

    [TestMethod]
    public void One_model_makes_one_file() =>
        Assert.IsTrue(_bytes.AsSpan().SequenceEqual(Save(Load(_bytes))));

    [TestMethod]
    public void Several_inputs_and_outputs_come_back_in_a_file_of_version_2()
    {
        Model model = InputsAndOutputsTests.Model;
        byte[] bytes = Save(model);
        Assert.AreEqual("2", VersionOf(bytes));
        Model read = Load(bytes);
        TestModels.AssertSequence([.. model.Graph.Inputs], read.Graph.Inputs);
        TestModels.AssertSequence([.. model.Graph.Layers], read.Graph.Layers);
        TestModels.AssertSequence([.. model.Graph.Outputs], read.Graph.Outputs);
        TestModels.AssertSequence([.. model.ClassNames], read.ClassNames);
        Assert.IsTrue(bytes.AsSpan().SequenceEqual(Save(read)));
    }

    [TestMethod]
    public void A_file_is_of_version_2_only_where_it_has_to_be()
    {
        Assert.AreEqual("1", VersionOf(_bytes));
        ModelGraph graph = Example.Graph;
        Assert.AreEqual("1", VersionOf(Save(Copy(new ModelGraph(
            graph.Name, graph.Inputs, graph.Layers, [(ModelGraph.OutputName, graph.Layers[^1].Name)])))));
        Assert.AreEqual("2", VersionOf(Save(Copy(new ModelGraph(
            graph.Name, graph.Inputs, graph.Layers, [("probabilities", graph.Layers[^1].Name)])))));

        static Model Copy(ModelGraph graph) => new(graph, Example.Weights, [], Example.Preprocessing);
    }

    [TestMethod]
    [DataRow("\"shape\":[5]", "\"shape\":5")]
    [DataRow("\"name\":\"vector\"", "\"name\":\"left\"")]
    [DataRow("\"name\":\"vector\"", "\"name\":null")]
    [DataRow("\"layer\":\"flat\"", "\"layer\":\"left\"")]
    [DataRow("\"layer\":\"flat\"", "\"layer\":\"flat\",\"layer\":\"flat\"")]
    [DataRow("{\"name\":\"before\",\"layer\":\"a\"}", "null")]
    [DataRow("{\"name\":\"before\",\"layer\":\"a\"}", "{\"name\":\"before\"}")]
    [DataRow("{\"name\":\"vector\",\"shape\":[5]}", "null")]
    [DataRow("\"name\":\"before\"", "\"name\":\"scores\"")]
    [DataRow("\"outputs\":", "\"results\":")]
    public void Refuses_damaged_inputs_and_outputs(string old, string replacement)
    {
        byte[] bytes = Save(InputsAndOutputsTests.Model);
        string graph = GraphText(bytes);
        StringAssert.Contains(graph, old);
        AssertRefused(RawSafetensors.WithMetadata(bytes, Graph, graph.Replace(old, replacement)), "");
        AssertRefused(RawSafetensors.WithMetadata(bytes, Version, "1"), "");
        AssertRefused(RawSafetensors.WithMetadata(_bytes, Version, "2"), "");
    }

    [TestMethod]
    public void Weights_lie_in_the_graph_s_order_and_the_metadata_is_text()
    {
        (JsonElement header, byte[] data) = RawSafetensors.Split(_bytes);
        string[] names = [.. header.EnumerateObject().Select(entry => entry.Name)];
        TestModels.AssertSequence(
            ["__metadata__", .. Example.Graph.Parameters.Select(parameter => parameter.Name)], names);
        TestModels.AssertSequence(
            [.. Example.Weights["conv.weight"].Data.ToArray().Select(BitConverter.SingleToInt32Bits)],
            RawSafetensors.Bits(header, data, "conv.weight"));
        Assert.AreEqual("pt", header.GetProperty("__metadata__").GetProperty("format").GetString());
        Assert.IsTrue(header.GetProperty("__metadata__").EnumerateObject().All(
            entry => entry.Value.ValueKind == JsonValueKind.String));
    }

    [TestMethod]
    public void The_graph_is_written_in_PyTorch_s_names()
    {
        JsonNode layer = GraphOf(_bytes)["layers"]!.AsArray().Single(layer => (string?)layer!["name"] == "soft")!;
        Assert.AreEqual("SoftPool2d", (string?)layer["operator"]!["op"]);
        Assert.AreEqual("[2,3]", layer["operator"]!["kernel_size"]!.ToJsonString());
        Assert.AreEqual("per_channel", (string?)layer["operator"]!["weights"]);
        Assert.IsTrue((bool)layer["operator"]!["ceil_mode"]!);
    }

    [TestMethod]
    public void Weights_may_be_NaN()
    {
        ModelGraph graph = TestModels.Sequential(new TensorShape(2), new Linear(2, 1));
        var weights = new Dictionary<string, Tensor>
        {
            ["0.weight"] = new(new TensorShape(1, 2), new[] { float.NaN, float.PositiveInfinity }),
            ["0.bias"] = new(new TensorShape(1), new float[1]),
        };
        Model read = Load(Save(new Model(graph, weights, [], new Preprocessing([], []))));
        TestModels.AssertSequence<float>(
            [float.NaN, float.PositiveInfinity], read.Weights["0.weight"].Data.ToArray());
    }

    [TestMethod]
    [DataRow(Version)]
    [DataRow(Graph)]
    [DataRow(Classes)]
    [DataRow(Preprocessing)]
    public void Refuses_weights_without_a_model(string key) =>
        AssertRefused(RawSafetensors.WithMetadata(_bytes, key, null), key);

    [TestMethod]
    [DataRow(Version, "")]
    [DataRow(Version, "01")]
    [DataRow(Classes, "null")]
    [DataRow(Classes, "{}")]
    [DataRow(Classes, "[1,2,3]")]
    [DataRow(Classes, """["a","b"]""")]
    [DataRow(Classes, """["a","b",null]""")]
    [DataRow(Classes, """["a","b","\ud800"]""")]
    [DataRow(Classes, """["a","b","c"]]""")]
    [DataRow(Preprocessing, "null")]
    [DataRow(Preprocessing, "{}")]
    [DataRow(Preprocessing, """{"mean":[0,0]}""")]
    [DataRow(Preprocessing, """{"mean":[0,0],"standard_deviation":null}""")]
    [DataRow(Preprocessing, """{"mean":[0,0],"standard_deviation":[1]}""")]
    [DataRow(Preprocessing, """{"mean":[0,0],"standard_deviation":[1,0]}""")]
    [DataRow(Preprocessing, """{"mean":[0,0],"standard_deviation":[1,1e999]}""")]
    [DataRow(Preprocessing, """{"mean":[0,-1e999],"standard_deviation":[1,1]}""")]
    [DataRow(Preprocessing, """{"mean":[0,0],"standard_deviation":[1,1],"gamma":2.2}""")]
    [DataRow(Preprocessing, """{"mean":[9,9],"mean":[0,0],"standard_deviation":[1,1]}""")]
    [DataRow(Graph, "")]
    [DataRow(Graph, "null")]
    [DataRow(Graph, "[]")]
    [DataRow(Graph, "{}")]
    [DataRow(Graph, "{")]
    public void Refuses_damaged_metadata(string key, string value) =>
        AssertRefused(RawSafetensors.WithMetadata(_bytes, key, value), "");

    [TestMethod]
    [DataRow("\"name\":\"test\"", "\"name\":null")]
    [DataRow("\"name\":\"test\"", "\"name\":\"\\ud800\"")]
    [DataRow("\"name\":\"test\"", "\"name\":\"other\",\"name\":\"test\"")]
    [DataRow("\"name\":\"test\"", "\"name\":\"test\",\"author\":\"unknown\"")]
    [DataRow("\"name\":\"test\",", "")]
    [DataRow("\"input_shape\":[2,7,9]", "\"input_shape\":[2,7]")]
    [DataRow("\"input_shape\":[2,7,9]", "\"input_shape\":[2,0,9]")]
    [DataRow("\"input_shape\":[2,7,9]", "\"input_shape\":[2,70000,90000]")]
    [DataRow("\"input_shape\":[2,7,9]", "\"input_shape\":null")]
    [DataRow("\"input_shape\":[2,7,9]", "\"input_shape\":[2,7,9.5]")]
    [DataRow("\"input_shape\":[2,7,9]", "\"input_shape\":{}")]
    [DataRow("\"layers\":[", "\"layers\":[null,")]
    [DataRow("\"layers\":[", "\"layers\":[{},")]
    [DataRow("\"layers\":[", "\"layers\":[7,")]
    [DataRow("\"layers\":[", "\"layers\":[{\"name\":\"x\",\"operator\":null},")]
    [DataRow("\"layers\":[", "\"layers\":[{\"name\":\"x\",\"operator\":{}},")]
    [DataRow("\"layers\":[", "\"layers\":[{\"name\":null,\"operator\":{\"op\":\"ReLU\"}},")]
    [DataRow("\"op\":\"ReLU\"", "\"op\":\"GELU\"")]
    [DataRow("\"op\":\"ReLU\"", "\"op\":1")]
    [DataRow("\"op\":\"ReLU\"", "\"op\":null")]
    [DataRow("\"op\":\"ReLU\"", "\"op\":\"ReLU\",\"op\":\"ReLU\"")]
    [DataRow("\"op\":\"ReLU\"", "\"op\":\"ReLU\",\"slope\":0.1")]
    [DataRow("\"in_channels\":2,", "")]
    [DataRow("\"in_channels\":2,", "\"in_channels\":2,\"in_channels\":2,")]
    [DataRow("\"in_channels\":2,", "\"in_channels\":\"2\",")]
    [DataRow("\"in_channels\":2,", "\"in_channels\":-2,")]
    [DataRow("\"in_channels\":2,", "\"in_channels\":3,")]
    [DataRow("\"out_channels\":4,", "\"out_channels\":2147483647,")]
    [DataRow("\"kernel_size\":[3,2]", "\"kernel_size\":[3,2,1]")]
    [DataRow("\"kernel_size\":[3,2]", "\"kernel_size\":[0,2]")]
    [DataRow("\"kernel_size\":[3,2]", "\"kernel_size\":[2147483647,2147483647]")]
    [DataRow("\"weights\":\"per_channel\"", "\"weights\":\"per_pixel\"")]
    [DataRow("\"weights\":\"per_channel\"", "\"weights\":2")]
    [DataRow("\"weights\":\"per_channel\"", "\"weights\":0")]
    [DataRow("\"weights\":\"per_channel\"", "\"weights\":\"PER_CHANNEL\"")]
    [DataRow("\"weights\":\"per_channel\"", "\"weights\":null")]
    [DataRow("\"ceil_mode\":true", "\"ceil_mode\":null")]
    [DataRow("\"ceil_mode\":true", "\"ceil_mode\":1")]
    [DataRow("\"p\":0.25", "\"p\":1")]
    [DataRow("\"p\":0.25", "\"p\":\"NaN\"")]
    [DataRow("\"p\":0.25", "\"p\":1e999")]
    [DataRow("\"name\":\"norm\"", "\"name\":\"conv\"")]
    [DataRow("\"name\":\"norm\"", "\"name\":\"\"")]
    [DataRow("\"name\":\"conv\"", "\"name\":\"zero\"")] // The weights lack zero.weight then.
    [DataRow("\"inputs\":[\"leaky\",\"max\"]", "\"inputs\":[\"leaky\",\"gated\"]")] // A cycle.
    [DataRow("\"inputs\":[\"leaky\",\"max\"]", "\"inputs\":[\"leaky\",\"residual\"]")]
    [DataRow("\"inputs\":[\"leaky\",\"max\"]", "\"inputs\":[\"leaky\",null]")]
    [DataRow("\"inputs\":[\"leaky\",\"max\"]", "\"inputs\":[\"leaky\"]")]
    [DataRow("\"inputs\":[\"leaky\",\"max\"]", "\"inputs\":\"leaky\"")]
    [DataRow(",\"groups\":2", "")]
    [DataRow(",\"count_include_pad\":false", "")]
    [DataRow(",\"bias\":true", "")]
    [DataRow("\"groups\":2", "\"groups\":0")]
    [DataRow("\"dilation\":[2,2]", "\"dilation\":[2,-2]")]
    [DataRow("\"eps\":1E-05", "\"eps\":-1")]
    public void Refuses_a_damaged_graph(string old, string replacement)
    {
        string graph = GraphText(_bytes);
        int place = graph.IndexOf(old, StringComparison.Ordinal);
        Assert.AreNotEqual(-1, place, $"The test expects {old} in {graph}.");
        string damaged = graph[..place] + replacement + graph[(place + old.Length)..];
        AssertRefused(RawSafetensors.WithMetadata(_bytes, Graph, damaged), "");
    }

    [TestMethod]
    public void Refuses_a_deep_graph() => AssertRefused(
        RawSafetensors.WithMetadata(
            _bytes, Graph, string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000)),
        "");

    [TestMethod]
    public void Says_so_when_the_model_is_of_another_version_even_where_its_graph_is_unknown()
    {
        byte[] unknown = RawSafetensors.WithMetadata(_bytes, Graph, """{"nodes":[],"edges":[]}""");
        AssertRefused(RawSafetensors.WithMetadata(unknown, Version, "3"), "it has version 3,");
    }

    [TestMethod]
    public void Only_a_file_of_the_second_version_says_how_pictures_are_resized()
    {
        Assert.AreEqual("1", Metadata(_bytes, Version));
        Assert.IsFalse(Metadata(_bytes, Preprocessing).Contains("resize", StringComparison.Ordinal));
        Assert.AreEqual(new Stretch(), Load(_bytes).Preprocessing.Resize);
        foreach (Resize resize in (Resize[])
            [
                new CenterCrop(256) { Interpolation = Interpolation.Bicubic }, new Letterbox(114) { Antialias = false },
                new Stretch { Interpolation = Interpolation.Nearest },
            ])
        {
            byte[] file = Save(new Model(
                Example.Graph, Example.Weights, Example.ClassNames, Example.Preprocessing with { Resize = resize }));
            Assert.AreEqual("2", Metadata(file, Version));
            Assert.AreEqual(resize, Load(file).Preprocessing.Resize);
            AssertRefused(
                RawSafetensors.WithMetadata(RawSafetensors.WithMetadata(file, Version, "1"), Graph, GraphText(_bytes)),
                "how pictures are resized");
        }

        static string Metadata(byte[] file, string key) =>
            RawSafetensors.Split(file).Header.GetProperty("__metadata__").GetProperty(key).GetString()!;
    }

    [TestMethod]
    [DataRow("null")]
    [DataRow("{}")]
    [DataRow("\"letterbox\"")]
    [DataRow("""{"mode":"center_crop","interpolation":"bilinear","antialias":true}""")]
    [DataRow("""{"mode":"center_crop","size":0,"interpolation":"bilinear","antialias":true}""")]
    [DataRow("""{"mode":"center_crop","size":99999,"interpolation":"bilinear","antialias":true}""")]
    [DataRow("""{"mode":"center_crop","size":256,"interpolation":"lanczos","antialias":true}""")]
    [DataRow("""{"mode":"center_crop","size":256,"antialias":true}""")]
    [DataRow("""{"mode":"center_crop","size":256,"interpolation":"bilinear"}""")]
    [DataRow("""{"mode":"center_crop","size":256,"interpolation":"bilinear","antialias":true,"fill":3}""")]
    [DataRow("""{"mode":"letterbox","fill":256,"interpolation":"bilinear","antialias":true}""")]
    [DataRow("""{"mode":"letterbox","fill":1,"interpolation":"bicubic","antialias":false}""")]
    [DataRow("""{"mode":"Stretch","interpolation":"bilinear","antialias":true}""")]
    public void Refuses_damaged_resizing(string resize)
    {
        byte[] file = Save(new Model(
            Example.Graph, Example.Weights, [], Example.Preprocessing with { Resize = new Letterbox(114) }));
        Load(file);
        AssertRefused(
            RawSafetensors.WithMetadata(
                file, Preprocessing, $$"""{"mean":[0,0],"standard_deviation":[1,1],"resize":{{resize}}}"""),
            "");
    }

    [TestMethod]
    public void Refuses_weights_that_are_not_the_graph_s()
    {
        (JsonElement header, byte[] data) = RawSafetensors.Split(_bytes);
        AssertRefused(
            RawSafetensors.Build(header.GetRawText().Replace("conv.weight", "9.weight"), data), "lack conv.weight");
        AssertRefused(
            RawSafetensors.Build(header.GetRawText().Replace("[4,2,3,2]", "[4,2,2,3]"), data), "has shape 4x2x3x2");
    }

    private byte[] Save(Model model)
    {
        model.Save(_folder["model.safetensors"]);
        return File.ReadAllBytes(_folder["model.safetensors"]);
    }

    private Model Load(byte[] bytes)
    {
        File.WriteAllBytes(_folder["model.safetensors"], bytes);
        return Model.Load(_folder["model.safetensors"]);
    }

    private static string VersionOf(byte[] bytes) =>
        RawSafetensors.Split(bytes).Header.GetProperty("__metadata__").GetProperty(Version).GetString()!;

    private static string GraphText(byte[] bytes) =>
        RawSafetensors.Split(bytes).Header.GetProperty("__metadata__").GetProperty(Graph).GetString()!;

    private static JsonNode GraphOf(byte[] bytes) => JsonNode.Parse(GraphText(bytes))!;

    private void AssertRefused(byte[] bytes, string why) =>
        StringAssert.Contains(Assert.ThrowsExactly<ModelFormatException>(() => Load(bytes)).Message, why);
}
