using SoftPool.Kernels;

namespace SoftPool;

/// <summary>A picture as an input stage sees it: what decides how it is resized.</summary>
internal interface IPicture
{
    PictureShape Shape { get; }
}

/// <summary>All of a picture but its pixels.</summary>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Format">Its pixels, or its planes.</param>
/// <param name="Matrix">How planes become pixels.</param>
/// <param name="IsFullRange">Whether all values of the planes are in use.</param>
internal readonly record struct PictureShape(
    int Width, int Height, PixelFormat Format, YuvMatrix Matrix = default, bool IsFullRange = false)
{
    /// <summary>Whether it is in planes of luma and chroma, which become <see cref="PixelFormat.Rgba8"/>.</summary>
    public bool IsYuv => Format is PixelFormat.Nv12 or PixelFormat.P010;

    /// <summary>The bytes of a pixel that is resized.</summary>
    public int BytesPerPixel => Format == PixelFormat.Rgb8 ? 3 : 4;

    /// <summary>The bytes of the pixels that are resized.</summary>
    public long PixelBytes => (long)Width * Height * BytesPerPixel;

    /// <summary>The bytes of a sample of luma or chroma.</summary>
    public int SampleBytes => Format == PixelFormat.P010 ? 2 : 1;

    /// <summary>The samples along x and y of Cb, and as many of Cr.</summary>
    public Size2d Chroma => new((Height + 1) / 2, (Width + 1) / 2);

    /// <summary>The bytes of a row as it comes: of pixels, or of luma.</summary>
    public long RowBytes => (long)Width * (IsYuv ? SampleBytes : BytesPerPixel);

    /// <summary>The bytes of a row of chroma.</summary>
    public long ChromaRowBytes => 2L * Chroma.Width * SampleBytes;

    /// <summary>Where the chroma begins behind the luma.</summary>
    public long ChromaOffset => Division.Align(RowBytes * Height, sizeof(uint));

    /// <summary>The bytes of both planes.</summary>
    public long PlaneBytes => ChromaOffset + ChromaRowBytes * Chroma.Height;

    /// <exception cref="ShapeMismatchException">There is no such picture, or it is too large.</exception>
    public void Check()
    {
        if (Width < 1 || Height < 1)
            throw new ShapeMismatchException($"A picture has at least 1x1 pixels; got {Width}x{Height}.");
        // Bytes are counted in 32 bits on the device.
        if (!Enum.IsDefined(Format) || (long)Width * Height > int.MaxValue / BytesPerPixel)
            throw new ShapeMismatchException(
                $"A picture has at most 2 GiB; got {Width}x{Height} pixels in {Format}.");
    }
}
