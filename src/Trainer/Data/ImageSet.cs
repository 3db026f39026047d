namespace SoftPool.Trainer.Data;

/// <summary>
/// RGB images of one size with their labels, decoded and kept as bytes: N x 3 x H x W, planar, 0 to 255. Nothing of
/// torch in here. The set takes the arrays over; whoever made them must not change them any more.
/// </summary>
internal sealed class ImageSet
{
    /// <summary>Red, green, blue.</summary>
    public const int Channels = 3;

    private readonly ReadOnlyMemory<byte>[] _images;
    private readonly int[] _labels;

    /// <summary>Makes a set of as many images as there are labels, which lie one after the other.</summary>
    /// <exception cref="ArgumentException">
    /// There is no image, the bytes do not fill N x 3 x H x W exactly, or a label is negative.
    /// </exception>
    public ImageSet(Size2d size, byte[] pixels, int[] labels) : this(size, Slice(size, pixels, labels.Length), labels)
    {
    }

    private ImageSet(Size2d size, ReadOnlyMemory<byte>[] images, int[] labels)
    {
        if (size.Height <= 0 || size.Width <= 0)
            throw new ArgumentException(
                $"Images need a positive height and width; got {size.Height}x{size.Width}.", nameof(size));
        if (labels.Length == 0)
            throw new ArgumentException("A set needs at least one image; got none.", nameof(labels));
        if (labels.Min() < 0)
            throw new ArgumentException($"Labels count from 0; got {labels.Min()}.", nameof(labels));
        Size = size;
        _images = images;
        _labels = labels;
    }

    /// <summary>Makes a set of images that lie apart: an array ends at two gigabytes, and photographs come to
    /// more.</summary>
    /// <exception cref="ArgumentException">
    /// There is no image, an image has no label or other than 3 x H x W bytes, or a label is negative.
    /// </exception>
    public static ImageSet Of(Size2d size, IReadOnlyList<byte[]> images, int[] labels)
    {
        if (images.Count != labels.Length || images.Any(image => image.Length != BytesPerImage(size)))
            throw new ArgumentException(
                $"{labels.Length} labels take as many images of {BytesPerImage(size)} bytes; got "
                + $"{string.Join(", ", images.Select(image => image.Length))}.", nameof(images));
        return new ImageSet(size, [.. images.Select(image => (ReadOnlyMemory<byte>)image)], labels);
    }

    /// <summary>The number of images, N.</summary>
    public int Count => _labels.Length;

    /// <summary>Height and width of every image, in pixels.</summary>
    public Size2d Size { get; }

    /// <summary>The class of each image, as an index into the data set's class names.</summary>
    public ReadOnlyMemory<int> Labels => _labels;

    /// <summary>One image: 3 x H x W.</summary>
    public ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _images[index].Span;
    }

    /// <summary>The bytes that one image of a size takes: 3 x H x W.</summary>
    public static long BytesPerImage(Size2d size) => (long)Channels * size.Height * size.Width;

    private static ReadOnlyMemory<byte>[] Slice(Size2d size, byte[] pixels, int count)
    {
        long length = BytesPerImage(size);
        if (pixels.Length != count * length)
            throw new ArgumentException(
                $"{count} images of {size.Height}x{size.Width} take {count * length} bytes; got {pixels.Length}.",
                nameof(pixels));
        return [.. Enumerable.Range(0, count)
            .Select(i => (ReadOnlyMemory<byte>)pixels.AsMemory(i * (int)length, (int)length))];
    }
}
