using System.Reflection;
using SoftPool.Files;

namespace SoftPool.Vulkan;

/// <summary>The SPIR-V of the kernels, compiled and packed at build and embedded in this assembly: a resource for each
/// shader, with all its compilations.</summary>
internal static class EmbeddedShaders
{
    private const string Folder = "shaders/", Ending = ".spv.br";

    private static readonly string[] Shaders = ShadersOf(typeof(EmbeddedShaders).Assembly);

    /// <summary>The names of all kernels: a shader's file name without ending, and what it is compiled for, as in
    /// conv2d_gemm64_texel.fp16.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. from shader in Shaders
           from name in PackedSpirv.Names(Read(shader, typeof(EmbeddedShaders).Assembly))
           select name,
    ];

    /// <summary>The words of one kernel.</summary>
    public static uint[] Load(string kernel) => Load(kernel, typeof(EmbeddedShaders).Assembly, Shaders);

    /// <summary>The words of a kernel of another assembly that embeds its own.</summary>
    public static uint[] Load(string kernel, Assembly assembly) => Load(kernel, assembly, ShadersOf(assembly));

    /// <summary>The SHA-256 of all kernels as they are embedded.</summary>
    public static byte[] Hash()
    {
        using var all = new MemoryStream();
        foreach (string shader in Shaders)
            all.Write(Read(shader, typeof(EmbeddedShaders).Assembly));
        return Sha256.Hash(all.GetBuffer().AsSpan(0, (int)all.Length));
    }

    private static uint[] Load(string kernel, Assembly assembly, string[] shaders)
    {
        try
        {
            // A kernel's name begins with its shader's: of those that fit, linear and linear_q8 say, with the longest.
            string? shader = shaders.Where(name => kernel.StartsWith(name, StringComparison.Ordinal))
                .MaxBy(name => name.Length);
            return (shader is null ? null : PackedSpirv.Unpack(Read(shader, assembly), kernel))
                ?? throw new InvalidOperationException(
                    $"There is no kernel {kernel}; there are those of {string.Join(", ", shaders)}.");
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The kernel {kernel} is not packed as it should be: {e.Message}", e);
        }
    }

    private static string[] ShadersOf(Assembly assembly) =>
    [
        .. from resource in assembly.GetManifestResourceNames()
           where resource.StartsWith(Folder, StringComparison.Ordinal)
           orderby resource
           select resource[Folder.Length..^Ending.Length],
    ];

    private static byte[] Read(string shader, Assembly assembly)
    {
        using Stream stream = assembly.GetManifestResourceStream(Folder + shader + Ending)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
