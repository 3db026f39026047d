using System.Diagnostics;
using System.Globalization;
using SoftPool.Onnx;
using SoftPool.Runtime.Tests.Files;
using static SoftPool.Runtime.Tests.Onnx.OnnxFiles;

namespace SoftPool.Runtime.Tests.Onnx;

/// <summary>Whatever bytes an ONNX file holds: it loads, or is refused by the one exception for that, within a second
/// and 256 MB. SOFTPOOL_ONNX names a folder of real files, SOFTPOOL_ONNX_MUTATIONS says how many damaged ones are
/// made.</summary>
[TestClass]
public sealed class HostileOnnxTests
{
    private const long LargestAllocation = 256_000_000;

    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(1);

    private static readonly string[] RealFiles =
        ["ch_ppocr_mobile_v2.0_cls_infer.onnx", "light_squeezenet.onnx", "silero_vad_v5.onnx"];

    private static int Rounds => int.Parse(
        Environment.GetEnvironmentVariable("SOFTPOOL_ONNX_MUTATIONS") ?? "9000", CultureInfo.InvariantCulture);

    [TestMethod]
    public void Every_truncation_of_a_synthetic_file_loads_or_is_refused() =>
        Truncate(Everything().ToArray(), "synthetic");

    [TestMethod]
    [DataRow("ch_ppocr_mobile_v2.0_cls_infer.onnx")]
    [DataRow("light_densenet121.onnx")]
    [DataRow("light_squeezenet.onnx")]
    public void Every_truncation_of_a_real_file_loads_or_is_refused(string name) => Truncate(Real(name), name);

    /// <summary>A cut file is refused at the length of its graph, before anything within it is read. Here that length
    /// is of what is left, so that nodes, tensors and the graphs of If are cut: in the first bytes of each, as all
    /// places within the numbers of a tensor are the same.</summary>
    [TestMethod]
    public void Real_graphs_that_are_cut_load_or_are_refused()
    {
        foreach (string name in RealFiles)
        {
            byte[] bytes = Real(name);
            (WireField graph, List<WireField> parts) = GraphOf(bytes, name);
            (int begin, int end) = ((int)graph.Span.Begin, (int)graph.Span.End);
            var random = new Random(1);
            int loaded = 0;
            const int Cuts = 300;
            for (int cut = 0; cut < Cuts; cut++)
            {
                WireField part = parts[random.Next(parts.Count)];
                int length = (int)part.Offset + random.Next(Math.Min(64, (int)(part.Span.End - part.Offset))) - begin;
                byte[] file =
                [
                    .. bytes[..(int)graph.Offset], .. bytes[end..],
                    .. Message().Bytes(7, bytes[begin..(begin + length)]).ToArray(),
                ];
                if (Loads(file, $"{name}, {length} bytes of its graph", tensorsToo: cut % 16 == 0))
                    loaded++;
            }
            Assert.IsTrue(
                loaded is > Cuts / 200 and < Cuts / 2,
                $"{name}: {loaded} of {Cuts} loaded; the cuts are not where they should be.");
        }
    }

    [TestMethod]
    public void Real_files_load_with_all_their_tensors()
    {
        foreach (string name in RealFiles)
            Assert.IsTrue(Loads(Real(name), name, tensorsToo: true), name);
    }

    [TestMethod]
    public void Damaged_synthetic_files_load_or_are_refused() => Damage(Everything().ToArray(), "synthetic", 10_000);

    [TestMethod]
    public void Damaged_real_files_load_or_are_refused()
    {
        foreach (string name in RealFiles)
            Damage(Real(name), name, (Rounds + RealFiles.Length - 1) / RealFiles.Length);
    }

    /// <summary>What grows most in memory: messages and names without content.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    [DataRow(11)]
    public void A_flood_is_refused(int field)
    {
        var flood = new byte[8 << 20];
        for (int index = 0; index < flood.Length; index += 2)
            flood[index] = (byte)((field << 3) | 2);
        Assert.IsFalse(Loads(Model(Message().Raw(flood)).ToArray(), $"field {field}"));
        Assert.IsFalse(Loads(
            Model(Message().Message(1, Message().Message(5, Message().Bytes(8, flood)))).ToArray(), "numbers"));
        Assert.IsFalse(Loads(Model(Message().Text(2, new string('a', 17 << 20))).ToArray(), "a name"));
    }

    private static byte[] Real(string name)
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("SOFTPOOL_ONNX") ?? "", name);
        if (!File.Exists(path))
            Assert.Inconclusive($"SOFTPOOL_ONNX does not name a folder with {name}.");
        return File.ReadAllBytes(path);
    }

    private static void Truncate(byte[] bytes, string name)
    {
        for (int length = 0; length < bytes.Length; length++)
            _ = Loads(new ArraySegment<byte>(bytes, 0, length), $"{name}, {length} bytes", tensorsToo: true);
    }

    /// <summary>The field that is the graph, and the fields within it.</summary>
    private static (WireField Graph, List<WireField> Parts) GraphOf(byte[] bytes, string name)
    {
        using var source = OnnxSource.Of(new MemoryStream(bytes), name, null);
        var wire = new Wire(source);
        long at = 0;
        WireField graph;
        do
            graph = wire.Field(ref at, bytes.Length);
        while (graph.Number != 7);
        List<WireField> parts = [];
        for (at = graph.Span.Begin; at < graph.Span.End;)
            parts.Add(wire.Field(ref at, graph.Span.End));
        return (graph, parts);
    }

    private static void Damage(byte[] bytes, string name, int rounds)
    {
        var random = new Random(name.Length);
        int loaded = 0;
        for (int round = 0; round < rounds; round++)
            if (Loads(Mutation.Of(bytes, random), $"{name}, round {round}", tensorsToo: round % 16 == 0))
                loaded++;
        Assert.IsTrue(
            loaded > rounds / 200 && loaded < rounds * 199 / 200,
            $"{name}: {loaded} of {rounds} loaded; the damage is too little or too much.");
    }

    private static bool Loads(ArraySegment<byte> bytes, string name, bool tensorsToo = false, int tries = 3)
    {
        using var stream = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        TimeSpan computedBefore = Environment.CpuUsage.TotalTime;
        bool loaded = false;
        try
        {
            using OnnxModel model = OnnxModel.Read(stream, name);
            loaded = true;
            if (tensorsToo)
                foreach (OnnxTensor tensor in model.Graph.Initializers)
                    _ = tensor.ToFloats();
        }
        catch (ModelFormatException)
        {
        }
        catch (Exception e)
        {
            Assert.Fail($"{name}: {e}");
        }
        // Other programs may have had the processor meanwhile, and other threads of this one may compute.
        TimeSpan computed = Environment.CpuUsage.TotalTime - computedBefore;
        TimeSpan time = watch.Elapsed < computed ? watch.Elapsed : computed;
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        if (time >= LongestTime && tries > 1)
            return Loads(bytes, name, tensorsToo, tries - 1);
        Assert.IsLessThan(LongestTime, time, name);
        Assert.IsLessThan(LargestAllocation, taken, name);
        return loaded;
    }
}
