using System.Runtime.InteropServices;
using SoftPool.ShaderCompiler;
using SoftPool.Vulkan;

const string Usage = "expected --output DIR --include DIR [--variant MACRO:ENDING]... FILE.comp...";

string? output = null, include = null;
var variants = new List<string[]>();
var files = new List<string>();
for (int i = 0; i < args.Length; i++)
    if (args[i] == "--output" && i + 1 < args.Length)
        output = args[++i];
    else if (args[i] == "--include" && i + 1 < args.Length)
        include = args[++i];
    else if (args[i] == "--variant" && i + 1 < args.Length && args[i + 1].Count(letter => letter == ':') == 1)
        variants.Add(args[++i].Split(':'));
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
    using var compiler = new GlslCompiler(Path.GetFullPath(include), [.. variants.Select(variant => variant[0])]);
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
    // A variant is compiled with its macro defined, and has its ending in its name: linear_texel.fp16.spv.br.
    string name = Path.GetFileNameWithoutExtension(file) + string.Concat(variants.Select(variant => variant[1]));
    string target = Path.Combine(output, $"{name}.spv.br");
    string temporary = $"{target}.{Environment.ProcessId}.tmp";
    try
    {
        File.WriteAllBytes(temporary, PackedSpirv.Pack(MemoryMarshal.Cast<byte, uint>(compiler.Compile(file))));
        File.Move(temporary, target, overwrite: true);
        return true;
    }
    catch (ShaderException e)
    {
        Console.Error.WriteLine(e.Message);
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
