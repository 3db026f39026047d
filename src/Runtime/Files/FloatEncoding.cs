using System.Runtime.InteropServices;

namespace SoftPool.Files;

/// <summary>How a safetensors file stores floats: F32, 16 bits that are widened exactly when they are read, or F64 that
/// is rounded.</summary>
internal static class FloatEncoding
{
    /// <summary>The bytes of an element; 0 for a dtype that is not read.</summary>
    public static int WidthOf(string? dtype) => dtype switch
    {
        "F32" => sizeof(float),
        "F16" or "BF16" => sizeof(ushort),
        "F64" => sizeof(double),
        _ => 0,
    };

    /// <summary>The bytes among those of some floats into which their stored form of at most 32 bits goes: all, or the
    /// second half, from which widening never overwrites what it has not read.</summary>
    public static Span<byte> StoredIn(Span<float> floats, string dtype)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(floats);
        return bytes[(bytes.Length - floats.Length * WidthOf(dtype))..];
    }

    /// <summary>Makes floats of what was read into <see cref="StoredIn"/>.</summary>
    public static void Widen(Span<float> floats, string dtype)
    {
        if (dtype == "F32")
            return;
        Span<ushort> stored = MemoryMarshal.Cast<byte, ushort>(StoredIn(floats, dtype));
        for (int i = 0; i < floats.Length; i++)
            floats[i] = dtype == "F16"
                ? (float)BitConverter.UInt16BitsToHalf(stored[i])
                : BitConverter.UInt32BitsToSingle((uint)stored[i] << 16);
    }
}
