using System.Buffers.Binary;
using System.Text;
using SoftPool.Files;

namespace SoftPool.Trainer.StateDicts;

/// <summary>Reads a zip archive whose entries are stored and not compressed, as torch.save writes it; with zip64's
/// lengths. Every length and offset is held against the file before memory is taken.</summary>
internal sealed class StoredZip
{
    private const int EndLength = 22, LongestComment = ushort.MaxValue, LocatorLength = 20, End64Length = 56;
    private const long LargestDirectory = 64 << 20;

    private readonly Stream _file;
    private readonly Dictionary<string, Entry> _entries = [];
    private readonly long _directory;

    private sealed record Entry(long Header, long Length, uint Crc, int Flags, int Method);

    /// <param name="file">The archive, which is read when it is asked for.</param>
    /// <exception cref="FormatException">It is no such archive: the message is a clause, "it has no end".</exception>
    public StoredZip(Stream file)
    {
        _file = file;
        (long entries, long offset, long length, long end) = ReadEnd();
        if (offset < 0 || length < 0 || offset > end || length > end - offset || length > LargestDirectory)
            throw new FormatException(
                $"its directory claims {length} bytes at byte {offset}, and it may take {LargestDirectory} before "
                + $"byte {end}");
        _directory = offset;
        byte[] directory = Read(offset, length);
        int at = 0;
        for (long index = 0; index < entries; index++)
            ReadEntry(directory, ref at);
        // Entries that lie in each other would be read again and again; those that are compressed are not read.
        if (_entries.Values.Where(entry => entry.Method == 0)
            .Aggregate((Int128)0, (sum, entry) => sum + entry.Length) > _file.Length)
            throw new FormatException($"its entries are longer than its {_file.Length} bytes");
    }

    /// <summary>The names of all entries.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>An entry's length in bytes; null where there is none of that name.</summary>
    public long? LengthOf(string name) => _entries.GetValueOrDefault(name)?.Length;

    /// <summary>An entry's bytes, checked by their checksum.</summary>
    /// <exception cref="FormatException">There is no such entry, or it is damaged or compressed.</exception>
    public byte[] Read(string name)
    {
        if (!_entries.TryGetValue(name, out Entry? entry))
            throw new FormatException($"it has no entry {Excerpt.Of(name)}");
        if ((entry.Flags & 1) != 0 || entry.Method != 0)
            throw new FormatException(
                $"its entry {Excerpt.Of(name)} is {((entry.Flags & 1) != 0 ? "encrypted" : "compressed")}, and "
                + "torch.save writes all entries as they are: another program has packed the file");
        byte[] header = Read(entry.Header, 30);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != 0x04034B50)
            throw new FormatException($"its entry {Excerpt.Of(name)} does not begin at byte {entry.Header}");
        long begin = entry.Header + header.Length + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26))
            + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        if (begin > _directory || entry.Length > _directory - begin)
            throw new FormatException(
                $"its entry {Excerpt.Of(name)} claims {entry.Length} bytes at byte {begin}, and its directory "
                + $"begins at {_directory}");
        byte[] content = Read(begin, entry.Length);
        return Crc32.Of(content) == entry.Crc
            ? content
            : throw new FormatException($"its entry {Excerpt.Of(name)} is damaged: its checksum is another");
    }

    /// <summary>Where the directory lies, and before what.</summary>
    private (long Entries, long Offset, long Length, long End) ReadEnd()
    {
        long begin = Math.Max(0, _file.Length - EndLength - LongestComment);
        byte[] tail = Read(begin, _file.Length - begin);
        int at = tail.Length - EndLength;
        while (at >= 0 && (BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at)) != 0x06054B50
            || BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(at + 20)) != tail.Length - EndLength - at))
            at--;
        if (at < 0)
            throw new FormatException("a zip archive ends with its directory, and this one is cut off or damaged");
        ReadOnlySpan<byte> end = tail.AsSpan(at);
        long place = begin + at;
        if (place >= LocatorLength)
        {
            byte[] locator = Read(place - LocatorLength, LocatorLength);
            if (BinaryPrimitives.ReadUInt32LittleEndian(locator) == 0x07064B50)
            {
                long there = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
                if (there < 0 || there > place - LocatorLength - End64Length)
                    throw new FormatException($"the end of its directory is said to be at byte {there}");
                byte[] end64 = Read(there, End64Length);
                if (BinaryPrimitives.ReadUInt32LittleEndian(end64) != 0x06064B50)
                    throw new FormatException($"the end of its directory is not at byte {there}");
                return (
                    BinaryPrimitives.ReadInt64LittleEndian(end64.AsSpan(32)),
                    BinaryPrimitives.ReadInt64LittleEndian(end64.AsSpan(48)),
                    BinaryPrimitives.ReadInt64LittleEndian(end64.AsSpan(40)), there);
            }
        }
        return (
            BinaryPrimitives.ReadUInt16LittleEndian(end[10..]), BinaryPrimitives.ReadUInt32LittleEndian(end[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(end[12..]), place);
    }

    private void ReadEntry(byte[] directory, ref int at)
    {
        const int HeaderLength = 46;
        ReadOnlySpan<byte> rest = directory.AsSpan(at);
        if (rest.Length < HeaderLength || BinaryPrimitives.ReadUInt32LittleEndian(rest) != 0x02014B50)
            throw new FormatException($"its directory has no entry at byte {_directory + at}");
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]);
        int whole = HeaderLength + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
        if (rest.Length < whole)
            throw new FormatException($"its directory ends within the entry at byte {_directory + at}");
        string name = Encoding.UTF8.GetString(rest.Slice(HeaderLength, nameLength));
        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(rest[20..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(rest[24..]);
        long header = BinaryPrimitives.ReadUInt32LittleEndian(rest[42..]);
        ReadOnlySpan<byte> extra = rest.Slice(HeaderLength + nameLength, extraLength);
        while (extra.Length >= 4)
        {
            int fieldLength = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (fieldLength > extra.Length - 4)
                break;
            ReadOnlySpan<byte> field = extra.Slice(4, fieldLength);
            // Zip64's lengths stand there for those that do not fit, in this order.
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1)
            {
                Widen(ref length, ref field);
                Widen(ref compressed, ref field);
                Widen(ref header, ref field);
            }
            extra = extra[(4 + fieldLength)..];
        }
        int method = BinaryPrimitives.ReadUInt16LittleEndian(rest[10..]);
        if (length < 0 || header < 0 || header > _directory || (method == 0 && compressed != length))
            throw new FormatException(
                $"its directory's entry {Excerpt.Of(name)} claims {length} bytes at byte {header}");
        if (!_entries.TryAdd(name, new Entry(
            header, length, BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]),
            BinaryPrimitives.ReadUInt16LittleEndian(rest[8..]), method)))
            throw new FormatException($"it has two entries {Excerpt.Of(name)}");
        at += whole;
    }

    private static void Widen(ref long number, ref ReadOnlySpan<byte> field)
    {
        if (number != uint.MaxValue || field.Length < sizeof(long))
            return;
        number = BinaryPrimitives.ReadInt64LittleEndian(field);
        field = field[sizeof(long)..];
    }

    private byte[] Read(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > _file.Length || length > _file.Length - offset
            || length > Array.MaxLength)
            throw new FormatException($"it has {_file.Length} bytes, and {length} are expected at byte {offset}");
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        _file.Position = offset;
        _file.ReadExactly(bytes);
        return bytes;
    }
}
