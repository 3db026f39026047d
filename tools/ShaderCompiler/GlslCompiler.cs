using System.Runtime.InteropServices;
using System.Text;

namespace SoftPool.ShaderCompiler;

/// <summary>Compiles GLSL compute shaders for Vulkan 1.1 (SPIR-V 1.3), optimised; a warning is an error.</summary>
internal sealed class GlslCompiler : IDisposable
{
    private readonly IncludeResolver _includes;
    private readonly nint _compiler;
    private readonly nint _options;

    /// <param name="includeDirectory">Where #include looks.</param>
    /// <param name="macros">Macros to define.</param>
    /// <exception cref="DllNotFoundException">The shaderc library is not installed.</exception>
    public GlslCompiler(string includeDirectory, params IEnumerable<string> macros)
    {
        _includes = new IncludeResolver(includeDirectory);
        _compiler = Shaderc.CompilerInitialize();
        _options = Shaderc.CompileOptionsInitialize();
        Shaderc.CompileOptionsSetTargetEnv(_options, TargetEnv.Vulkan, EnvVersion.Vulkan11);
        Shaderc.CompileOptionsSetOptimizationLevel(_options, OptimizationLevel.Performance);
        Shaderc.CompileOptionsSetWarningsAsErrors(_options);
        foreach (string macro in macros)
            Shaderc.CompileOptionsAddMacroDefinition(
                _options, Encoding.UTF8.GetBytes(macro), (nuint)Encoding.UTF8.GetByteCount(macro), null, 0);
        Shaderc.CompileOptionsSetIncludeCallbacks(_options, _includes.Resolve, _includes.Release, 0);
    }

    /// <summary>Compiles one file and returns its SPIR-V.</summary>
    /// <exception cref="ShaderException">The shader has errors.</exception>
    public byte[] Compile(string path)
    {
        string text = File.ReadAllText(path);
        // glslang would print thousands of lines, its own built-in functions, to standard output.
        if (!text.Contains("#version", StringComparison.Ordinal))
            throw new ShaderException(path, $"{path}:1: error: expected '#version 450' or later, got no #version");
        byte[] source = Encoding.UTF8.GetBytes(text);
        nint result = Shaderc.CompileIntoSpv(
            _compiler, source, (nuint)source.Length, ShaderKind.ComputeShader, path, "main", _options);
        try
        {
            if (Shaderc.ResultGetCompilationStatus(result) != CompilationStatus.Success)
                throw new ShaderException(path, Marshal.PtrToStringUTF8(Shaderc.ResultGetErrorMessage(result)) ?? "");
            var spirv = new byte[Shaderc.ResultGetLength(result)];
            Marshal.Copy(Shaderc.ResultGetBytes(result), spirv, 0, spirv.Length);
            return spirv;
        }
        finally
        {
            Shaderc.ResultRelease(result);
        }
    }

    public void Dispose()
    {
        Shaderc.CompileOptionsRelease(_options);
        Shaderc.CompilerRelease(_compiler);
    }
}
