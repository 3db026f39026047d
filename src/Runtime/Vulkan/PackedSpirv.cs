using System.IO.Compression;
using System.Runtime.InteropServices;

namespace SoftPool.Vulkan;

/// <summary>SPIR-V as it is embedded: each operand as its difference from the operand in the same place of the last
/// instruction with the same opcode, all compressed with Brotli. Neighbours of one opcode name neighbouring results, so
/// that most differences are small, and many are the same.</summary>
internal static class PackedSpirv
{
    // It takes a millisecond: the best quality takes 50 times as long for a fifteenth less.
    private const int Quality = 5, Window = 22;

    // Modules have some kilobytes, and become a seventh of that.
    private const int FirstGuess = 16, SmallestGuess = 1 << 10, LargestModule = 64 << 20;

    // Magic number, version, generator, bound and schema.
    private const int HeaderWords = 5;

    /// <summary>Packs the words of a module.</summary>
    public static byte[] Pack(ReadOnlySpan<uint> words)
    {
        uint[] differences = words.ToArray();
        var last = new Dictionary<uint, int>();
        for (int i = HeaderWords; i < words.Length; i += LengthAt(words, i))
        {
            for (int j = 1; j < Shared(words, i, last); j++)
                differences[i + j] -= words[last[Opcode(words[i])] + j];
            last[Opcode(words[i])] = i;
        }
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes<uint>(differences);
        var room = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        return BrotliEncoder.TryCompress(bytes, room, out int written, Quality, Window)
            ? room[..written]
            : throw new InvalidDataException($"{bytes.Length} bytes of SPIR-V cannot be compressed.");
    }

    /// <summary>The words of a packed module.</summary>
    public static uint[] Unpack(ReadOnlySpan<byte> packed)
    {
        uint[] words = Decompress(packed);
        var last = new Dictionary<uint, int>();
        for (int i = HeaderWords; i < words.Length; i += LengthAt(words, i))
        {
            for (int j = 1; j < Shared(words, i, last); j++)
                words[i + j] += words[last[Opcode(words[i])] + j];
            last[Opcode(words[i])] = i;
        }
        return words;
    }

    private static uint[] Decompress(ReadOnlySpan<byte> packed)
    {
        int first = Math.Max(SmallestGuess, FirstGuess * packed.Length);
        for (int length = first; length <= LargestModule; length *= 2)
        {
            var bytes = new byte[length];
            if (BrotliDecoder.TryDecompress(packed, bytes, out int written))
                return MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(0, written)).ToArray();
        }
        throw new InvalidDataException("It is no Brotli stream.");
    }

    private static uint Opcode(uint first) => first & 0xffff;

    /// <summary>The words of the instruction at an index; whatever stands there, one at least and none behind the
    /// end.</summary>
    private static int LengthAt(ReadOnlySpan<uint> words, int index) =>
        Math.Clamp((int)(words[index] >> 16), 1, words.Length - index);

    /// <summary>How many words an instruction has a counterpart for in the last one with its opcode.</summary>
    private static int Shared(ReadOnlySpan<uint> words, int index, Dictionary<uint, int> last) =>
        last.TryGetValue(Opcode(words[index]), out int former)
            ? Math.Min(LengthAt(words, index), LengthAt(words, former))
            : 0;
}
