namespace SoftPool.Reference;

/// <summary>How a long sum is taken: in slices, of which each is summed by itself and then the slices' sums. More
/// lanes share the work, none takes many iterations, and less is lost to rounding. It depends on the shape alone:
/// devices and the reference have one order.</summary>
/// <param name="Length">The terms of each slice; the last has what remains.</param>
/// <param name="Count">The number of slices; 1 where the sum is taken whole.</param>
internal readonly record struct Slices(int Length, int Count)
{
    /// <summary>So many terms are summed whole.</summary>
    public const int LongestWhole = 4096;

    private const int Least = 64;

    /// <summary>The slices of a sum: about as many as each has terms.</summary>
    /// <param name="terms">The number of terms.</param>
    /// <param name="least">The least length of a slice, a power of two: where there are many sums beside each other,
    /// fewer slices take less memory.</param>
    public static Slices Of(long terms, int least = Least)
    {
        if (terms <= LongestWhole)
            return new Slices((int)terms, 1);
        int length = least;
        while ((long)length * length < terms)
            length *= 2;
        return new Slices(length, (int)((terms + length - 1) / length));
    }

    // So many numbers beside each other keep a GPU's lanes busy; so few terms are quickly gone through.
    private const int ManySums = 8192, FewTerms = 256;

    /// <summary>Slices that lie between each other: slice i has the terms i, i + Count, i + 2 Count and so on, so that
    /// lanes beside each other read what lies beside each other. Where there are few sums, more lanes share each of
    /// them.</summary>
    /// <param name="terms">The number of terms.</param>
    /// <param name="sums">The number of such sums of an item.</param>
    public static Slices Interleaved(int terms, long sums)
    {
        if (terms <= (sums < ManySums ? FewTerms : LongestWhole))
            return new Slices(terms, 1);
        int count = 16;
        while ((long)count * count < terms)
            count *= 2;
        return new Slices((terms + count - 1) / count, count);
    }
}
