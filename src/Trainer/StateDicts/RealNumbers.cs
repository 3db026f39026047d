using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using SoftPool.Trainer.Pickles;

namespace SoftPool.Trainer.StateDicts;

/// <summary>Elements of a file as 32-bit floats.</summary>
internal static class RealNumbers
{
    /// <summary>Makes floats of little-endian elements: 16 bits are widened exactly, 64 bits rounded to the
    /// nearest.</summary>
    /// <exception cref="FormatException">A finite 64-bit number is beyond the largest 32-bit one.</exception>
    public static float[] Of(ReadOnlySpan<byte> bytes, TorchType type)
    {
        var floats = GC.AllocateUninitializedArray<float>(bytes.Length / type.Width);
        if (type == TorchType.Float32 && BitConverter.IsLittleEndian)
            MemoryMarshal.Cast<byte, float>(bytes).CopyTo(floats);
        else
            for (int i = 0; i < floats.Length; i++)
                floats[i] = One(bytes[(i * type.Width)..], type);
        return floats;
    }

    private static float One(ReadOnlySpan<byte> bytes, TorchType type)
    {
        if (type == TorchType.Float16)
            return (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);
        if (type == TorchType.BFloat16)
            return BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16);
        if (type == TorchType.Float32)
            return BinaryPrimitives.ReadSingleLittleEndian(bytes);
        double wide = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
        float number = (float)wide;
        return float.IsInfinity(number) && double.IsFinite(wide)
            ? throw new FormatException(string.Create(
                CultureInfo.InvariantCulture, $"it holds {wide}, which no 32-bit float can"))
            : number;
    }
}
