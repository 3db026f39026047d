namespace SoftPool.Trainer.Data;

/// <summary>The size that all pictures of a set are read at.</summary>
/// <param name="Size">The height and width in pixels.</param>
/// <param name="Remark">One line about it.</param>
internal sealed record PictureSize(Size2d Size, string Remark)
{
    /// <summary>What larger pictures are shrunk to; photographs as cameras take them would not fit in memory.</summary>
    private const int LongestShorterEdge = 256;

    /// <summary>The size that somebody asked for.</summary>
    public static PictureSize Given(Size2d size) => new(size, ReadAt(size));

    /// <summary>
    /// The size that more than half of the pictures have, else the median height and the median width of them, or one
    /// of these proportions with 256 pixels along the shorter edge where that is smaller: networks look at less. The
    /// remark counts those that differ so much that they may be no part of the set.
    /// </summary>
    public static PictureSize Typical(Size2d[] pictures)
    {
        Size2d typical = TypicalOf(pictures);
        int far = pictures.Count(own => IsFar(own.Height, typical.Height) || IsFar(own.Width, typical.Width));
        return new PictureSize(Bounded(typical), ReadAt(Bounded(typical)) + (far == 0 ? ""
            : $"; of {pictures.Length:N0} training pictures {far:N0} are more than twice or less than half of "
            + $"{Format(typical)} along an edge"));

        static bool IsFar(int edge, int usual) => edge > 2L * usual || 2L * edge < usual;
    }

    /// <summary>The size that a few odd pictures do not change: the one of more than half, else the medians.</summary>
    private static Size2d TypicalOf(Size2d[] pictures)
    {
        if (pictures.Length == 0)
            return new Size2d(1, 1);
        (Size2d common, int count) = pictures.CountBy(size => size).MaxBy(size => size.Value);
        return 2 * count > pictures.Length
            ? common
            : new Size2d(Median(pictures.Select(size => size.Height)), Median(pictures.Select(size => size.Width)));

        int Median(IEnumerable<int> edges) => edges.Order().ElementAt(pictures.Length / 2);
    }

    private static Size2d Bounded(Size2d size)
    {
        int shorter = Math.Min(size.Height, size.Width);
        return shorter <= LongestShorterEdge
            ? size
            : new Size2d(Shrink(size.Height), Shrink(size.Width));

        int Shrink(int edge) => (int)((long)edge * LongestShorterEdge / shorter);
    }

    private static string ReadAt(Size2d size) => $"pictures are read at {Format(size)}, height by width";

    private static string Format(Size2d size) => $"{size.Height}x{size.Width}";
}
