using System.Buffers.Binary;

namespace SoftPool.WeakSymbolVersion;

/// <summary>Copies a shared library so that it loads where one symbol version it names does not exist.</summary>
/// <remarks>
/// The dynamic loader refuses a library that needs an unknown symbol version, unless that need is flagged weak. Only
/// for needs that no relocation uses: a symbol of the missing version that is really called fails when it is bound.
/// </remarks>
internal static class WeakCopy
{
    /// <summary>Writes <paramref name="output"/>: the bytes of <paramref name="input"/>, the need flagged
    /// weak.</summary>
    /// <exception cref="InvalidDataException">The input is no such library, or does not need the version.</exception>
    public static void Write(string input, string output, string version)
    {
        byte[] library = File.ReadAllBytes(input);
        foreach (int offset in VersionNeeds.FindFlags(library, version))
        {
            Span<byte> flags = library.AsSpan(offset, sizeof(ushort));
            ushort weak = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(flags) | VersionNeeds.Weak);
            BinaryPrimitives.WriteUInt16LittleEndian(flags, weak);
        }

        WriteWhole(Path.GetFullPath(output), library);
    }

    // Two builds may write the same output, and it may be linked from elsewhere: readers see the old file or the new
    // one, never half of one, and other links to the old file keep it.
    private static void WriteWhole(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            File.WriteAllBytes(unfinished, bytes);
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
