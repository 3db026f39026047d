using System.Text.RegularExpressions;
using SoftPool.Runtime.Tests.Onnx;
using SoftPool.Runtime.Tests.Verification;

namespace SoftPool.Native.Tests;

/// <summary>The C interface as C sees it: each row is a function of c/suite.c in a process of its own.</summary>
[TestClass]
public sealed partial class CSuiteTests
{
    private static readonly TemporaryFolder Folder = new();

    private static string Suite => Folder["suite"];

    private static string ModelFile => Folder["model.safetensors"];

    private static string OnnxFile => Folder["relu.onnx"];

    [ClassInitialize]
    public static void Compile(TestContext _)
    {
        if (CompiledC.Missing is not null)
            return;
        CompiledC.Compile(Path.Combine(CompiledC.Root, "tests/Native.Tests/c/suite.c"), Suite, "-lvulkan");
        Certified.Of(Certified.OfPictures).Save(ModelFile);
        File.WriteAllBytes(OnnxFile, Relu());
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    [DataRow("versions")]
    [DataRow("nulls")]
    [DataRow("wrong_kinds")]
    [DataRow("sizes")]
    [DataRow("told")]
    [DataRow("models")]
    [DataRow("modes")]
    [DataRow("order")]
    [DataRow("threads")]
    [DataRow("hosts_device")]
    [DataRow("hosts_of_vulkan_1_0")]
    [DataRow("half_a_lock")]
    [DataRow("handles_for_others")]
    [DataRow("crash_reporter_before")]
    [DataRow("crash_reporter_after")]
    public void In_C(string name)
    {
        SkipWithoutCompiler();
        (int code, string output) = CompiledC.Run(Suite, [], name, ModelFile, OnnxFile);
        Assert.AreEqual((0, ""), (code, output));
    }

    [TestMethod]
    public void Every_function_of_the_suite_is_a_row()
    {
        SkipWithoutCompiler();
        string[] rows =
        [
            .. typeof(CSuiteTests).GetMethod(nameof(In_C))!.GetCustomAttributes(typeof(DataRowAttribute), false)
                .Cast<DataRowAttribute>().Select(row => (string)row.Data[0]!),
        ];
        string[] functions = CompiledC.Run(Suite, []).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        CollectionAssert.AreEqual(functions, rows);
    }

    [TestMethod]
    public void The_library_exports_the_header_s_functions_and_nothing_else()
    {
        SkipWithoutCompiler();
        string header = File.ReadAllText(Path.Combine(CompiledC.Include, "softpool.h"));
        string[] declared = [.. Declaration().Matches(header).Select(match => match.Groups[1].Value).Order()];
        string[] exported =
        [
            .. CompiledC.Run("nm", [], "-D", "--defined-only", CompiledC.Library).Output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ')[^1]).Where(symbol => symbol != "SOFTPOOL_1").Order(),
        ];
        CollectionAssert.AreEqual(declared.Select(name => $"{name}@@SOFTPOOL_1").ToArray(), exported);
    }

    [TestMethod]
    public void The_library_stays_loaded_and_is_not_larger_than_it_was()
    {
        SkipWithoutCompiler();
        Assert.Contains("NODELETE", CompiledC.Run("readelf", [], "-d", CompiledC.Library).Output);
        Assert.IsLessThan(14_000_000, new FileInfo(CompiledC.Library).Length);
    }

    [TestMethod]
    [DataRow("sample.c")]
    [DataRow("sample.cpp")]
    public void The_samples_name_a_class(string sample)
    {
        SkipWithoutCompiler();
        string source = Path.Combine(CompiledC.Root, "src/Native/samples", sample);
        Assert.IsLessThanOrEqualTo(60, File.ReadAllLines(source).Length);
        CompiledC.Compile(source, Folder[sample + ".out"]);
        string image = Folder["image.rgb"];
        File.WriteAllBytes(image, [.. Enumerable.Range(0, 9 * 7 * 3).Select(i => (byte)(37 * i))]);
        (int code, string output) = CompiledC.Run(Folder[sample + ".out"], [], ModelFile, image, "9", "7");
        Assert.AreEqual(0, code, output);
        Assert.MatchesRegex(@"class ""\d"" \u00e9: -?\d", output);
        (code, output) = CompiledC.Run(Folder[sample + ".out"], [], Folder["none"], image, "9", "7");
        Assert.AreEqual(1, code);
        Assert.Contains("none", output);
    }

    private static void SkipWithoutCompiler()
    {
        if (CompiledC.Missing is { } reason)
            Assert.Inconclusive(reason);
    }

    // x (1, 4) to y = relu(x).
    private static byte[] Relu()
    {
        ProtoWriter Value(string name) => new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(
            1, new ProtoWriter().Int(1, 1).Message(2, new ProtoWriter()
                .Message(1, new ProtoWriter().Int(1, 1)).Message(1, new ProtoWriter().Int(1, 4)))));
        ProtoWriter graph = new ProtoWriter()
            .Message(1, new ProtoWriter().Text(1, "x").Text(2, "y").Text(4, "Relu"))
            .Text(2, "relu").Message(11, Value("x")).Message(12, Value("y"));
        return new ProtoWriter().Int(1, 8).Message(7, graph).Message(8, new ProtoWriter().Int(2, 17)).ToArray();
    }

    [GeneratedRegex(@"^SP_API [\w\s*]*?(sp_\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
