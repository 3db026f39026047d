namespace SoftPool;

/// <summary>The order of a pixel's bytes.</summary>
public enum PixelFormat
{
    /// <summary>Red, green, blue.</summary>
    Rgb8,

    /// <summary>Red, green, blue, and a byte that is ignored.</summary>
    Rgba8,

    /// <summary>Blue, green, red, and a byte that is ignored.</summary>
    Bgra8,
}

/// <summary>An image in memory, of any size.</summary>
/// <param name="Pixels">The bytes, row by row from the top, without gaps.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Format">The order of a pixel's bytes.</param>
public readonly record struct Image(
    ReadOnlyMemory<byte> Pixels, int Width, int Height, PixelFormat Format = PixelFormat.Rgb8)
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
                $"An image of {Width}x{Height} pixels in {Format} takes {(long)Width * Height * BytesPerPixel} bytes, "
                + $"2 GiB at most; got {Pixels.Length}.");
    }
}
