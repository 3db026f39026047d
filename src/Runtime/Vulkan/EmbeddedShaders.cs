using System.Reflection;
using SoftPool.Files;

namespace SoftPool.Vulkan;

/// <summary>The SPIR-V of the kernels, compiled and packed at build and embedded in this assembly.</summary>
internal static class EmbeddedShaders
{
    private const string Folder = "shaders/", Ending = ".spv.br";

    /// <summary>The names of all kernels: their shaders' file names without ending.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. from resource in typeof(EmbeddedShaders).Assembly.GetManifestResourceNames()
           where resource.StartsWith(Folder, StringComparison.Ordinal)
           select resource[Folder.Length..^Ending.Length],
    ];

    /// <summary>The words of one kernel.</summary>
    public static uint[] Load(string kernel) => Load(kernel, typeof(EmbeddedShaders).Assembly);

    /// <summary>The words of a kernel of another assembly that embeds its own.</summary>
    public static uint[] Load(string kernel, Assembly assembly)
    {
        try
        {
            return PackedSpirv.Unpack(Read(kernel, assembly));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The kernel {kernel} is not packed as it should be: {e.Message}", e);
        }
    }

    /// <summary>The SHA-256 of all kernels as they are embedded.</summary>
    public static byte[] Hash()
    {
        using var all = new MemoryStream();
        foreach (string name in Names.Order(StringComparer.Ordinal))
            all.Write(Read(name, typeof(EmbeddedShaders).Assembly));
        return Sha256.Hash(all.GetBuffer().AsSpan(0, (int)all.Length));
    }

    private static byte[] Read(string kernel, Assembly assembly)
    {
        using Stream stream = assembly.GetManifestResourceStream(Folder + kernel + Ending)
            ?? throw new InvalidOperationException(
                $"There is no kernel {kernel}; there are {string.Join(", ", Names)}.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
