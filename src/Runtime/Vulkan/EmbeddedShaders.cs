using System.Runtime.InteropServices;

namespace SoftPool.Vulkan;

/// <summary>The SPIR-V of the kernels, compiled at build and embedded in this assembly.</summary>
internal static class EmbeddedShaders
{
    /// <summary>The names of all kernels: their shaders' file names without ending.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. from resource in typeof(EmbeddedShaders).Assembly.GetManifestResourceNames()
           where resource.StartsWith("shaders/", StringComparison.Ordinal)
           select Path.GetFileNameWithoutExtension(resource),
    ];

    /// <summary>The words of one kernel.</summary>
    public static uint[] Load(string kernel)
    {
        using Stream stream = typeof(EmbeddedShaders).Assembly.GetManifestResourceStream($"shaders/{kernel}.spv")
            ?? throw new InvalidOperationException(
                $"There is no kernel {kernel}; there are {string.Join(", ", Names)}.");
        var words = new uint[stream.Length / sizeof(uint)];
        stream.ReadExactly(MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }
}
