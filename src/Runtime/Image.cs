namespace SoftPool;

/// <summary>The order of the bytes of a pixel, 8 bits a channel.</summary>
public enum PixelFormat
{
    /// <summary>Red, green, blue.</summary>
    Rgb8,

    /// <summary>Red, green, blue, and a fourth byte that is ignored.</summary>
    Rgba8,

    /// <summary>Blue, green, red, and a fourth byte that is ignored.</summary>
    Bgra8,
}

/// <summary>An image in memory, of any size up to 2 GiB.</summary>
/// <param name="Pixels">The pixels, row by row from the top, without gaps: Width x Height x 3 bytes, or 4 bytes a pixel
/// in <see cref="PixelFormat.Rgba8"/> and <see cref="PixelFormat.Bgra8"/>.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Format">The order of the bytes of a pixel, 8 bits a channel.</param>
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
        if (!Enum.IsDefined(Format) || (long)Width * Height > int.MaxValue / BytesPerPixel
            || Pixels.Length != Width * Height * BytesPerPixel)
            throw new ShapeMismatchException(
                $"An image of {Width}x{Height} pixels in {Format} takes {(Int128)Width * Height * BytesPerPixel} "
                + $"bytes, 2 GiB at most; got {Pixels.Length}.");
    }
}
