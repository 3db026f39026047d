using System.Numerics;
using SoftPool.Verification;

namespace SoftPool.Trainer.Data;

/// <summary>
/// The SplitMix64 generator (Steele, Lea, Flood 2014). <see cref="Random"/> promises no sequence across .NET versions;
/// this one gives the same bits everywhere, because it draws with integers, +, -, *, / and square roots alone.
/// </summary>
internal struct SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator of its own for one item of a stream, independent of its neighbours'.</summary>
    public static SplitMix64 ForItem(ulong seed, int index) =>
        new(SplitMix.Mix(seed) ^ SplitMix.Mix((ulong)index + SplitMix.Gamma));

    /// <summary>64 random bits.</summary>
    public ulong Next() => SplitMix.Mix(_state += SplitMix.Gamma);

    /// <summary>Uniform in [0, bound).</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>Uniform in [low, high).</summary>
    public float Between(float low, float high) => low + (high - low) * ((Next() >> 40) * (1f / (1 << 24)));

    /// <summary>A random unit vector.</summary>
    public Vector2 Direction()
    {
        while (true)
        {
            var candidate = new Vector2(Between(-1, 1), Between(-1, 1));
            float squared = candidate.LengthSquared();
            if (squared is > 0.01f and <= 1)
                return candidate / MathF.Sqrt(squared);
        }
    }

    /// <summary>Nearly normal, mean 0 and deviation 1: the sum of four uniform numbers.</summary>
    public float Gaussian()
    {
        const float Sqrt3 = 1.7320508f;
        ulong bits = Next();
        float sum = (ushort)bits + (ushort)(bits >> 16) + (ushort)(bits >> 32) + (ushort)(bits >> 48);
        return (sum * (1f / (1 << 16)) - 2) * Sqrt3;
    }
}
