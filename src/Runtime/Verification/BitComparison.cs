using System.Numerics;

namespace SoftPool.Verification;

/// <summary>How far one tensor is from being another to the bit. Collected piece by piece. All NaN count as one value:
/// which one an operation gives is the device's choice.</summary>
internal sealed class BitComparison
{
    /// <summary>The number of elements compared.</summary>
    public long Count { get; private set; }

    /// <summary>The number of elements that differ.</summary>
    public long DifferingElements { get; private set; }

    /// <summary>The number of bits that differ, of 32 in each element.</summary>
    public long DifferingBits { get; private set; }

    /// <summary>Whether something was compared, and all of it is equal.</summary>
    public bool AreEqual => Count > 0 && DifferingElements == 0;

    /// <summary>Adds elements to the comparison.</summary>
    /// <exception cref="ShapeMismatchException">The lengths differ.</exception>
    public void Add(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (expected.Length != actual.Length)
            throw new ShapeMismatchException($"{expected.Length} elements were expected; {actual.Length} came.");
        for (int i = 0; i < expected.Length; i++)
        {
            uint differing = BitConverter.SingleToUInt32Bits(expected[i]) ^ BitConverter.SingleToUInt32Bits(actual[i]);
            if (differing == 0 || (float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
                continue;
            DifferingElements++;
            DifferingBits += BitOperations.PopCount(differing);
        }
        Count += expected.Length;
    }
}
