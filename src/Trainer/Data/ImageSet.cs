namespace SoftPool.Trainer.Data;

/// <summary>
/// RGB images of one size with their labels, decoded and kept as bytes: N x 3 x H x W, planar, 0 to 255. Nothing of
/// torch in here. The set takes the arrays over; whoever made them must not change them any more.
/// </summary>
internal sealed class ImageSet
{
    /// <summary>Red, green, blue.</summary>
    public const int Channels = 3;

    private readonly byte[] _pixels;
    private readonly int[] _labels;

    /// <summary>Makes a set of as many images as there are labels.</summary>
    /// <exception cref="ArgumentException">
    /// There is no image, the bytes do not fill N x 3 x H x W exactly, or a label is negative.
    /// </exception>
    public ImageSet(Size2d size, byte[] pixels, int[] labels)
    {
        if (size.Height <= 0 || size.Width <= 0)
            throw new ArgumentException($"Images need a positive height and width; got {size.Height}x{size.Width}.", nameof(size));
        if (labels.Length == 0)
            throw new ArgumentException("A set needs at least one image; got none.", nameof(labels));
        long expected = labels.Length * BytesPerImage(size);
        if (pixels.Length != expected)
            throw new ArgumentException(
                $"{labels.Length} images of {size.Height}x{size.Width} take {expected} bytes; got {pixels.Length}.", nameof(pixels));
        if (labels.Min() < 0)
            throw new ArgumentException($"Labels count from 0; got {labels.Min()}.", nameof(labels));
        Size = size;
        _pixels = pixels;
        _labels = labels;
    }

    /// <summary>The number of images, N.</summary>
    public int Count => _labels.Length;

    /// <summary>Height and width of every image, in pixels.</summary>
    public Size2d Size { get; }

    /// <summary>All images one after the other: N x 3 x H x W.</summary>
    public ReadOnlyMemory<byte> Pixels => _pixels;

    /// <summary>The class of each image, as an index into the data set's class names.</summary>
    public ReadOnlyMemory<int> Labels => _labels;

    /// <summary>One image: 3 x H x W.</summary>
    public ReadOnlySpan<byte> Image(int index)
    {
        int length = (int)BytesPerImage(Size);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _pixels.AsSpan(index * length, length);
    }

    /// <summary>The bytes that one image of a size takes: 3 x H x W.</summary>
    public static long BytesPerImage(Size2d size) => (long)Channels * size.Height * size.Width;
}
