using System.Reflection;
using System.Runtime.InteropServices;

namespace SoftPool.ShaderCompiler;

// The part of the shaderc C API that the compiler uses, under the names Silk.NET.Shaderc gives it.
// Objects are bare handles: whoever initializes one releases it.

internal enum ShaderKind { ComputeShader = 2 }

internal enum OptimizationLevel { Zero = 0, Performance = 2 }

internal enum TargetEnv { Vulkan = 0 }

internal enum EnvVersion : uint { Vulkan11 = (1u << 22) | (1u << 12) }

internal enum CompilationStatus { Success = 0 }

internal enum IncludeType { Relative = 0, Standard = 1 }

/// <summary>An answer to an include: UTF-8 text of a file, or an empty name and the text of an error.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IncludeResult
{
    public nint SourceName;
    public nuint SourceNameLength;
    public nint Content;
    public nuint ContentLength;
    public nint UserData;
}

/// <summary>Answers one include with a pointer to an <see cref="IncludeResult"/>.</summary>
internal delegate nint PfnIncludeResolveFn(
    nint userData,
    [MarshalAs(UnmanagedType.LPUTF8Str)] string requestedSource,
    IncludeType type,
    [MarshalAs(UnmanagedType.LPUTF8Str)] string requestingSource,
    nuint includeDepth);

/// <summary>Frees what a <see cref="PfnIncludeResolveFn"/> returned.</summary>
internal delegate void PfnIncludeResultReleaseFn(nint userData, nint includeResult);

internal static class Shaderc
{
    private const string Library = "shaderc";

    // Debian and Ubuntu, builds of the Vulkan SDK, Homebrew; the last stands for shaderc_shared.dll and
    // libshaderc_shared.dylib, whose prefix and ending the runtime adds.
    private static readonly string[] LibraryNames =
    [
        "libshaderc.so.1", "libshaderc_shared.so.1", "libshaderc.1.dylib", "shaderc_shared",
        // A shell that was opened before the SDK was installed does not have its folder on the PATH.
        .. Environment.GetEnvironmentVariable("VULKAN_SDK") is { Length: > 0 } sdk && OperatingSystem.IsWindows()
            ? (string[])[Path.Combine(sdk, "Bin", "shaderc_shared.dll")]
            : [],
    ];

    static Shaderc() => NativeLibrary.SetDllImportResolver(
        typeof(Shaderc).Assembly, (_, assembly, searchPath) => LoadFirst(LibraryNames, assembly, searchPath));

    /// <exception cref="DllNotFoundException">No name led to a library that loads.</exception>
    internal static nint LoadFirst(string[] names, Assembly assembly, DllImportSearchPath? searchPath)
    {
        var failures = new List<string>();
        foreach (string name in names)
            try
            {
                return NativeLibrary.Load(name, assembly, searchPath);
            }
            catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
            {
                failures.Add(e.Message);
            }
        // Debian 12's libshaderc1 is there and does not load: asking to install it once more would help nobody.
        string? broken = failures.SelectMany(failure => failure.Split('\n')).FirstOrDefault(IsBroken);
        throw new DllNotFoundException(broken is null
            ? $"the shaderc library was not found (tried {string.Join(", ", names)}); "
                + "install it with 'apt-get install libshaderc1', elsewhere with the Vulkan SDK"
            : $"the shaderc library is installed but does not load ({broken.Trim()}); "
                + "tools/setup.sh mends Debian 12's; or put one that loads on the library path (LD_LIBRARY_PATH)");
    }

    // What the loader says of a file that it found and could not use.
    private static bool IsBroken(string line) =>
        line.Contains("undefined symbol", StringComparison.Ordinal)
        || line.Contains("version `", StringComparison.Ordinal);

    [DllImport(Library, EntryPoint = "shaderc_compiler_initialize")]
    public static extern nint CompilerInitialize();

    [DllImport(Library, EntryPoint = "shaderc_compiler_release")]
    public static extern void CompilerRelease(nint compiler);

    [DllImport(Library, EntryPoint = "shaderc_compile_options_initialize")]
    public static extern nint CompileOptionsInitialize();

    [DllImport(Library, EntryPoint = "shaderc_compile_options_release")]
    public static extern void CompileOptionsRelease(nint options);

    [DllImport(Library, EntryPoint = "shaderc_compile_options_add_macro_definition")]
    public static extern void CompileOptionsAddMacroDefinition(
        nint options, byte[] name, nuint nameLength, byte[]? value, nuint valueLength);

    [DllImport(Library, EntryPoint = "shaderc_compile_options_set_optimization_level")]
    public static extern void CompileOptionsSetOptimizationLevel(nint options, OptimizationLevel level);

    [DllImport(Library, EntryPoint = "shaderc_compile_options_set_target_env")]
    public static extern void CompileOptionsSetTargetEnv(nint options, TargetEnv target, EnvVersion version);

    [DllImport(Library, EntryPoint = "shaderc_compile_options_set_warnings_as_errors")]
    public static extern void CompileOptionsSetWarningsAsErrors(nint options);

    [DllImport(Library, EntryPoint = "shaderc_compile_options_set_include_callbacks")]
    public static extern void CompileOptionsSetIncludeCallbacks(
        nint options, PfnIncludeResolveFn resolver, PfnIncludeResultReleaseFn resultReleaser, nint userData);

    [DllImport(Library, EntryPoint = "shaderc_compile_into_spv")]
    public static extern nint CompileIntoSpv(
        nint compiler,
        byte[] sourceText,
        nuint sourceTextSize,
        ShaderKind shaderKind,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string inputFileName,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string entryPointName,
        nint additionalOptions);

    [DllImport(Library, EntryPoint = "shaderc_result_release")]
    public static extern void ResultRelease(nint result);

    [DllImport(Library, EntryPoint = "shaderc_result_get_compilation_status")]
    public static extern CompilationStatus ResultGetCompilationStatus(nint result);

    [DllImport(Library, EntryPoint = "shaderc_result_get_error_message")]
    public static extern nint ResultGetErrorMessage(nint result);

    [DllImport(Library, EntryPoint = "shaderc_result_get_length")]
    public static extern nuint ResultGetLength(nint result);

    [DllImport(Library, EntryPoint = "shaderc_result_get_bytes")]
    public static extern nint ResultGetBytes(nint result);
}
