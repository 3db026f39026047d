using System.Runtime.InteropServices;
using System.Text;

namespace SoftPool.ShaderCompiler;

/// <summary>Compiles GLSL compute shaders for Vulkan 1.1 (SPIR-V 1.3), optimised, with the names of their
/// specialization constants; a warning is an error.</summary>
internal sealed class GlslCompiler : IDisposable
{
    private readonly IncludeResolver _includes;
    private readonly nint _compiler;

    /// <param name="includeDirectory">Where #include looks.</param>
    /// <exception cref="DllNotFoundException">The shaderc library is not installed.</exception>
    public GlslCompiler(string includeDirectory)
    {
        _includes = new IncludeResolver(includeDirectory);
        _compiler = Shaderc.CompilerInitialize();
    }

    /// <summary>Compiles the text of a file with macros defined and returns its SPIR-V.</summary>
    /// <exception cref="ShaderException">The shader has errors.</exception>
    public byte[] Compile(string path, string text, params IReadOnlyCollection<string> macros)
    {
        // glslang would print thousands of lines, its own built-in functions, to standard output.
        if (!text.Contains("#version", StringComparison.Ordinal))
            throw new ShaderException(path, $"{path}:1: error: expected '#version 450' or later, got no #version");
        byte[] source = Encoding.UTF8.GetBytes(text);
        try
        {
            return ConstantNames.Write(
                CooperativeMatrices.ToKhr(Compile(path, source, OptimizationLevel.Performance, macros)),
                ConstantNames.Read(Compile(path, source, OptimizationLevel.Zero, macros)));
        }
        catch (InvalidDataException e)
        {
            throw new ShaderException(path, $"{path}:1: error: {e.Message}");
        }
    }

    public void Dispose() => Shaderc.CompilerRelease(_compiler);

    private byte[] Compile(string path, byte[] source, OptimizationLevel level, IEnumerable<string> macros)
    {
        nint options = Options(level, macros), result = 0;
        try
        {
            result = Shaderc.CompileIntoSpv(
                _compiler, source, (nuint)source.Length, ShaderKind.ComputeShader, path, "main", options);
            if (Shaderc.ResultGetCompilationStatus(result) != CompilationStatus.Success)
                throw new ShaderException(path, Marshal.PtrToStringUTF8(Shaderc.ResultGetErrorMessage(result)) ?? "");
            var spirv = new byte[Shaderc.ResultGetLength(result)];
            Marshal.Copy(Shaderc.ResultGetBytes(result), spirv, 0, spirv.Length);
            return spirv;
        }
        finally
        {
            Shaderc.ResultRelease(result);
            Shaderc.CompileOptionsRelease(options);
        }
    }

    private nint Options(OptimizationLevel level, IEnumerable<string> macros)
    {
        nint options = Shaderc.CompileOptionsInitialize();
        Shaderc.CompileOptionsSetTargetEnv(options, TargetEnv.Vulkan, EnvVersion.Vulkan11);
        Shaderc.CompileOptionsSetOptimizationLevel(options, level);
        Shaderc.CompileOptionsSetWarningsAsErrors(options);
        foreach (string macro in macros)
            Shaderc.CompileOptionsAddMacroDefinition(
                options, Encoding.UTF8.GetBytes(macro), (nuint)Encoding.UTF8.GetByteCount(macro), null, 0);
        Shaderc.CompileOptionsSetIncludeCallbacks(options, _includes.Resolve, _includes.Release, 0);
        return options;
    }
}
