using System.Numerics;

namespace SoftPool.Torch.Cpu;

/// <summary>bfloat16 (the upper half of a float, held as ushort) and half to float, and back to the nearest, ties to
/// even.</summary>
internal static class ShortFloats
{
    private const ushort NaN = 0x7FC0;

    public static void Widen(ReadOnlySpan<ushort> from, Span<float> to)
    {
        int i = 0;
        for (; i <= from.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(from[i..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).As<uint, float>().CopyTo(to[i..]);
            (high << 16).As<uint, float>().CopyTo(to[(i + Vector<uint>.Count)..]);
        }
        for (; i < from.Length; i++)
            to[i] = BitConverter.UInt32BitsToSingle((uint)from[i] << 16);
    }

    public static void Narrow(ReadOnlySpan<float> from, Span<ushort> to)
    {
        int i = 0;
        for (; i <= from.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
            Vector.Narrow(
                Round(new Vector<float>(from[i..])), Round(new Vector<float>(from[(i + Vector<float>.Count)..])))
                .CopyTo(to[i..]);
        for (; i < from.Length; i++)
        {
            uint bits = BitConverter.SingleToUInt32Bits(from[i]);
            to[i] = float.IsNaN(from[i]) ? NaN : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
        }
    }

    public static void Widen(ReadOnlySpan<Half> from, Span<float> to)
    {
        for (int i = 0; i < from.Length; i++)
            to[i] = (float)from[i];
    }

    public static void Narrow(ReadOnlySpan<float> from, Span<Half> to)
    {
        for (int i = 0; i < from.Length; i++)
            to[i] = (Half)from[i];
    }

    private static Vector<uint> Round(Vector<float> values)
    {
        Vector<uint> bits = values.As<float, uint>();
        Vector<uint> rounded = bits + new Vector<uint>(0x7FFF) + (bits >> 16 & Vector<uint>.One) >> 16;
        return Vector.ConditionalSelect(
            Vector.Equals(values, values).As<int, uint>(), rounded, new Vector<uint>(NaN));
    }
}
