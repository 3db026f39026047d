using System.Text;

namespace SoftPool.Runtime.Tests.Onnx;

/// <summary>Writes protobuf messages, field by field, in whatever form a test wants.</summary>
internal sealed class ProtoWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public ProtoWriter Int(int number, long value) => Tag(number, 0).Varint((ulong)value);

    public ProtoWriter Float(int number, float value) => Tag(number, 5).Raw(BitConverter.GetBytes(value));

    public ProtoWriter Double(int number, double value) => Tag(number, 1).Raw(BitConverter.GetBytes(value));

    public ProtoWriter Text(int number, string text) => Bytes(number, Encoding.UTF8.GetBytes(text));

    public ProtoWriter Message(int number, ProtoWriter message) => Bytes(number, message.ToArray());

    public ProtoWriter Bytes(int number, byte[] bytes) => Tag(number, 2).Varint((ulong)bytes.Length).Raw(bytes);

    public ProtoWriter Packed(int number, params long[] values)
    {
        var packed = new ProtoWriter();
        foreach (long value in values)
            packed.Varint((ulong)value);
        return Message(number, packed);
    }

    public ProtoWriter Tag(int number, int type) => Varint(((ulong)number << 3) | (uint)type);

    public ProtoWriter Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public ProtoWriter Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
        return this;
    }
}
