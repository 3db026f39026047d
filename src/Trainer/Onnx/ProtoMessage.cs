using System.Runtime.InteropServices;
using System.Text;

namespace SoftPool.Trainer.Onnx;

/// <summary>A protobuf message as it is written. The floats of large tensors are referred to, and copied only into the
/// file.</summary>
internal sealed class ProtoMessage
{
    private readonly List<(byte[]? Bytes, ReadOnlyMemory<float> Floats)> _parts = [];

    /// <summary>The message's length in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Adds a whole number.</summary>
    public ProtoMessage Int(int field, long value) => Raw([.. Tag(field, 0), .. Varint((ulong)value)]);

    /// <summary>Adds a 32-bit float.</summary>
    public ProtoMessage Float(int field, float value) => Raw([.. Tag(field, 5), .. BitConverter.GetBytes(value)]);

    /// <summary>Adds a text.</summary>
    public ProtoMessage Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    /// <summary>Adds bytes.</summary>
    public ProtoMessage Bytes(int field, byte[] bytes) =>
        Raw([.. Tag(field, 2), .. Varint((ulong)bytes.Length), .. bytes]);

    /// <summary>Adds the little-endian bytes of floats, which must not change until they are written.</summary>
    public ProtoMessage Bytes(int field, ReadOnlyMemory<float> floats)
    {
        long length = (long)floats.Length * sizeof(float);
        Raw([.. Tag(field, 2), .. Varint((ulong)length)]);
        _parts.Add((null, floats));
        Length += length;
        return this;
    }

    /// <summary>Adds a message within this one.</summary>
    public ProtoMessage Message(int field, ProtoMessage inner)
    {
        Raw([.. Tag(field, 2), .. Varint((ulong)inner.Length)]);
        _parts.AddRange(inner._parts);
        Length += inner.Length;
        return this;
    }

    /// <summary>Writes the message.</summary>
    public void WriteTo(Stream file)
    {
        foreach ((byte[]? bytes, ReadOnlyMemory<float> floats) in _parts)
            file.Write(bytes ?? MemoryMarshal.AsBytes(floats.Span));
    }

    private ProtoMessage Raw(byte[] bytes)
    {
        _parts.Add((bytes, default));
        Length += bytes.Length;
        return this;
    }

    private static byte[] Tag(int field, int type) => Varint((ulong)(uint)field << 3 | (uint)type);

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
