using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SoftPool.ShaderCompiler;
using SoftPool.Vulkan;

namespace SoftPool.Tools.Tests;

[TestClass]
public sealed class ShaderCompilerTests : IDisposable
{
    internal const string Good = """
        #version 450
        #include "scale.glsl"
        layout(local_size_x = 64) in;
        layout(set = 0, binding = 0) buffer Values { float values[]; };
        void main() { values[gl_GlobalInvocationID.x] *= SCALE; }

        """;

    private readonly TemporaryFolder _folder = new();

    [TestInitialize]
    public void WriteInclude() => _folder.Write("include/scale.glsl", "#define SCALE 2.0\n");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_valid_shader_gives_SPIR_V_1_3()
    {
        byte[] spirv = CompileGood("good.comp", Good);

        Assert.AreEqual(0x07230203u, BinaryPrimitives.ReadUInt32LittleEndian(spirv));
        Assert.AreEqual(0x00010300u, BinaryPrimitives.ReadUInt32LittleEndian(spirv.AsSpan(4)));
        Assert.AreEqual(_folder["out/good.spv.br"], Directory.GetFiles(_folder["out"]).Single());
    }

    [TestMethod]
    public void Optimisation_removes_dead_code()
    {
        string dead = Good.Replace(
            "{ values[", "{ float unused = 0; for (int i = 0; i < 9; i++) unused += sin(float(i)); values[",
            StringComparison.Ordinal);
        Assert.AreNotEqual(Good, dead);

        Assert.HasCount(CompileGood("good.comp", Good).Length, CompileGood("dead.comp", dead));
    }

    [TestMethod]
    public void A_file_beside_the_including_one_goes_before_the_include_folder()
    {
        byte[] two = CompileGood("good.comp", Good);
        _folder.Write("scale.glsl", "#define SCALE 3.0\n");

        CollectionAssert.AreNotEqual(two, CompileGood("good.comp", Good));
    }

    [TestMethod]
    [DataRow("#version 450\nvoid main() { float x = ; }\n", 2, "syntax error", DisplayName = "syntax error")]
    [DataRow("#version 450\n\n#include \"none.glsl\"\nvoid main() { }\n", 3, "none.glsl", DisplayName = "no include")]
    [DataRow("#version 450\n#extension GL_NONE : enable\nvoid main() { }\n", 2, "GL_NONE", DisplayName = "warning")]
    [DataRow("void main() { }\n", 1, "got no #version", DisplayName = "no version")]
    public void An_error_names_file_and_line_and_writes_nothing(string source, int line, string text)
    {
        string file = _folder.Write("bad.comp", source);

        Command command = Compile(file);

        Assert.AreEqual(1, command.ExitCode);
        Assert.Contains($"{file}({line}): error SHADER: ", command.Output);
        Assert.Contains(text, command.Output);
        Assert.IsEmpty(Directory.GetFiles(_folder["out"]));
    }

    [TestMethod]
    public void An_error_in_one_compilation_says_in_which()
    {
        string file = _folder.Write(
            "half.comp", "#version 450\nvoid main() {\n#ifdef FP16\n    nonsense;\n#endif\n}\n");

        Assert.Contains(" (compiled with FP16)", Compile(file).Output);
        Assert.IsEmpty(Directory.GetFiles(_folder["out"]));
    }

    [TestMethod]
    public void A_shader_that_is_compiled_for_nothing_is_an_error()
    {
        string file = _folder.Write("none.comp", Good + "// Only in 32 bits.\n// Only in 16 bits.\n");

        Command command = Compile(file);

        Assert.AreEqual(1, command.ExitCode);
        Assert.Contains($"{file}(1): error SHADER: expected to be compiled for something", command.Output);
    }

    [TestMethod]
    public void An_error_in_an_include_names_the_include()
    {
        string include = _folder.Write("include/bad.glsl", "// fine\nfloat f() { return y; }\n");
        string file = _folder.Write("user.comp", "#version 450\n\n\n\n#include \"bad.glsl\"\nvoid main() { }\n");

        Assert.Contains($"{include}(2): error SHADER: 'y'", Compile(file).Output);
    }

    [TestMethod]
    public void A_file_that_includes_itself_ends()
    {
        _folder.Write("include/self.glsl", "#include \"self.glsl\"\n");
        string file = _folder.Write("self.comp", "#version 450\n#include \"self.glsl\"\nvoid main() { }\n");

        Assert.Contains("nested more than 32 deep", Compile(file).Output);
    }

    [TestMethod]
    public void An_error_leaves_the_former_output_and_the_other_files_are_compiled()
    {
        byte[] former = CompileGood("a.comp", Good);
        string bad = _folder.Write("a.comp", "#version 450\nnonsense\n");

        Command command = Compile(bad, _folder["none.comp"], _folder.Write("b.comp", Good));

        Assert.AreEqual(1, command.ExitCode);
        Assert.Contains($"{_folder["none.comp"]}: error SHADER: ", command.Output);
        CollectionAssert.AreEqual(former, Spirv("a"));
        CollectionAssert.AreEqual(former, Spirv("b"));
        Assert.HasCount(2, Directory.GetFiles(_folder["out"]));
    }

    [TestMethod]
    [DataRow("", "v v.fp16", DisplayName = "one that says nothing")]
    [DataRow("// Only in 32 bits.", "v", DisplayName = "32 bits")]
    [DataRow("// Only in 16 bits.", "v.fp16", DisplayName = "16 bits")]
    [DataRow("#include \"strict.glsl\"", "v v.fp16 v.strict", DisplayName = "strict")]
    [DataRow("#include \"texel.glsl\"", "v v.fp16 v_texel v_texel.fp16", DisplayName = "texels")]
    [DataRow(
        "// Texels only in 32 bits.\n#include \"texel.glsl\"\n#include \"strict.glsl\"",
        "v v.fp16 v.strict v_texel v_texel.strict", DisplayName = "texels in 32 bits, and strict")]
    public void A_shader_is_compiled_for_what_it_says(string line, string names)
    {
        _folder.Write("include/strict.glsl", "");
        _folder.Write("include/texel.glsl", "");
        string shader = _folder.Write("v.comp", $$"""
            #version 450
            {{line}}
            layout(local_size_x = 1) in;
            layout(binding = 0) buffer Data { uint data[]; };
            #ifdef FP16
            #define BITS 16
            #else
            #define BITS 32
            #endif
            #ifdef TEXEL
            #define READS 200
            #else
            #define READS 100
            #endif
            #ifdef STRICT
            #define NUMERICS 2000
            #else
            #define NUMERICS 1000
            #endif
            void main() { data[0] = BITS + READS + NUMERICS; }
            """);

        Command command = Compile(shader);

        Assert.AreEqual(0, command.ExitCode, command.Output);
        byte[] packed = File.ReadAllBytes(_folder["out/v.spv.br"]);
        Assert.AreEqual(names, string.Join(' ', PackedSpirv.Names(packed)));
        foreach (string name in names.Split(' '))
            Assert.Contains(
                (name.EndsWith(".fp16", StringComparison.Ordinal) ? 16u : 32u)
                + (name.Contains("_texel", StringComparison.Ordinal) ? 200u : 100u)
                + (name.EndsWith(".strict", StringComparison.Ordinal) ? 2000u : 1000u),
                PackedSpirv.Unpack(packed, name)!, name);
    }

    [TestMethod]
    [DataRow("", "got no --output")]
    [DataRow("--output", "got '--output'")]
    [DataRow("--output out", "got no --include")]
    [DataRow("--output out --include include", "got no file")]
    [DataRow("--output out --include include x.txt", "got 'x.txt'")]
    [DataRow("--optimise", "got '--optimise'")]
    public void Bad_arguments_get_one_sentence(string arguments, string got)
    {
        Command command = Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.AreEqual(1, command.ExitCode);
        Assert.AreEqual(
            $"SoftPool.ShaderCompiler : error SHADER: expected --output DIR --include DIR FILE.comp..., {got}",
            command.Output.TrimEnd());
    }

    [TestMethod]
    public void A_missing_library_says_what_to_install()
    {
        var e = Assert.ThrowsExactly<DllNotFoundException>(
            () => Shaderc.LoadFirst(["libnone.so.1"], typeof(Shaderc).Assembly, null));

        Assert.Contains("(tried libnone.so.1); install it with 'apt-get install libshaderc1'", e.Message);
    }

    private byte[] CompileGood(string name, string source)
    {
        Command command = Compile(_folder.Write(name, source));
        Assert.AreEqual(0, command.ExitCode, command.Output);
        return Spirv(Path.GetFileNameWithoutExtension(name));
    }

    private byte[] Spirv(string name) => MemoryMarshal.AsBytes<uint>(
        PackedSpirv.Unpack(File.ReadAllBytes(_folder[$"out/{name}.spv.br"]), name)).ToArray();

    private Command Compile(params string[] files) =>
        Run(["--output", _folder["out"], "--include", _folder["include"], .. files]);

    private static Command Run(string[] arguments) =>
        Command.Dotnet([Path.Combine(AppContext.BaseDirectory, "SoftPool.ShaderCompiler.dll"), .. arguments]);
}
