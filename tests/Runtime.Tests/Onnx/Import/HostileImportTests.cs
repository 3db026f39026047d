using System.Diagnostics;
using System.Globalization;
using SoftPool.Runtime.Tests.Files;

namespace SoftPool.Runtime.Tests.Onnx.Import;

/// <summary>Whatever an ONNX file holds: it is imported, or refused by one of the two exceptions for that, soon.
/// SOFTPOOL_ONNX names a folder of real files, SOFTPOOL_ONNX_MUTATIONS says how many damaged ones are made.</summary>
[TestClass]
public sealed class HostileImportTests
{
    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(5);

    private static int Rounds => int.Parse(
        Environment.GetEnvironmentVariable("SOFTPOOL_ONNX_MUTATIONS") ?? "9000", CultureInfo.InvariantCulture);

    [TestMethod]
    public void Damaged_small_models_are_imported_or_refused()
    {
        var random = new Random(1);
        byte[][] files = [.. OnnxCases.All.Select(each => each.Graph.ToArray())];
        int imported = 0;
        for (int round = 0; round < Rounds; round++)
            if (Imports(
                Mutation.Of(files[round % files.Length], random),
                $"{OnnxCases.All.ElementAt(round % files.Length).Name}, round {round}"))
                imported++;
        Assert.IsTrue(imported > Rounds / 200 && imported < Rounds * 199 / 200,
            $"{imported} of {Rounds} were imported.");
    }

    [TestMethod]
    [DataRow("light_squeezenet.onnx")]
    [DataRow("ch_ppocr_mobile_v2.0_cls_infer.onnx")]
    [DataRow("silero_vad_v5.onnx")]
    public void Damaged_real_files_are_imported_or_refused(string name)
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("SOFTPOOL_ONNX") ?? "", name);
        if (!File.Exists(path))
            Assert.Inconclusive($"SOFTPOOL_ONNX does not name a folder with {name}.");
        byte[] file = File.ReadAllBytes(path);
        var random = new Random(2);
        for (int round = 0; round < Rounds / 90; round++)
            Imports(Mutation.Of(file, random), $"{name}, round {round}");
    }

    private static bool Imports(byte[] file, string name, bool again = false)
    {
        var options = new OnnxOptions
        {
            Shapes = new Dictionary<string, IReadOnlyList<int>> { ["x"] = [1, 3, 48, 192] },
        };
        var watch = Stopwatch.StartNew();
        bool imported = false;
        try
        {
            bool needsShape = name.StartsWith("ch_", StringComparison.Ordinal);
            _ = SoftPool.Model.FromOnnx(new MemoryStream(file), needsShape ? options : null);
            imported = true;
        }
        catch (Exception e) when (e is ModelFormatException or UnsupportedOnnxException)
        {
        }
        catch (Exception e)
        {
            Assert.Fail($"{name}: {e}");
        }
        // Other tests may have had the processor meanwhile.
        if (watch.Elapsed >= LongestTime && !again)
            return Imports(file, name, again: true);
        Assert.IsLessThan(LongestTime, watch.Elapsed, name);
        return imported;
    }
}
