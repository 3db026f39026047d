using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SoftPool.Runtime.Tests.Onnx;
using SoftPool.Runtime.Tests.Verification;

namespace SoftPool.Native.Tests;

/// <summary>The C interface as C sees it: each row is a function of c/suite.c in a process of its own, compiled with the
/// sanitizers of addresses and of undefined behaviour.</summary>
[TestClass]
public sealed partial class CSuiteTests
{
    private static readonly TemporaryFolder Folder = new();

    // .NET's runtime frees nothing when the process ends, and handles these signals itself.
    private static readonly (string, string) Sanitizers =
        ("ASAN_OPTIONS", "detect_leaks=0:handle_segv=0:handle_sigfpe=0");

    private static string SuiteSource => Path.Combine(CompiledC.Root, "tests/Native.Tests/c/suite.c");

    private static string Suite => Folder["suite"];

    private static string ModelFile => Folder["model.safetensors"];

    private static string OnnxFile => Folder["relu.onnx"];

    private static string OpenFile => Folder["open.onnx"];

    private static string ClosedFile => Folder["closed.onnx"];

    [ClassInitialize]
    public static void Compile(TestContext _)
    {
        if (CompiledC.Missing is not null)
            return;
        CompiledC.Compile(
            SuiteSource, Suite, "-lvulkan", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined");
        Certified.Of(Certified.OfPictures).Save(ModelFile);
        File.WriteAllBytes(OnnxFile, Relu());
        ProtoWriter height = new ProtoWriter().Text(2, "height"), width = new ProtoWriter().Text(2, "width");
        File.WriteAllBytes(OpenFile, NegatedRelu(height, width));
        File.WriteAllBytes(ClosedFile, NegatedRelu(Extent(2), Extent(2)));
    }

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    [DataRow("versions")]
    [DataRow("nulls")]
    [DataRow("wrong_kinds")]
    [DataRow("sizes")]
    [DataRow("limits")]
    [DataRow("enumerated_whole_or_not")]
    [DataRow("told")]
    [DataRow("models")]
    [DataRow("open_onnx")]
    [DataRow("modes")]
    [DataRow("order")]
    [DataRow("released_in_calls")]
    [DataRow("threads")]
    [DataRow("logs_that_fail")]
    [DataRow("logs_of_started_runs")]
    [DataRow("hosts_device")]
    [DataRow("device_images")]
    [DataRow("output_images")]
    [DataRow("runs_within_locks")]
    [DataRow("hosts_of_vulkan_1_0")]
    [DataRow("hosts_told_wrongly")]
    [DataRow("handles_for_others")]
    [DataRow("crash_reporter_before")]
    [DataRow("crash_reporter_after")]
    public void In_C(string name)
    {
        SkipWithoutCompiler();
        (int code, string output) = CompiledC.Run(
            Suite, name == "enumerated_whole_or_not" ? [Sanitizers, ("VK_DRIVER_FILES", TwoDrivers())] : [Sanitizers],
            name, ModelFile, OnnxFile, OpenFile);
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
        string[] functions = CompiledC.Run(Suite, [Sanitizers]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        CollectionAssert.AreEqual(functions, rows);
    }

    [TestMethod]
    [DataRow("modes")]
    [DataRow("device_images")]
    [DataRow("released_in_calls")]
    public void Memcheck_finds_nothing(string name)
    {
        SkipWithoutCompiler();
        if (Environment.GetEnvironmentVariable("SOFTPOOL_VALGRIND") != "1")
            Assert.Inconclusive("It takes minutes: SOFTPOOL_VALGRIND=1 asks for it.");
        if (!CompiledC.Exists("valgrind"))
            Assert.Inconclusive("There is no valgrind: apt-get install valgrind.");
        string program = Folder["memcheck"];
        CompiledC.Compile(SuiteSource, program, "-lvulkan");
        // Beside its debug information, which valgrind cannot read, the library is of no use to it.
        Directory.CreateDirectory(Folder["bare"]);
        File.Copy(CompiledC.Library, Folder["bare/libsoftpool.so"], overwrite: true);
        string suppressions = Path.Combine(CompiledC.Root, "tests/Native.Tests/c/valgrind.supp");
        Assert.AreEqual(
            (0, ""),
            CompiledC.Run(
                TimeSpan.FromMinutes(10), "valgrind", [("LD_LIBRARY_PATH", Folder["bare"])],
                "--quiet", "--error-exitcode=99", $"--suppressions={suppressions}",
                program, name, ModelFile, OnnxFile, OpenFile));
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
    public void The_library_stays_loaded_needs_nothing_but_libc_and_has_9_MB_at_most()
    {
        SkipWithoutCompiler();
        Assert.Contains("NODELETE", CompiledC.Run("readelf", [], "-d", CompiledC.Library).Output);
        CollectionAssert.IsSubsetOf(
            Needed().Matches(CompiledC.Run("readelf", [], "-d", CompiledC.Library).Output)
                .Select(match => match.Groups[1].Value).ToArray(),
            new[] { "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "ld-linux-x86-64.so.2" });
        Assert.IsLessThanOrEqualTo(9_000_000, new FileInfo(CompiledC.Library).Length);
    }

    [TestMethod]
    public void Without_OpenSSL_all_of_a_model_is_read_and_verified()
    {
        SkipWithoutCompiler();
        // .NET's hashes look for OpenSSL when they are first used, and end the process where there is none.
        string library = Encoding.Latin1.GetString(File.ReadAllBytes(CompiledC.Library));
        Assert.Contains("libssl.so", library);
        Directory.CreateDirectory(Folder["without"]);
        File.WriteAllBytes(
            Folder["without/libsoftpool.so"], Encoding.Latin1.GetBytes(library.Replace("libssl.so", "libnox.so")));
        foreach (string test in (string[])["told", "handles_for_others"])
            Assert.AreEqual(
                (0, ""),
                CompiledC.Run(
                    Suite,
                    [Sanitizers, ("LD_LIBRARY_PATH", Folder["without"]), ("XDG_CACHE_HOME", Folder["without"])],
                    test, ModelFile, OnnxFile, OpenFile));
    }

    [TestMethod]
    public void Arrays_and_constant_vectors_are_spans_in_Cpp()
    {
        SkipWithoutCompiler();
        string program = Folder["spans"];
        CompiledC.Compile(Path.Combine(CompiledC.Root, "tests/Native.Tests/c/spans.cpp"), program, "-Wconversion");
        Assert.AreEqual((0, ""), CompiledC.Run(program, [], OnnxFile, OpenFile));
    }

    [TestMethod]
    public void The_time_to_open_a_device_is_told()
    {
        SkipWithoutCompiler();
        string program = Folder["opening"];
        CompiledC.Compile(Path.Combine(CompiledC.Root, "tests/Native.Tests/c/opening.c"), program, "-ldl");
        (int code, string output) = CompiledC.Run(program, [], CompiledC.Library);
        Assert.AreEqual(0, code, output);
        Assert.MatchesRegex(@"^\d+\.\d ms: \d+\.\d for dlopen, \d+\.\d for sp_device_create\n$", output);
    }

    [TestMethod]
    [DataRow("c", "sp_session_options", 0)]
    [DataRow("c", "sp_image", 1)]
    [DataRow("cpp", "sp_session_options", 0)]
    [DataRow("cpp", "sp_image", 1)]
    public void SP_INIT_is_for_structs_that_begin_with_their_size(string language, string type, int expected)
    {
        SkipWithoutCompiler();
        string source = Folder[$"{type}.{language}"];
        File.WriteAllText(
            source, $"#include \"softpool.h\"\nint main(void) {{ {type} it = SP_INIT({type}); (void)it; }}\n");
        string compiler = language == "c" ? "cc" : "c++";
        Assert.AreEqual(
            expected, CompiledC.Run(compiler, [], "-fsyntax-only", "-I", CompiledC.Include, source).Code);
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
        Assert.MatchesRegex(@"^class (\d), class ""\1"" \u00e9: -?\d", output);
        (_, output) = CompiledC.Run(Folder[sample + ".out"], [], ClosedFile, image, "9", "7");
        Assert.MatchesRegex(@"^class \d+, without a name: -?\d", output);
        (code, output) = CompiledC.Run(Folder[sample + ".out"], [], Folder["none"], image, "9", "7");
        Assert.AreEqual(1, code);
        Assert.Contains("none", output);
    }

    [TestMethod]
    [DataRow("0.1", true)]
    [DataRow("0.1.0", true)]
    [DataRow("0.0.9", true)]
    [DataRow("0.2", false)]
    [DataRow("1.0", false)]
    public void CMake_finds_the_package_for_its_version_and_older_ones(string wanted, bool expected)
    {
        if (!CompiledC.Exists("cmake"))
            Assert.Inconclusive("There is no cmake.");
        string file = Path.Combine(CompiledC.Root, "src/Native/softpool-config-version.cmake");
        string script = Folder["version.cmake"];
        File.WriteAllText(
            script, $"set(PACKAGE_FIND_VERSION {wanted})\n"
                + File.ReadAllText(file).Replace("@VERSION@", "0.1.0", StringComparison.Ordinal)
                + "\nmessage(\"${PACKAGE_VERSION_COMPATIBLE}, unsuitable: ${PACKAGE_VERSION_UNSUITABLE}\")\n");
        Assert.AreEqual(
            $"{(expected ? "TRUE" : "")}, unsuitable:", CompiledC.Run("cmake", [], "-P", script).Output.Trim());
    }

    private static void SkipWithoutCompiler()
    {
        if (CompiledC.Missing is { } reason)
            Assert.Inconclusive(reason);
    }

    // x (1, 4) to y = relu(x).
    private static byte[] Relu() => Onnx(new ProtoWriter()
        .Message(1, Node("x", "y", "Relu"))
        .Text(2, "relu").Message(11, Value("x", Extent(1), Extent(4))).Message(12, Value("y", Extent(1), Extent(4))));

    // x (1, 3, height, width) to z = -relu(x), with y between them.
    private static byte[] NegatedRelu(ProtoWriter height, ProtoWriter width)
    {
        ProtoWriter[] shape = [Extent(1), Extent(3), height, width];
        return Onnx(new ProtoWriter()
            .Message(1, Node("x", "y", "Relu")).Message(1, Node("y", "z", "Neg"))
            .Text(2, "open").Message(11, Value("x", shape)).Message(12, Value("z", shape)));
    }

    private static byte[] Onnx(ProtoWriter graph) =>
        new ProtoWriter().Int(1, 8).Message(7, graph).Message(8, new ProtoWriter().Int(2, 17)).ToArray();

    private static ProtoWriter Node(string from, string to, string type) =>
        new ProtoWriter().Text(1, from).Text(2, to).Text(4, type);

    private static ProtoWriter Extent(long extent) => new ProtoWriter().Int(1, extent);

    private static ProtoWriter Value(string name, params ProtoWriter[] extents) =>
        new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, new ProtoWriter().Int(1, 1).Message(
            2, extents.Aggregate(new ProtoWriter(), (shape, extent) => shape.Message(1, extent)))));

    // One driver under two names is two devices to the loader.
    private static string TwoDrivers()
    {
        string driver = (Environment.GetEnvironmentVariable("VK_DRIVER_FILES")
            ?? Environment.GetEnvironmentVariable("VK_ICD_FILENAMES"))?.Split(':')[0]
            ?? Directory.EnumerateFiles("/usr/share/vulkan/icd.d", "lvp_icd*.json").First();
        JsonObject manifest = JsonNode.Parse(File.ReadAllText(driver))!.AsObject();
        string library = (string)manifest["ICD"]!["library_path"]!;
        if (library.Contains('/') && !Path.IsPathRooted(library))
            manifest["ICD"]!["library_path"] = Path.Combine(Path.GetDirectoryName(driver)!, library);
        string[] copies = [Folder["one.json"], Folder["two.json"]];
        foreach (string copy in copies)
            File.WriteAllText(copy, manifest.ToJsonString());
        return string.Join(':', copies);
    }

    [GeneratedRegex(@"\(NEEDED\).*\[(.*)\]")]
    private static partial Regex Needed();

    [GeneratedRegex(@"^SP_API [\w\s*]*?(sp_\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
