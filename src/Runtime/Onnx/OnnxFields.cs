namespace SoftPool.Onnx;

/// <summary>The fields of messages as the types that a schema gives them, and what limits their number.</summary>
internal abstract class OnnxFields(OnnxSource source)
{
    /// <summary>Of all messages, names and numbers that are kept: what they take in memory is many times what they take
    /// in the file.</summary>
    private const int MostItems = 500_000;

    private const long LongestTexts = 16 << 20;

    private readonly Wire _wire = new(source);
    private int _items;
    private long _texts;

    protected OnnxSource Source => source;

    /// <summary>The fields of a message that lies in these places.</summary>
    protected IEnumerable<WireField> Fields(List<WireSpan> parts)
    {
        Count(parts.Count > 0 ? parts[0].Begin : 0);
        foreach (WireSpan part in parts)
            for (long at = part.Begin; at < part.End;)
                yield return _wire.Field(ref at, part.End);
    }

    private void Count(long offset)
    {
        if (++_items > MostItems)
            throw source.Invalid(offset, $"at most {MostItems} nodes, names and numbers outside of tensors were expected");
    }

    protected WireSpan Span(WireField field)
    {
        Expect(field, WireType.Bytes);
        return field.Span;
    }

    protected long Int(WireField field) => (long)Expect(field, WireType.Varint);

    protected float Float(WireField field) => BitConverter.UInt32BitsToSingle((uint)Expect(field, WireType.Fixed32));

    protected string Text(WireField field) => _wire.Text(Counted(field));

    protected OnnxText Raw(WireField field) => new(_wire.Bytes(Counted(field)));

    private WireSpan Counted(WireField field)
    {
        WireSpan span = Span(field);
        Count(field.Offset);
        if ((_texts += span.Length) > LongestTexts)
            throw source.Invalid(field.Offset, $"at most {LongestTexts} bytes of names and texts were expected");
        return span;
    }

    protected void Ints(WireField field, List<long> numbers)
    {
        if (field.Type != WireType.Bytes)
            Add(Int(field), field.Offset, numbers);
        for (long at = field.Span.Begin; at < field.Span.End;)
            Add((long)_wire.Varint(ref at, field.Span.End), at, numbers);
    }

    protected void Floats(WireField field, List<float> numbers)
    {
        if (field.Type != WireType.Bytes)
            Add(Float(field), field.Offset, numbers);
        for (long at = field.Span.Begin; at < field.Span.End;)
            Add(BitConverter.UInt32BitsToSingle((uint)_wire.Fixed(ref at, field.Span.End, sizeof(float))), at, numbers);
    }

    private void Add<T>(T number, long offset, List<T> numbers)
    {
        Count(offset);
        numbers.Add(number);
    }

    private ulong Expect(WireField field, WireType type) => field.Type == type
        ? field.Bits
        : throw source.Invalid(
            field.Offset, $"field {field.Number} of wire type {(int)type} was expected, not of {(int)field.Type}");
}
