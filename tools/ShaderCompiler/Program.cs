using System.Runtime.InteropServices;
using SoftPool.ShaderCompiler;
using SoftPool.Vulkan;

const string Usage = "expected --output DIR --include DIR FILE.comp...";

string? output = null, include = null;
var files = new List<string>();
for (int i = 0; i < args.Length; i++)
    if (args[i] == "--output" && i + 1 < args.Length)
        output = args[++i];
    else if (args[i] == "--include" && i + 1 < args.Length)
        include = args[++i];
    else if (args[i].EndsWith(".comp", StringComparison.Ordinal))
        files.Add(Path.GetFullPath(args[i]));
    else
        return Fail($"{Usage}, got '{args[i]}'");
if (output is null || include is null || files.Count == 0)
    return Fail(
        $"{Usage}, {(output is null ? "got no --output" : include is null ? "got no --include" : "got no file")}");

try
{
    Directory.CreateDirectory(output);
    using var compiler = new GlslCompiler(Path.GetFullPath(include));
    int status = 0;
    // Every file is tried, so that one build shows all errors.
    foreach (string file in files)
        if (!TryCompile(compiler, file))
            status = 1;
    return status;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException
    or EntryPointNotFoundException)
{
    return Fail(e.Message);
}

bool TryCompile(GlslCompiler compiler, string file)
{
    string name = Path.GetFileNameWithoutExtension(file);
    string target = Path.Combine(output, $"{name}.spv.br");
    string temporary = $"{target}.{Environment.ProcessId}.tmp", what = "";
    try
    {
        string text = File.ReadAllText(file);
        List<(string Name, uint[] Words)> modules = [];
        (string Ending, string[] Macros)[] compilations = Compilations.Of(text);
        if (compilations.Length == 0)
            throw new ShaderException(file, $"{file}:1: error: expected to be compiled for something, got 'Only in' twice");
        foreach ((string ending, string[] macros) in compilations)
        {
            what = macros.Length > 0 ? $" (compiled with {string.Join(" and ", macros)})" : "";
            modules.Add((name + ending,
                MemoryMarshal.Cast<byte, uint>(compiler.Compile(file, text, macros)).ToArray()));
        }
        File.WriteAllBytes(temporary, PackedSpirv.Pack(modules));
        File.Move(temporary, target, overwrite: true);
        return true;
    }
    catch (ShaderException e)
    {
        Console.Error.WriteLine(e.Message.ReplaceLineEndings(what + Environment.NewLine) + what);
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
    {
        File.Delete(temporary);
        Console.Error.WriteLine($"{file}: error SHADER: {e.Message}");
    }
    return false;
}

static int Fail(string message)
{
    // The form in which MSBuild recognises an error without a file.
    Console.Error.WriteLine($"SoftPool.ShaderCompiler : error SHADER: {message}");
    return 1;
}
