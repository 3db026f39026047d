using System.Buffers.Binary;
using System.Text;

namespace SoftPool.Onnx;

/// <summary>A field's wire type, by its number in the format.</summary>
internal enum WireType
{
    Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5,
}

/// <summary>A place in the file: of a message, a string or packed numbers.</summary>
internal readonly record struct WireSpan(long Begin, long End)
{
    public long Length => End - Begin;
}

/// <summary>One field of a message, whose tag lies at the offset: a number's bits, or the place of bytes.</summary>
internal readonly record struct WireField(int Number, WireType Type, long Offset, ulong Bits, WireSpan Span);

/// <summary>Protobuf's wire format over a source, through a window of a few kilobytes. Every length is held against
/// what encloses it.</summary>
internal sealed class Wire(OnnxSource source)
{
    private const int LongestVarint = 10;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly byte[] _window = new byte[1 << 15];
    private long _windowBegin;
    private int _windowLength;

    /// <summary>The next field, and behind it the place of the one after.</summary>
    public WireField Field(ref long at, long end)
    {
        long offset = at;
        ulong tag = Varint(ref at, end);
        if (tag >> 3 is 0 or > (1 << 29) - 1)
            throw source.Invalid(offset, $"a field's tag was expected, and {tag} is none");
        int number = (int)(tag >> 3);
        var type = (WireType)(tag & 7);
        switch (type)
        {
            case WireType.Varint:
                return new WireField(number, type, offset, Varint(ref at, end), default);
            case WireType.Fixed32 or WireType.Fixed64:
                return new WireField(number, type, offset, Fixed(ref at, end, type == WireType.Fixed32 ? 4 : 8), default);
            case WireType.Bytes:
                long begin = at;
                ulong length = Varint(ref at, end);
                if (length > (ulong)(end - at))
                    throw source.Invalid(begin, $"{length} bytes of field {number} were expected, and {end - at} are left");
                var span = new WireSpan(at, at + (long)length);
                at = span.End;
                return new WireField(number, type, offset, 0, span);
            default:
                throw source.Invalid(
                    offset, $"a field of wire type 0, 1, 2 or 5 was expected, and field {number} has {(int)type}"
                    + ((int)type is 3 or 4 ? " (a group)" : ""));
        }
    }

    public ulong Varint(ref long at, long end)
    {
        ulong value = 0;
        long begin = at;
        for (int index = 0; index < LongestVarint; index++)
        {
            if (at >= end)
                throw source.Invalid(begin, "a number was expected, and what holds it ends within it");
            byte part = At(at++);
            value |= (ulong)(part & 0x7F) << (7 * index);
            if (part < 0x80)
                return value;
        }
        throw source.Invalid(begin, $"a number of at most {LongestVarint} bytes was expected");
    }

    public ulong Fixed(ref long at, long end, int size)
    {
        if (end - at < size)
            throw source.Invalid(at, $"a number of {size} bytes was expected, and {end - at} are left");
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bytes.Clear();
        for (int index = 0; index < size; index++)
            bytes[index] = At(at++);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public byte[] Bytes(WireSpan span)
    {
        var bytes = new byte[span.Length];
        source.Read(span.Begin, bytes);
        return bytes;
    }

    public string Text(WireSpan span)
    {
        try
        {
            return Strict.GetString(Bytes(span));
        }
        catch (DecoderFallbackException)
        {
            throw source.Invalid(span.Begin, "text in UTF-8 was expected");
        }
    }

    private byte At(long offset)
    {
        long index = offset - _windowBegin;
        if (index < 0 || index >= _windowLength)
        {
            _windowLength = (int)Math.Min(_window.Length, source.Length - offset);
            _windowBegin = offset;
            index = 0;
            source.Read(offset, _window.AsSpan(0, _windowLength));
        }
        return _window[index];
    }
}
