namespace SoftPool;

/// <summary>The bytes of a pixel, in order.</summary>
public enum PixelFormat
{
    /// <summary>Red, green, blue.</summary>
    Rgb8,

    /// <summary>Red, green, blue, and one that is passed over.</summary>
    Rgba8,

    /// <summary>Blue, green, red, and one that is passed over.</summary>
    Bgra8,
}

/// <summary>A picture in memory, of any size.</summary>
/// <param name="Pixels">Its bytes, row by row from the top, without gaps.</param>
/// <param name="Width">Its width in pixels.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="Format">The bytes of a pixel.</param>
public readonly record struct Image(ReadOnlyMemory<byte> Pixels, int Width, int Height, PixelFormat Format = PixelFormat.Rgb8)
{
    /// <summary>The bytes that a pixel takes.</summary>
    internal int BytesPerPixel => Format == PixelFormat.Rgb8 ? 3 : 4;

    /// <exception cref="ShapeMismatchException">Size, format and number of bytes do not go together.</exception>
    internal void Check()
    {
        if (Width < 1 || Height < 1)
            throw new ShapeMismatchException($"A picture has at least 1x1 pixels; got {Width}x{Height}.");
        // Bytes are counted in 32 bits on the device.
        if (!Enum.IsDefined(Format) || (long)Width * Height * BytesPerPixel > int.MaxValue
            || Pixels.Length != Width * Height * BytesPerPixel)
            throw new ShapeMismatchException(
                $"A picture of {Width}x{Height} pixels in {Format} takes {(long)Width * Height * BytesPerPixel} bytes, 2 GiB at most; "
                + $"got {Pixels.Length}.");
    }
}
