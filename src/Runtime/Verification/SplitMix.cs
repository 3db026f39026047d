namespace SoftPool.Verification;

/// <summary>The SplitMix64 generator (Steele, Lea, Flood 2014): integers alone, so the same bits everywhere, and any
/// one of them without the ones before it.</summary>
internal static class SplitMix
{
    public const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>The 64 bits at a place, from 0, of a seed's sequence.</summary>
    public static ulong At(ulong seed, long place) => Mix(unchecked(seed + ((ulong)place + 1) * Gamma));

    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
