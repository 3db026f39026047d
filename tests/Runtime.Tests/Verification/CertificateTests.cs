using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SoftPool.Models;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Files;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Verification;

/// <summary>The certificate in its file: what comes back, what is refused, and that no bit changes unseen.</summary>
[TestClass]
public sealed class CertificateTests
{
    private const string Key = "softpool.certificate", HashKey = "softpool.certificate.sha256";

    private static readonly Model Tiny = Certified.Of(Certified.Tiny);

    private static readonly JsonSerializerOptions Relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [TestMethod]
    public void A_certificate_comes_back_as_it_went()
    {
        foreach (ModelGraph graph in (ModelGraph[])[Certified.Tiny, TestModels.EveryOperator(), Certified.OfPictures])
        {
            Model model = Certified.Of(graph);
            byte[] file = Save(model);
            Model read = Load(file);
            Certificate expected = model.Certificate!, actual = read.Certificate!;
            Assert.AreEqual("the reference", actual.Framework);
            Assert.AreEqual("C#", actual.Device);
            Assert.AreEqual(expected.Date, actual.Date);
            Assert.AreEqual(expected.Inputs, actual.Inputs);
            Assert.AreEqual(expected.Pictures, actual.Pictures);
            Assert.AreEqual(expected.Sha256, actual.Sha256);
            Assert.AreEqual(expected.Text, actual.Text);
            Assert.IsEmpty(CertificateHashes.ChangesOf(read, actual));
            Assert.IsTrue(file.AsSpan().SequenceEqual(Save(read)));
        }
    }

    [TestMethod]
    public void What_rounding_does_to_a_layer_is_kept_where_it_was_measured()
    {
        Model model = TestModels.WithWeights(
            TestModels.Sequential(new TensorShape(4), new ReLU(), new Sigmoid(), new Tanh()));
        var builder = new CertificateBuilder(model, [new(Seed: 1)]);
        builder.Add(0, [1, 2, 3, 4], [1, 2.01f, 3, 4]);
        builder.Add(1, [1, 2, 3, 4], [1, 2, float.NaN, 4]);
        builder.Add(2, [1, 2, 3, 4]);
        model = model.With(builder.Build("the reference", "C#", DateTimeOffset.UnixEpoch));
        TestModels.AssertSequence<double?>(
            [3.33e-6, null, null],
            Load(Save(model)).Certificate!.Document.Layers.Select(layer => layer.RoundingNmse));
        Assert.IsTrue(model.Certificate!.Document.Layers.All(layer => layer.RoundingError is null), "No output's.");
    }

    [TestMethod]
    public void The_largest_rounding_of_an_output_is_kept()
    {
        Model model = TestModels.WithWeights(
            TestModels.Sequential(new TensorShape(4), new ReLU(), new Sigmoid()));
        var builder = new CertificateBuilder(model, [new(Seed: 1)]);
        builder.Add(0, [1, 2, 3, 4], [1, 2.01f, 3, 4]);
        builder.Add(1, [1, 2, 3, 4], [1, 2, 3.01f, 4]);
        model = model.With(builder.Build("the reference", "C#", DateTimeOffset.UnixEpoch));
        TestModels.AssertSequence<double?>(
            [null, 2.5e-3], Load(Save(model)).Certificate!.Document.Layers.Select(layer => layer.RoundingError));
        Assert.DoesNotContain("rounding", Tiny.Certificate!.Text, "Old certificates are written as they were.");
    }

    [TestMethod]
    public void A_file_written_by_others_keeps_its_texts()
    {
        // The same graph with a space more: what was hashed is what stands in the file.
        byte[] spaced = Replace(
            Save(TestModels.WithWeights(Certified.Tiny)), "softpool.graph", "{\"name\"", "{ \"name\"");
        Model model = Load(spaced);
        Assert.AreEqual(Tiny.Texts.Graph, model.Texts.Graph, "Without a certificate the file is written anew.");
        byte[] withCertificate = Replace(Save(Tiny), "softpool.graph", "{\"name\"", "{ \"name\"");
        TestModels.AssertSequence<string>(["graph"], Changes(Load(withCertificate)));
        Assert.IsTrue(Save(Load(withCertificate)).AsSpan().SequenceEqual(Save(Load(Save(Load(withCertificate))))));
        TestModels.AssertSequence<string>(["graph"], Changes(Load(Save(Load(withCertificate)))));
    }

    /// <summary>Every single bit of a file: it is refused, or what has changed is named.</summary>
    [TestMethod]
    public void No_flipped_bit_goes_unseen()
    {
        byte[] file = Save(Tiny);
        int data = file.Length - (8 + 2) * sizeof(float), refused = 0, named = 0;
        string text = Encoding.Latin1.GetString(file, 0, data);
        // What PyTorch's tools look for is no part of the model.
        int format = text.IndexOf("\"format\":\"pt\"", StringComparison.Ordinal);
        int formatEnd = format + "\"format\":\"pt\"".Length;
        for (int bit = 0; bit < 8 * file.Length; bit++)
        {
            int place = bit / 8;
            if (place >= format && place < formatEnd)
                continue;
            byte[] flipped = [.. file];
            flipped[place] ^= (byte)(1 << bit % 8);
            Model model;
            try
            {
                model = Load(flipped);
            }
            catch (ModelFormatException)
            {
                Assert.IsLessThan(data, place, "A weight may have any value.");
                refused++;
                continue;
            }
            IReadOnlyList<string> changes = Changes(model);
            Assert.AreEqual(
                PartAt(text, place, data), string.Join(", ", changes),
                $"bit {bit % 8} of byte {place}, '{(char)file[place]}'");
            named++;
        }
        Assert.IsGreaterThan(8 * (file.Length - data), named);
        Assert.IsGreaterThan(0, refused);
    }

    [TestMethod]
    [DataRow("""{"framework":"the reference",""", "{")]
    [DataRow("\"framework\":\"the reference\"", "\"framework\":null")]
    [DataRow("\"framework\":\"the reference\"", "\"framework\":\"a\",\"framework\":\"the reference\"")]
    [DataRow("\"framework\":\"the reference\"", "\"framework\":\"the reference\",\"signed\":true")]
    [DataRow("2026-01-02T03:04:05", "2026-13-02T03:04:05")]
    [DataRow("\"layer_nmse\":1E-10", "\"layer_nmse\":-1")]
    [DataRow("\"layer_nmse\":1E-10", "\"layer_nmse\":\"NaN\"")]
    [DataRow("\"layer_nmse\":1E-10", "\"layer_nmse\":1e999")]
    [DataRow("\"top1_share\":1", "\"top1_share\":2")]
    [DataRow("\"weights\":[\"", "\"weights\":[null,\"")]
    [DataRow("\"weights\":[\"", "\"weights\":[\"x")]
    [DataRow("\"weights\":[", "\"weights\":[\"0000000000000000000000000000000000000000000000000000000000000000\",")]
    [DataRow("""[{"seed":1},{"seed":2}]""", "[]")]
    [DataRow("""[{"seed":1},{"seed":2}]""", """[{"seed":1}]""")]
    [DataRow("""[{"seed":1},{"seed":2}]""", """[{"seed":1},null]""")]
    [DataRow("""[{"seed":1},{"seed":2}]""", """[{"seed":1},{}]""")]
    [DataRow("""[{"seed":1},{"seed":2}]""", """[{"seed":1},{"seed":9223372036854775808}]""")]
    [DataRow("""[{"seed":1},{"seed":2}]""", """[{"seed":1},{"picture":{"width":1,"height":1,"rgb":"AAAA"}}]""")]
    [DataRow("\"logits\":\"", "\"logits\":\"AAAA")]
    [DataRow("\"logits\":\"", "\"logits\":\"!")]
    [DataRow("\"layers\":[", "\"layers\":[null,")]
    [DataRow(
        "\"layers\":[{",
        "\"layers\":[{\"min\":0,\"max\":0,\"mean\":0,\"norm\":0,\"non_finite\":0,\"samples\":\"AAAAAA==\"},{")]
    [DataRow("\"non_finite\":0", "\"non_finite\":-1")]
    [DataRow("\"non_finite\":0", "\"non_finite\":9")]
    [DataRow("\"non_finite\":0", "\"non_finite\":0,\"rounding_nmse\":-1e-12")]
    [DataRow("\"non_finite\":0", "\"non_finite\":0,\"rounding_nmse\":1e999")]
    [DataRow("\"non_finite\":0", "\"non_finite\":0,\"rounding_error\":-1e-12")]
    [DataRow("\"non_finite\":0", "\"non_finite\":0,\"rounding_error\":1e999")]
    [DataRow("\"min\":", "\"min\":1e30,\"x\":")]
    [DataRow("\"min\":-", "\"min\":1e30")]
    [DataRow("\"norm\":", "\"norm\":-")]
    [DataRow("\"norm\":", "\"norm\":1e999,\"x\":")]
    [DataRow("\"samples\":\"", "\"samples\":\"AAAAAAAA")]
    [DataRow("\"samples\":\"", "\"samples\":\"\",\"x\":\"")]
    public void Refuses_a_damaged_certificate(string old, string replacement) => StringAssert.Contains(
        Assert.ThrowsExactly<ModelFormatException>(() => Load(Replace(Save(Tiny), Key, old, replacement))).Message,
        "its certificate");

    [TestMethod]
    [DataRow(3, 9)]
    [DataRow(0, 5)]
    [DataRow(-1, -20)]
    [DataRow(2147483647, 2147483647)]
    public void Refuses_a_picture_whose_bytes_are_not_its_pixels(int width, int height)
    {
        Model model = Certified.Of(Certified.OfPictures);
        byte[] damaged = Replace(
            Save(model), Key, "\"width\":5,\"height\":4", $"\"width\":{width},\"height\":{height}");
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(() => Load(damaged)).Message,
            $"a picture of {width}x{height} pixels");
    }

    [TestMethod]
    [DataRow(Key)]
    [DataRow(HashKey)]
    public void Refuses_half_a_certificate(string key) => StringAssert.Contains(
        Assert.ThrowsExactly<ModelFormatException>(
            () => Load(RawSafetensors.WithMetadata(Save(Tiny), key, null))).Message,
        $"lacks {key};");

    [TestMethod]
    [DataRow(Key, "null")]
    [DataRow(Key, "")]
    [DataRow(Key, "{}")]
    [DataRow(HashKey, "")]
    [DataRow(HashKey, "0123")]
    public void Refuses_what_is_no_certificate(string key, string value) =>
        Assert.ThrowsExactly<ModelFormatException>(() => Load(RawSafetensors.WithMetadata(Save(Tiny), key, value)));

    [TestMethod]
    public void Of_ten_thousand_layers_it_takes_less_than_2_MB()
    {
        Operator[] layers =
        [
            .. Enumerable.Range(0, 10_000).Select(i => i % 100 == 0 ? new BatchNorm2d(2) : (Operator)new ReLU()),
        ];
        Model model = Certified.Add(
            TestModels.WithWeights(TestModels.Sequential(new TensorShape(2, 20, 20), layers)),
            [new(Seed: 1), new(Seed: 2), new(Seed: 3)]);
        Assert.IsLessThan(2_000_000, JsonSerializer.SerializeToUtf8Bytes(model.Certificate!.Text, Relaxed).Length);
        Assert.IsNull(model.Certificate.Document.Layers.FirstOrDefault(layer => layer.Samples.Length < sizeof(float)));
        Assert.IsEmpty(Changes(Load(Save(model))));
    }

    [TestMethod]
    public void Large_outputs_are_kept_as_samples_with_the_place_of_the_largest()
    {
        Model model = Certified.Of(TestModels.Sequential(new TensorShape(200_000), new ReLU()));
        CertificateDocument document =
            Certificate.Read(model.Certificate!.Text, model.Certificate.Sha256, model).Document;
        Assert.AreEqual(65_536 * sizeof(float), document.Logits.Length);
        var outputs = new CertificateOutputs(document, model.Graph);
        for (int input = 0; input < 2; input++)
        {
            float[] values =
                [.. document.Inputs[input].ToItems(model)[0].ToArray().Select(value => Math.Max(value, 0))];
            Assert.AreEqual(32_768, outputs.Of(input).Length);
            TestModels.AssertSequence<float>([.. outputs.Of(input)], outputs.Of(input, values));
            Assert.AreEqual(Array.IndexOf(values, values.Max()), outputs.LargestOf(input));
        }
        Assert.IsNull(Tiny.Certificate!.Document.Top1, "All outputs are kept where they take little.");
    }

    [TestMethod]
    public void Of_several_outputs_the_small_ones_are_kept_whole()
    {
        ModelGraph graph = new(
            "heads", [new NetworkInput("x", new TensorShape(200_000))],
            [new("relu", new ReLU()), new("part", new Slice(1, 7, 5, 1), ["relu"])],
            [("small", "part"), ("large", "relu")]);
        Model model = Certified.Of(graph);
        CertificateDocument document = model.Certificate!.Document;
        TestModels.AssertSequence<int>([10, 32_768], CertificateOutputs.SamplesOfEach(document, graph)!);
        CertificateOutputs small = new(document, graph), large = new(document, graph, output: 1);
        for (int input = 0; input < 2; input++)
        {
            float[] values =
                [.. document.Inputs[input].ToItems(model)[0].ToArray().Select(value => Math.Max(value, 0))];
            TestModels.AssertSequence<float>(values.AsSpan(7, 5), small.Of(input).ToArray());
            TestModels.AssertSequence<float>([.. large.Of(input)], large.Of(input, values));
        }
        foreach (int floats in (int[])[32_777, 3, 12, 400_009])
            StringAssert.Contains(
                Assert.ThrowsExactly<ModelFormatException>(
                    () => Certificate.Of(document with { Logits = new byte[4 * floats], Top1 = null }, model)).Message,
                "bytes of logits");
        foreach (int floats in (int[])[3, 400_010, 400_011])
            StringAssert.Contains(
                Assert.ThrowsExactly<ModelFormatException>(
                    () => Certificate.Of(document with { Logits = new byte[4 * floats] }, model)).Message,
                "bytes of samples of logits");
    }

    [TestMethod]
    public void Refuses_samples_of_outputs_that_cannot_be()
    {
        Model model = Certified.Of(TestModels.Sequential(new TensorShape(200_000), new ReLU()));
        CertificateDocument document = model.Certificate!.Document;
        CertificateDocument[] wrong =
        [
            document with { Top1 = null }, document with { Top1 = [1] }, document with { Top1 = [1, 2, 3] },
            document with { Top1 = [0, 200_000] }, document with { Top1 = [-1, 0] },
            document with { Logits = [] }, document with { Logits = new byte[4] },
            document with { Logits = new byte[10] }, document with { Logits = new byte[4 * 400_000] },
            document with { Logits = new byte[4 * 400_001] },
        ];
        foreach (CertificateDocument each in wrong)
            StringAssert.Contains(
                Assert.ThrowsExactly<ModelFormatException>(() => Certificate.Of(each, model)).Message,
                "its certificate ");
    }

    private static IReadOnlyList<string> Changes(Model model) =>
        model.Certificate is { } certificate ? CertificateHashes.ChangesOf(model, certificate) : ["no certificate"];

    /// <summary>What the byte at a place belongs to, as a report calls it.</summary>
    private static string PartAt(string header, int place, int data)
    {
        if (place >= data)
            return place < data + 8 * sizeof(float) ? "weight linear.weight" : "weight linear.bias";
        (string Key, string Part)[] parts =
        [
            ("softpool.graph", "graph"), ("softpool.classes", "list of classes"),
            ("softpool.preprocessing", "preprocessing"),
            (Key, "certificate"), (HashKey, "certificate"),
        ];
        return parts.Last(part =>
            header.IndexOf($"\"{part.Key}\":", StringComparison.Ordinal) is >= 0 and int begin && begin <= place).Part;
    }

    private static byte[] Replace(byte[] file, string key, string old, string replacement)
    {
        string text = RawSafetensors.Split(file).Header.GetProperty("__metadata__").GetProperty(key).GetString()!;
        int place = text.IndexOf(old, StringComparison.Ordinal);
        Assert.AreNotEqual(-1, place, $"The test expects {old} in {text}.");
        return RawSafetensors.WithMetadata(file, key, text[..place] + replacement + text[(place + old.Length)..]);
    }

    private static byte[] Save(Model model)
    {
        using var stream = new MemoryStream();
        ModelFile.ToSafetensors(model).Write(stream);
        return stream.ToArray();
    }

    private static Model Load(byte[] file) => ModelFile.Read(new MemoryStream(file), "test");
}
