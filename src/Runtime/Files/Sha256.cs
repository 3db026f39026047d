using System.Buffers.Binary;
using System.Numerics;

namespace SoftPool.Files;

/// <summary>SHA-256, as FIPS 180-4 defines it. .NET's own needs the system's OpenSSL on Linux and ends the process
/// where there is none, which a library inside of another program must not do.</summary>
internal static class Sha256
{
    public const int HashBytes = 32;
    private const int BlockBytes = 64;

    private static readonly uint[] Start = [.. Primes(8).Select(prime => FractionOf(Math.Sqrt(prime)))];
    private static readonly uint[] Rounds = [.. Primes(64).Select(prime => FractionOf(Math.Cbrt(prime)))];

    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        Span<uint> state = stackalloc uint[Start.Length];
        Start.CopyTo(state);
        int whole = data.Length - data.Length % BlockBytes;
        Absorb(state, data[..whole]);
        // The end: a bit of one, zeros, and the number of bits.
        Span<byte> end = stackalloc byte[2 * BlockBytes];
        end.Clear();
        data[whole..].CopyTo(end);
        end[data.Length - whole] = 0x80;
        end = end[..(data.Length - whole < BlockBytes - sizeof(ulong) ? BlockBytes : 2 * BlockBytes)];
        BinaryPrimitives.WriteUInt64BigEndian(end[^sizeof(ulong)..], 8 * (ulong)data.Length);
        Absorb(state, end);
        var hash = new byte[HashBytes];
        for (int i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(sizeof(uint) * i), state[i]);
        return hash;
    }

    private static void Absorb(Span<uint> state, ReadOnlySpan<byte> blocks)
    {
        Span<uint> words = stackalloc uint[64];
        for (; !blocks.IsEmpty; blocks = blocks[BlockBytes..])
        {
            for (int i = 0; i < 16; i++)
                words[i] = BinaryPrimitives.ReadUInt32BigEndian(blocks[(sizeof(uint) * i)..]);
            for (int i = 16; i < words.Length; i++)
            {
                (uint second, uint fifteenth) = (words[i - 2], words[i - 15]);
                words[i] = words[i - 16] + words[i - 7]
                    + (Right(fifteenth, 7) ^ Right(fifteenth, 18) ^ fifteenth >> 3)
                    + (Right(second, 17) ^ Right(second, 19) ^ second >> 10);
            }
            (uint a, uint b, uint c, uint d) = (state[0], state[1], state[2], state[3]);
            (uint e, uint f, uint g, uint h) = (state[4], state[5], state[6], state[7]);
            for (int i = 0; i < words.Length; i++)
            {
                uint one = h + (Right(e, 6) ^ Right(e, 11) ^ Right(e, 25)) + (e & f ^ ~e & g) + Rounds[i] + words[i];
                uint two = (Right(a, 2) ^ Right(a, 13) ^ Right(a, 22)) + (a & b ^ a & c ^ b & c);
                (h, g, f, e, d, c, b, a) = (g, f, e, d + one, c, b, a, one + two);
            }
            (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
            (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
        }
    }

    private static uint Right(uint word, int bits) => BitOperations.RotateRight(word, bits);

    private static IEnumerable<int> Primes(int count) => Enumerable.Range(2, 400)
        .Where(number => Enumerable.Range(2, number - 2).All(divisor => number % divisor != 0)).Take(count);

    /// <summary>The first 32 bits behind the point.</summary>
    private static uint FractionOf(double number) => (uint)((number - Math.Floor(number)) * (1L << 32));
}
