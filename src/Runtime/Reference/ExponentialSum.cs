namespace SoftPool.Reference;

/// <summary>A sum of exponentials of any size: <paramref name="Total"/> exp(<paramref name="Largest"/>).</summary>
internal readonly record struct ExponentialSum<T>(T Largest, T Total)
    where T : struct, IReal<T>
{
    /// <summary>Of each cell the largest value of its channels, and the sum of their exponentials beside it; those of
    /// many channels by slices.</summary>
    public static ExponentialSum<T>[] OfCells(ReadOnlySpan<float> input, int channels)
    {
        int plane = input.Length / channels;
        var slices = Slices.Of(channels);
        var sums = new ExponentialSum<T>[plane];
        var parts = new ExponentialSum<T>[slices.Count];
        for (int cell = 0; cell < plane; cell++)
        {
            for (int slice = 0; slice < slices.Count; slice++)
            {
                int first = slice * slices.Length, end = Math.Min(first + slices.Length, channels);
                // That of a slice is held above -infinity: beside others it may weigh nothing.
                T largest = T.Of(slices.Count == 1 ? input[cell] : float.MinValue), total = default;
                for (int c = first; c < end; c++)
                    largest = Shifted.Larger(T.Of(input[c * plane + cell]), largest);
                for (int c = first; c < end; c++)
                    total += T.ExpNonpositive(Shifted.Difference(T.Of(input[c * plane + cell]), largest));
                parts[slice] = new(largest, total);
            }
            sums[cell] = slices.Count == 1 ? parts[0] : Of(parts);
        }
        return sums;
    }

    /// <summary>The sum of several.</summary>
    public static ExponentialSum<T> Of(ReadOnlySpan<ExponentialSum<T>> parts)
    {
        T largest = T.Of(float.MinValue), total = default;
        foreach (ExponentialSum<T> part in parts)
            largest = Shifted.Larger(part.Largest, largest);
        foreach (ExponentialSum<T> part in parts)
            total += part.Beside(largest);
        return new(largest, total);
    }

    /// <summary>The sum as a multiple of exp(largest), for a value not below its own largest.</summary>
    public T Beside(T largest) => Total * T.ExpNonpositive(Shifted.Difference(Largest, largest));
}
