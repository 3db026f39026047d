using System.IO.Compression;
using System.Runtime.InteropServices;

namespace SoftPool.Vulkan;

/// <summary>The compilations of one shader as they are embedded: their names and lengths, then each operand as its
/// difference from the operand in the same place of the last instruction with the same opcode, all in one Brotli stream.
/// Neighbours of one opcode name neighbouring results, so that most differences are small, and many are the same; and one
/// shader's compilations have most instructions in common.</summary>
internal static class PackedSpirv
{
    // A better one takes a hundred times as long for a tenth less.
    private const int Quality = 5, Window = 22;

    // Magic number, version, generator, bound and schema.
    private const int HeaderWords = 5;

    // A shader has six compilations at most, of some ten thousand words each.
    private const int MostModules = 16, MostWords = 1 << 22;

    /// <summary>Packs the words of modules that have names.</summary>
    public static byte[] Pack(IReadOnlyList<(string Name, uint[] Words)> modules)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes<uint>(
            [.. modules.SelectMany(module => Differences(module.Words))]);
        var room = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        if (!BrotliEncoder.TryCompress(bytes, room, out int written, Quality, Window))
            throw new InvalidDataException($"{bytes.Length} bytes of SPIR-V cannot be compressed.");
        using var packed = new MemoryStream();
        using var writer = new BinaryWriter(packed);
        writer.Write(modules.Count);
        foreach ((string name, uint[] words) in modules)
        {
            writer.Write(name);
            writer.Write(words.Length);
        }
        writer.Write(room.AsSpan(0, written));
        return packed.ToArray();
    }

    /// <summary>The names of the modules in a packed shader, in order.</summary>
    /// <exception cref="InvalidDataException">The bytes are not as <see cref="Pack"/> writes them.</exception>
    public static IReadOnlyList<string> Names(byte[] packed) => [.. Modules(packed, out _).Select(module => module.Name)];

    /// <summary>The words of one module of a packed shader; null if it has none of that name.</summary>
    /// <exception cref="InvalidDataException">The bytes are not as <see cref="Pack"/> writes them.</exception>
    public static uint[]? Unpack(byte[] packed, string name)
    {
        (string Name, int Words)[] modules = Modules(packed, out int start);
        int index = Array.FindIndex(modules, module => module.Name == name);
        if (index < 0)
            return null;
        var all = new uint[modules.Sum(module => module.Words)];
        Span<byte> bytes = MemoryMarshal.AsBytes(all.AsSpan());
        if (!BrotliDecoder.TryDecompress(packed.AsSpan(start), bytes, out int written) || written < bytes.Length)
            throw new InvalidDataException($"It is no Brotli stream of {bytes.Length} bytes.");
        uint[] words = all.AsSpan(modules[..index].Sum(module => module.Words), modules[index].Words).ToArray();
        Restore(words);
        return words;
    }

    private static (string Name, int Words)[] Modules(byte[] packed, out int start)
    {
        try
        {
            using var stream = new MemoryStream(packed);
            using var reader = new BinaryReader(stream);
            var modules = new (string Name, int Words)[Between(0, reader.ReadInt32(), MostModules)];
            for (int i = 0; i < modules.Length; i++)
                modules[i] = (reader.ReadString(), Between(0, reader.ReadInt32(), MostWords));
            start = (int)stream.Position;
            return modules;
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            throw new InvalidDataException($"Its {packed.Length} bytes do not begin with names and lengths.", e);
        }
    }

    private static int Between(int least, int value, int most) =>
        value >= least && value <= most
            ? value
            : throw new InvalidDataException($"A number that is from {least} to {most} is {value} there.");

    private static uint[] Differences(uint[] words)
    {
        uint[] differences = [.. words];
        var last = new Dictionary<uint, int>();
        for (int i = HeaderWords; i < words.Length; i += LengthAt(words, i))
        {
            for (int j = 1; j < Shared(words, i, last); j++)
                differences[i + j] -= words[last[Opcode(words[i])] + j];
            last[Opcode(words[i])] = i;
        }
        return differences;
    }

    /// <summary>Makes words of differences.</summary>
    private static void Restore(uint[] words)
    {
        var last = new Dictionary<uint, int>();
        for (int i = HeaderWords; i < words.Length; i += LengthAt(words, i))
        {
            for (int j = 1; j < Shared(words, i, last); j++)
                words[i + j] += words[last[Opcode(words[i])] + j];
            last[Opcode(words[i])] = i;
        }
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
