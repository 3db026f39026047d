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
    public static IReadOnlyList<string> Names =>
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
            // A kernel's name begins with its shader's, and may begin with another's: linear_sum with linear.
            foreach (string shader in shaders)
                if (kernel.StartsWith(shader, StringComparison.Ordinal)
                    && PackedSpirv.Unpack(Read(shader, assembly), kernel) is { } words)
                    return words;
            throw new InvalidOperationException(
                $"There is no kernel {kernel}; there are those of {string.Join(", ", shaders)}.");
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The kernel {kernel} is not packed as it should be: {e.Message}", e);
        }
    }

    private static string[] ShadersOf(Assembly assembly) =>
    [
        .. assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
            .Select(resource => resource[Folder.Length..^Ending.Length])
            .Order(StringComparer.Ordinal), // the hash is the same in every culture
    ];

    private static byte[] Read(string shader, Assembly assembly)
    {
        using Stream stream = assembly.GetManifestResourceStream(Folder + shader + Ending)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
