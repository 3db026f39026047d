using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace SoftPool.Onnx;

/// <summary>A constant tensor, whose elements stay in the file until they are asked for.</summary>
internal sealed class OnnxTensor
{
    private const int PieceLength = 1 << 16;

    private readonly OnnxSource _source;
    private readonly IReadOnlyList<WireSpan> _parts;
    private readonly IReadOnlyDictionary<string, string>? _external;

    internal OnnxTensor(
        string name, OnnxElement element, IReadOnlyList<long> dimensions, OnnxSource source,
        IReadOnlyList<WireSpan> parts, IReadOnlyDictionary<string, string>? external)
    {
        (Name, Element, Dimensions) = (name, element, dimensions);
        (_source, _parts, _external) = (source, parts, external);
    }

    public string Name { get; }

    public OnnxElement Element { get; }

    public IReadOnlyList<long> Dimensions { get; }

    /// <summary>The elements as float32: of double rounded once, of the 16-bit types exact, of integers rounded
    /// once.</summary>
    /// <exception cref="ModelFormatException">The data is not what type and dimensions say, or of a type that is no
    /// number.
    /// </exception>
    public float[] ToFloats() => Element switch
    {
        OnnxElement.Float => Elements(bits => BitConverter.UInt32BitsToSingle((uint)bits)),
        OnnxElement.Double => Elements(bits => (float)BitConverter.UInt64BitsToDouble(bits)),
        OnnxElement.Float16 => Elements(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits)),
        OnnxElement.BFloat16 => Elements(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16)),
        OnnxElement.UInt64 => Elements(bits => (float)bits),
        _ => Elements(bits => (float)Integer(bits)),
    };

    /// <summary>The elements of an integer type, or of bool as 0 and 1.</summary>
    /// <exception cref="ModelFormatException">The data is not what type and dimensions say, or not of
    /// integers.</exception>
    public long[] ToInts() => Elements(Integer);

    private long Integer(ulong bits) => Element switch
    {
        OnnxElement.Int64 => (long)bits,
        OnnxElement.Int32 => (int)bits,
        OnnxElement.Int16 => (short)bits,
        OnnxElement.Int8 => (sbyte)bits,
        OnnxElement.UInt8 or OnnxElement.UInt16 or OnnxElement.UInt32 => (long)bits,
        OnnxElement.Bool => bits == 0 ? 0 : 1,
        OnnxElement.UInt64 when bits <= long.MaxValue => (long)bits,
        OnnxElement.UInt64 => throw Invalid($"holds {bits}; integers of 63 bits are expected"),
        _ => throw Invalid($"is of type {Element}, which is not read as this"),
    };

    /// <summary>Bytes of an element in raw data, and the field for elements written as numbers.</summary>
    private (int Size, int Field) Layout => Element switch
    {
        OnnxElement.Float => (4, 4),
        OnnxElement.Double => (8, 10),
        OnnxElement.Int64 => (8, 7),
        OnnxElement.UInt64 => (8, 11),
        OnnxElement.UInt32 => (4, 11),
        OnnxElement.Int32 => (4, 5),
        OnnxElement.Int16 or OnnxElement.UInt16 or OnnxElement.Float16 or OnnxElement.BFloat16 => (2, 5),
        OnnxElement.Int8 or OnnxElement.UInt8 or OnnxElement.Bool => (1, 5),
        _ => throw Invalid($"is of type {Element}, which is not supported"),
    };

    private T[] Elements<T>(Func<ulong, T> convert)
        where T : unmanaged
    {
        (int size, int number) = Layout;
        long count = Count();
        if (_external != null)
        {
            using OnnxSource data = ExternalData.Open(_source, _external, why => Invalid(why), out WireSpan place);
            return FromRaw(data, place, size, count, convert);
        }
        WireSpan raw = default;
        List<WireField> fields = [];
        long room = 0;
        var wire = new Wire(_source);
        foreach (WireSpan part in _parts)
            for (long at = part.Begin; at < part.End;)
            {
                WireField field = wire.Field(ref at, part.End);
                if (field is { Number: 9, Type: WireType.Bytes })
                    raw = field.Span;
                else if (field.Number == number)
                    room += field.Type == WireType.Bytes ? field.Span.Length : 8;
            }
        if (raw.Length > 0 && room > 0)
            throw Invalid("holds its data twice");
        // An element takes a byte at least; so memory is taken for no more than the file can hold.
        return room == 0 ? FromRaw(_source, raw, size, count, convert)
            : room >= count ? FromNumbers(wire, size, number, count, convert)
            : throw Invalid($"has {room} bytes of numbers; at least {count} are expected");
    }

    private T[] FromRaw<T>(OnnxSource data, WireSpan place, int size, long count, Func<ulong, T> convert)
        where T : unmanaged
    {
        if (place.Length % size != 0 || place.Length / size != count)
            throw Invalid($"has {place.Length} bytes of data; {count} elements of {size} bytes are expected");
        T[] elements = Room<T>(count);
        if (typeof(T) == typeof(float) && Element == OnnxElement.Float)
        {
            data.Read(place.Begin, MemoryMarshal.AsBytes(elements.AsSpan()));
            return elements;
        }
        var piece = new byte[(int)Math.Min(PieceLength, place.Length)];
        Span<byte> bits = stackalloc byte[sizeof(ulong)];
        bits.Clear();
        int index = 0;
        for (long at = place.Begin; at < place.End; at += piece.Length)
        {
            Span<byte> read = piece.AsSpan(0, (int)Math.Min(piece.Length, place.End - at));
            data.Read(at, read);
            for (int offset = 0; offset < read.Length; offset += size)
            {
                read.Slice(offset, size).CopyTo(bits);
                elements[index++] = convert(BinaryPrimitives.ReadUInt64LittleEndian(bits));
            }
        }
        return elements;
    }

    private T[] FromNumbers<T>(Wire wire, int size, int number, long count, Func<ulong, T> convert)
    {
        // Only these are written as fixed bytes; all else as varints, signed ones extended to 64 bits.
        int fixedSize = Element is OnnxElement.Float or OnnxElement.Double ? size : 0;
        WireType type = fixedSize switch { 0 => WireType.Varint, 4 => WireType.Fixed32, _ => WireType.Fixed64 };
        bool signed = Element is OnnxElement.Int8 or OnnxElement.Int16 or OnnxElement.Int32;
        T[] elements = Room<T>(count);
        long index = 0;
        foreach (WireSpan part in _parts)
            for (long at = part.Begin; at < part.End;)
            {
                WireField field = wire.Field(ref at, part.End);
                if (field.Number != number)
                    continue;
                if (field.Type == type)
                    Add(field.Bits);
                else if (field.Type != WireType.Bytes)
                    throw Invalid($"has numbers of wire type {(int)field.Type}; {(int)type} is expected");
                for (long place = field.Span.Begin; place < field.Span.End;)
                    Add(fixedSize == 0
                        ? wire.Varint(ref place, field.Span.End)
                        : wire.Fixed(ref place, field.Span.End, fixedSize));
            }
        return index == count ? elements : throw Invalid($"has {index} elements; {count} are expected");

        void Add(ulong bits)
        {
            int unused = 64 - (8 * size);
            bool fits = signed ? (long)bits << unused >> unused == (long)bits : bits << unused >> unused == bits;
            if (!fits)
                throw Invalid($"holds {(signed ? (long)bits : bits)}, which {Element} cannot hold");
            if (index >= count)
                throw Invalid($"has more elements than the {count} expected");
            elements[index++] = convert(bits);
        }
    }

    private long Count()
    {
        long count = 1;
        foreach (long dimension in Dimensions)
            count = dimension == 0 || count <= long.MaxValue / dimension
                ? count * dimension
                : throw Invalid("has more elements than can be counted");
        return count;
    }

    private T[] Room<T>(long count) => count <= Array.MaxLength
        ? GC.AllocateUninitializedArray<T>((int)count)
        : throw Invalid($"has {count} elements; at most {Array.MaxLength} are read");

    private ModelFormatException Invalid(string why) => _source.Invalid(
        _parts.Count > 0 ? _parts[0].Begin : 0, string.Create(CultureInfo.InvariantCulture, $"tensor {Name} {why}"));
}
