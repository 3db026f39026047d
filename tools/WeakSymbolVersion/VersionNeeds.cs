using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace SoftPool.WeakSymbolVersion;

/// <summary>Reads the symbol versions that an ELF64 little-endian file needs (section type SHT_GNU_verneed).</summary>
internal static class VersionNeeds
{
    /// <summary>VER_FLG_WEAK: the loader goes on when nobody provides the version.</summary>
    public const ushort Weak = 0x2;

    private const uint SectionTypeVersionNeeds = 0x6ffffffe;
    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int EntrySize = 16; // Elf64_Verneed and Elf64_Vernaux alike

    /// <summary>File offsets of vna_flags (16 bits) of every need of that version, one per library it is wanted
    /// from.</summary>
    /// <exception cref="InvalidDataException">Not such a file, damaged, or without that need.</exception>
    public static IReadOnlyList<int> FindFlags(ReadOnlySpan<byte> file, string version)
    {
        ReadOnlySpan<byte> section = FindSection(file, out ReadOnlySpan<byte> sectionHeaders);
        ReadOnlySpan<byte> needs = Contents(file, section);
        ReadOnlySpan<byte> names = Contents(file, Linked(sectionHeaders, section));
        ulong needsStart = ReadUInt64LittleEndian(section[24..]);
        byte[] wanted = [.. Encoding.UTF8.GetBytes(version), 0];

        List<int> found = [];
        ulong library = 0;
        for (uint left = ReadUInt32LittleEndian(section[44..]); left > 0; left--)
        {
            ReadOnlySpan<byte> verneed = Slice(needs, library, EntrySize, "a needed library");
            ulong need = library + ReadUInt32LittleEndian(verneed[8..]);
            for (int i = ReadUInt16LittleEndian(verneed[2..]); i > 0; i--)
            {
                ReadOnlySpan<byte> vernaux = Slice(needs, need, EntrySize, "a needed version");
                if (From(names, ReadUInt32LittleEndian(vernaux[8..]), "a version's name").StartsWith(wanted))
                    found.Add((int)(needsStart + need + 4));
                need += ReadUInt32LittleEndian(vernaux[12..]);
            }

            uint next = ReadUInt32LittleEndian(verneed[12..]);
            if (next == 0)
                break;
            library += next;
        }

        return found.Count > 0 ? found : throw new InvalidDataException($"it does not need symbol version {version}.");
    }

    private static ReadOnlySpan<byte> FindSection(ReadOnlySpan<byte> file, out ReadOnlySpan<byte> headers)
    {
        if (file.Length < HeaderSize || !file.StartsWith("\x7f"u8) || !file[1..].StartsWith("ELF\x02\x01"u8))
            throw new InvalidDataException("expected a 64-bit little-endian ELF file, got something else.");
        int size = ReadUInt16LittleEndian(file[58..]);
        int count = ReadUInt16LittleEndian(file[60..]);
        if (size != SectionHeaderSize)
            throw new InvalidDataException($"expected section headers of {SectionHeaderSize} bytes, got {size}.");
        headers = Slice(file, ReadUInt64LittleEndian(file[40..]), (ulong)(size * count), "the section header table");
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = headers.Slice(i * size, size);
            if (ReadUInt32LittleEndian(header[4..]) == SectionTypeVersionNeeds)
                return header;
        }

        throw new InvalidDataException("it needs no symbol versions at all (no section .gnu.version_r).");
    }

    // sh_link names the section that holds the strings.
    private static ReadOnlySpan<byte> Linked(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> header) => Slice(headers,
        (ulong)ReadUInt32LittleEndian(header[40..]) * SectionHeaderSize,
        SectionHeaderSize, "the string table's header");

    private static ReadOnlySpan<byte> Contents(ReadOnlySpan<byte> file, ReadOnlySpan<byte> header) =>
        Slice(file, ReadUInt64LittleEndian(header[24..]), ReadUInt64LittleEndian(header[32..]), "a section");

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> bytes, ulong offset, ulong length, string what)
    {
        ReadOnlySpan<byte> rest = From(bytes, offset, what);
        return length <= (ulong)rest.Length
            ? rest[..(int)length]
            : throw new InvalidDataException(
                $"damaged: {what} at offset {offset} wants {length} bytes, there are {rest.Length}.");
    }

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> bytes, ulong offset, string what) =>
        offset <= (ulong)bytes.Length
            ? bytes[(int)offset..]
            : throw new InvalidDataException($"damaged: {what} lies at offset {offset}, beyond {bytes.Length} bytes.");
}
