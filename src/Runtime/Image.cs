namespace SoftPool;

/// <summary>The order of the bytes of a pixel, 8 bits a channel; or the planes of a picture of video.</summary>
public enum PixelFormat
{
    /// <summary>Red, green, blue.</summary>
    Rgb8,

    /// <summary>Red, green, blue, and a fourth byte that is ignored.</summary>
    Rgba8,

    /// <summary>Blue, green, red, and a fourth byte that is ignored.</summary>
    Bgra8,

    /// <summary>A plane of luma, and one of Cb and Cr in turns with one sample each for 2x2 pixels, 8 bits a sample. Of
    /// a <see cref="DeviceImage"/> only.</summary>
    Nv12,

    /// <summary>As <see cref="Nv12"/>, with 10 bits a sample: the upper ones of 16. Of a <see cref="DeviceImage"/>
    /// only.</summary>
    P010,
}

/// <summary>An image in memory, of any size up to 2 GiB.</summary>
/// <param name="Pixels">The pixels, row by row from the top, without gaps: Width x Height x 3 bytes, or 4 bytes a pixel
/// in <see cref="PixelFormat.Rgba8"/> and <see cref="PixelFormat.Bgra8"/>.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Format">The order of the bytes of a pixel, 8 bits a channel.</param>
public readonly record struct Image(
    ReadOnlyMemory<byte> Pixels, int Width, int Height, PixelFormat Format = PixelFormat.Rgb8) : IPicture
{
    PictureShape IPicture.Shape => Shape;

    internal PictureShape Shape => new(Width, Height, Format);

    /// <summary>The bytes that a pixel takes.</summary>
    internal int BytesPerPixel => Shape.BytesPerPixel;

    /// <exception cref="ShapeMismatchException">Size, format and number of bytes do not go together.</exception>
    internal void Check()
    {
        Shape.Check();
        if (Shape.IsYuv)
            throw new ShapeMismatchException($"An image in memory is in Rgb8, Rgba8 or Bgra8; got {Format}.");
        if (Pixels.Length != Shape.PixelBytes)
            throw new ShapeMismatchException(
                $"An image of {Width}x{Height} pixels in {Format} takes {Shape.PixelBytes} bytes; "
                + $"got {Pixels.Length}.");
    }
}
