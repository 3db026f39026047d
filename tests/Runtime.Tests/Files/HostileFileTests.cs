using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using SoftPool.Files;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Models;
using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Files;

/// <summary>Whatever bytes a file holds: it loads, or it is refused with the one exception for that; within a second,
/// and without taking the memory that it claims. 28,800 damaged files, most of them with a certificate, the same in
/// each run.</summary>
[TestClass]
public sealed class HostileFileTests
{
    private const int Rounds = 3_600;
    private const long LargestAllocation = 256_000_000;
    private const int LargestHeader = 4 << 20;

    /// <summary>More than the example's header holds beside what a flood replaces.</summary>
    private const int RestOfHeader = 10_000;

    private const string Graph = "softpool.graph", Certificate = "softpool.certificate";

    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(1);

    private static readonly byte[] Maps = Save(TestModels.WithWeights(TestModels.EveryOperator()));

    private static readonly byte[] Signals = Save(TestModels.WithWeights(new ModelGraph(
        "signals", new TensorShape(4, 12),
        [
            new("max", new MaxPool1d(3, 2, 1, true)), new("average", new AvgPool1d(3, 2, 1, true), ["input"]),
            new("soft", new SoftPool1d(3, 2, 1, true, SoftPoolWeighting.PerChannel), ["input"]),
            new("all", new Concat(), ["max", "average", "soft"]),
            new("flat", new Flatten()), new("linear", new Linear(84, 2)),
        ])));

    private static readonly byte[] Certified = Save(Verification.Certified.Of(Verification.Certified.OfPictures));

    private static readonly Dictionary<string, Func<byte[], Random, byte[]>> Damages = new()
    {
        [nameof(Bytes)] = Bytes,
        [nameof(HeaderText)] = HeaderText,
        [nameof(HeaderMeaning)] = HeaderMeaning,
        [nameof(GraphText)] = GraphText,
        [nameof(GraphMeaning)] = GraphMeaning,
        [nameof(Pieces)] = Pieces,
        [nameof(CertificateText)] = CertificateText,
        [nameof(CertificateMeaning)] = CertificateMeaning,
    };

    public static IEnumerable<object[]> DamageNames => Damages.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(DamageNames))]
    public void Damaged_files_load_or_are_refused(string damage)
    {
        var random = new Random(damage.Length);
        int loaded = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = Damages[damage](
                round % 2 == 0 || damage.StartsWith(nameof(Certificate), StringComparison.Ordinal) ? Certified
                : round % 4 == 1 ? Signals : Maps, random);
            if (Load(bytes, $"{damage}, round {round}") is { } model)
            {
                loaded++;
                CheckUsable(model);
            }
        }
        Assert.IsTrue(
            loaded is >= Rounds / 200 and < Rounds * 199 / 200,
            $"{loaded} of {Rounds} loaded: the damage is too little or too much.");
    }

    private static readonly Dictionary<string, Func<byte[]>> Floods = new()
    {
        ["numbers"] = () => Flood("{\"a\":[", "0,", "]}"),
        ["no end"] = () => Flood("{", "\"a\":0,", ""),
        ["scalars"] = () => Scalars(50_000),
        ["metadata"] = () => Flood("{\"__metadata__\":{", index => $"\"{index}\":\"\",", "}}"),
        ["equal names"] = () => Flood("{\"__metadata__\":{", "\"a\":\"\",", "}}"),
        ["a name of a tensor"] = () => Flood("{\"", "a", "\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]}}"),
        ["a dtype"] = () => Flood("{\"a\":{\"dtype\":\"", "\\u0041", "\"}}"),
        ["a shape"] = () => Flood("{\"a\":{\"dtype\":\"F32\",\"shape\":[", "1,", "],\"data_offsets\":[0,4]}}"),
        ["layers"] = () => InLayers(index => $$$"""{"name":"{{{index:x}}}","operator":{"op":"Add"}},"""),
        ["convolutions"] = () => InLayers(index => $$$"""
            {"name":"{{{index:x}}}","operator":{"op":"Conv2d","in_channels":1,"out_channels":1,"kernel_size":1,"stride":1,
            "padding":0,"dilation":1,"groups":1,"bias":false}},
            """),
        ["layers without a name"] = () => InLayers(_ => """{"name":"","operator":{"op":"Add"}},"""),
        ["inputs"] = () => InLayers(
            _ => "\"input\",", "{\"name\":\"\",\"operator\":{\"op\":\"Concat\"},\"inputs\":[", "]}"),
        ["inputs without a name"] = () => InLayers(
            _ => "\"\",", "{\"name\":\"\",\"operator\":{\"op\":\"Add\"},\"inputs\":[", "]}"),
        ["attributes"] = () => InLayers(
            index => $"\"{index}\":0,", "{\"name\":\"\",\"operator\":{\"op\":\"Add\",", "}}"),
        ["a late op"] = () => InLayers(
            _ => "[],", "{\"name\":\"\",\"operator\":{\"kernel_size\":[", "],\"op\":\"Conv2d\"}}"),
        ["a name of a layer"] = () => InLayers(_ => "a", "{\"name\":\"", "\",\"operator\":{\"op\":\"Add\"}}"),
        ["a name of an attribute"] = () => InLayers(
            _ => "a", "{\"name\":\"\",\"operator\":{\"op\":\"Add\",\"", "\":1}}"),
        ["extents"] = () => InMetadata(Graph, _ => "1,", "{\"name\":\"\",\"input_shape\":[", "],\"layers\":[]}"),
        ["classes"] = () => InMetadata("softpool.classes", _ => "\"\",", "[", "]"),
        ["seeds"] = () => InCertificate("\"inputs\":[", _ => "{\"seed\":1},", "", "]"),
        ["pictures"] = () => InCertificate(
            "\"inputs\":[", _ => "{\"picture\":{\"width\":1,\"height\":1,\"rgb\":\"AAAA\"}},", "", "]"),
        ["a picture"] = () => InCertificate(
            "\"inputs\":[", _ => "A", "{\"picture\":{\"width\":2147483647,\"height\":2147483647,\"rgb\":\"", "\"}}]"),
        ["logits"] = () => InCertificate("\"logits\":\"", _ => "A", "", "\""),
        ["samples"] = () => InCertificate("\"samples\":\"", _ => "A", "", "\""),
        ["hashes"] = () => InCertificate("\"weights\":[", _ => "\"\",", "", "]"),
        ["certified layers"] = () => InCertificate("\"layers\":[", _ => "{},", "", "]"),
        ["null layers"] = () => InCertificate("\"layers\":[", _ => "null,", "", "]"),
        ["a framework"] = () => InCertificate("\"framework\":\"", _ => "a", "", "\""),
        ["means"] = () => InMetadata(
            "softpool.preprocessing", _ => "0,", "{\"mean\":[", "],\"standard_deviation\":[0,0]}"),
    };

    public static IEnumerable<object[]> FloodNames => Floods.Keys.Select(name => new object[] { name });

    /// <summary>Headers as long as the reader takes them, filled with what grows most when it is parsed.</summary>
    [TestMethod]
    [DynamicData(nameof(FloodNames))]
    public void A_flood_is_refused(string name)
    {
        byte[] file = Floods[name]();
        Assert.IsLessThanOrEqualTo(
            LargestHeader, BinaryPrimitives.ReadInt64LittleEndian(file), "Length alone would refuse it.");
        Assert.IsNull(Load(file, name));
    }

    [TestMethod]
    public void A_header_of_more_than_4_MiB_is_refused_whatever_it_says() => StringAssert.Contains(
        Assert.ThrowsExactly<ModelFormatException>(
            () => SafetensorsFile.Read(
                new MemoryStream(RawSafetensors.Build("{}" + new string(' ', LargestHeader), 0)), "a")).Message,
        "at most 4194304 are read");

    [TestMethod]
    public void A_complaint_repeats_a_file_s_text_in_part_and_without_control_characters()
    {
        byte[] file = RawSafetensors.Build(
            JsonSerializer.Serialize(new Dictionary<string, object>
            {
                [$"\u001b[2J{new string('a', 10_000)}"] = new { dtype = "I32" },
            }), 0);
        string message = Assert.ThrowsExactly<ModelFormatException>(
            () => SafetensorsFile.Read(new MemoryStream(file), "a.safetensors")).Message;
        StringAssert.StartsWith(message, "a.safetensors is no valid safetensors file: tensor ?[2Jaaa");
        StringAssert.EndsWith(message, "aaa....");
        Assert.IsLessThan(600, message.Length);
    }

    /// <summary>The model, or null where it is refused. Fails on anything else.</summary>
    private static Model? Load(byte[] bytes, string name, bool again = false)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        Model? model = null;
        try
        {
            model = ModelFile.Read(new MemoryStream(bytes), name);
        }
        catch (ModelFormatException)
        {
        }
        catch (Exception e)
        {
            Assert.Fail($"{name}: {e}");
        }
        TimeSpan time = watch.Elapsed;
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        // Other tests may have had the processor meanwhile.
        if (time >= LongestTime && !again)
            return Load(bytes, name, again: true);
        Assert.IsLessThan(LongestTime, time, name);
        Assert.IsLessThan(LargestAllocation, taken, name);
        return model;
    }

    /// <summary>What loads can be written, and comes back; it can be planned, unless it is too large; and its
    /// certificate can be held against it.</summary>
    private static void CheckUsable(Model model)
    {
        if (model.Certificate is { } certificate)
        {
            _ = CertificateHashes.ChangesOf(model, certificate);
            if (model.Graph.Inputs.Sum(input => (long)input.Shape.ElementCount) < 100_000)
                foreach (CertificateInput input in certificate.Document.Inputs)
                    _ = input.ToItems(model);
        }
        Model again = ModelFile.Read(new MemoryStream(Save(model)), "again");
        TestModels.AssertSequence([.. model.Graph.Layers], again.Graph.Layers);
        try
        {
            ExecutionPlan plan = ExecutionPlan.Create(model, new PlanOptions(Batch: 2));
            _ = new ArenaPlan(plan, 256, keepLayerOutputs: false);
        }
        catch (ShapeMismatchException)
        {
        }
    }

    private static byte[] Bytes(byte[] file, Random random) => Mutation.Of(file, random);

    private static byte[] HeaderText(byte[] file, Random random) => RawSafetensors.Build(
        Encoding.Latin1.GetString(Mutation.Of(Encoding.Latin1.GetBytes(Header(file)), random)),
        RawSafetensors.Split(file).Data);

    private static byte[] HeaderMeaning(byte[] file, Random random) => RawSafetensors.Build(
        HostileJson.Of(Header(file), random), RawSafetensors.Split(file).Data);

    private static byte[] GraphText(byte[] file, Random random) => RawSafetensors.WithMetadata(
        file, Graph, Encoding.UTF8.GetString(Mutation.Of(Encoding.UTF8.GetBytes(GraphOf(file)), random)));

    private static byte[] GraphMeaning(byte[] file, Random random) =>
        RawSafetensors.WithMetadata(file, Graph, HostileJson.Of(GraphOf(file), random));

    private static byte[] CertificateText(byte[] file, Random random) => RawSafetensors.WithMetadata(
        file, Certificate,
        Encoding.Latin1.GetString(Mutation.Of(Encoding.Latin1.GetBytes(TextOf(file, Certificate)), random)));

    private static byte[] CertificateMeaning(byte[] file, Random random) =>
        RawSafetensors.WithMetadata(file, Certificate, HostileJson.Of(TextOf(file, Certificate), random));

    /// <summary>Pieces of both files: cut off, put together, under lengths that are not theirs.</summary>
    private static byte[] Pieces(byte[] file, Random random)
    {
        byte[] other = random.Next(2) == 0 ? Maps : Signals;
        switch (random.Next(6))
        {
            case 0:
                return file[..random.Next(file.Length)];
            case 1:
                return [.. file[..random.Next(file.Length)], .. other[random.Next(other.Length)..]];
            case 2:
                return RawSafetensors.Build(Header(file), RawSafetensors.Split(other).Data);
            case 3:
                return [.. file, .. other[..random.Next(2)]];
            case 4:
                return RawSafetensors.WithMetadata(file, Graph, GraphOf(other));
            default:
                byte[] copy = [.. file];
                long length = BinaryPrimitives.ReadInt64LittleEndian(file), change = 1L << random.Next(64);
                BinaryPrimitives.WriteInt64LittleEndian(copy, random.Next(2) == 0 ? length + change : change - 1);
                return copy;
        }
    }

    private static string Header(byte[] file) => RawSafetensors.Split(file).Header.GetRawText();

    private static string GraphOf(byte[] file) => TextOf(file, Graph);

    private static string TextOf(byte[] file, string key) =>
        RawSafetensors.Split(file).Header.GetProperty("__metadata__").GetProperty(key).GetString()!;

    private static byte[] Save(Model model)
    {
        using var stream = new MemoryStream();
        ModelFile.ToSafetensors(model).Write(stream);
        return stream.ToArray();
    }

    private static byte[] Flood(string begin, string repeated, string end) => Flood(begin, _ => repeated, end);

    private static byte[] Flood(string begin, Func<int, string> repeated, string end) =>
        RawSafetensors.Build(Fill(LargestHeader, begin, repeated, end), 0);

    /// <summary>As many tensors of one element.</summary>
    private static byte[] Scalars(int count) => RawSafetensors.Build(
        "{" + string.Join(',', Enumerable.Range(0, count).Select(index =>
            $"\"{index}\":{{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[{4 * index},{4 * index + 4}]}}")) + "}",
        4 * count);

    private static byte[] InLayers(Func<int, string> repeated, string begin = "", string end = "") => InMetadata(
        Graph, repeated, $$"""{"name":"","input_shape":[2],"layers":[{{begin}}""", $"{end}]}}");

    private static byte[] InMetadata(string key, Func<int, string> repeated, string begin, string end) =>
        RawSafetensors.WithMetadata(Maps, key, Fill(LargestHeader - RestOfHeader, begin, repeated, end));

    /// <summary>A certificate as long as it may be, in which what lies behind a place is repeated, and what followed
    /// there comes then, under names that it need not know.</summary>
    private static byte[] InCertificate(string place, Func<int, string> repeated, string begin, string end)
    {
        string text = TextOf(Certified, Certificate);
        int at = text.IndexOf(place, StringComparison.Ordinal) + place.Length;
        int behind = text.IndexOf(end[^1], at) + 1;
        int room = Verification.Certified.Of(Verification.Certified.OfPictures).Certificate!.Text.Length + RestOfHeader;
        string flood = Fill(SoftPool.Verification.Certificate.LargestText - room, text[..at] + begin, repeated, end);
        return RawSafetensors.WithMetadata(Certified, Certificate, flood + text[behind..]);
    }

    /// <summary>A text that takes so many bytes within JSON, where a quote takes two; without a comma behind the last
    /// of what is repeated.</summary>
    private static string Fill(int bytes, string begin, Func<int, string> repeated, string end)
    {
        var text = new StringBuilder(begin);
        bytes -= BytesOf(begin) + BytesOf(end);
        for (int index = 0; repeated(index) is { } next && (bytes -= BytesOf(next)) > 0; index++)
            text.Append(next);
        if (text[^1] == ',' && end.Length > 0)
            text.Length--;
        return text.Append(end).ToString();

        static int BytesOf(string text) => text.Length + text.Count(character => character is '"' or '\\' or '\n');
    }
}
