using System.Runtime.InteropServices;
using SoftPool.Graph;

namespace SoftPool.Verification;

/// <summary>What becomes of luma and chroma, as the kernel computes it: to the byte.</summary>
internal static class ColourReference
{
    /// <param name="shape">The picture.</param>
    /// <param name="planes">Its luma, row by row without gaps, and behind <see cref="PictureShape.ChromaOffset"/> its
    /// chroma.</param>
    /// <returns>Pixels in <see cref="PixelFormat.Rgba8"/>.</returns>
    public static byte[] Compute(in PictureShape shape, ReadOnlySpan<byte> planes)
    {
        var matrix = ColourMatrix.Of(shape);
        bool isWide = shape.SampleBytes == 2;
        int grey = isWide ? 512 : 128;
        ReadOnlySpan<byte> chroma = planes[(int)shape.ChromaOffset..];
        var pixels = new byte[shape.PixelBytes];
        for (int row = 0; row < shape.Height; row++)
            for (int column = 0; column < shape.Width; column++)
            {
                int pixel = row * shape.Width + column;
                int pair = 2 * (row / 2 * shape.Chroma.Width + column / 2);
                int y = matrix.Luma * (Sample(planes, pixel, isWide) - matrix.Black);
                int u = Sample(chroma, pair, isWide) - grey, v = Sample(chroma, pair + 1, isWide) - grey;
                pixels[4 * pixel] = Byte(y + matrix.RedV * v);
                pixels[4 * pixel + 1] = Byte(y - matrix.GreenU * u - matrix.GreenV * v);
                pixels[4 * pixel + 2] = Byte(y + matrix.BlueU * u);
                pixels[4 * pixel + 3] = 255;
            }
        return pixels;
    }

    private static int Sample(ReadOnlySpan<byte> plane, int place, bool isWide) => isWide
        ? MemoryMarshal.Cast<byte, ushort>(plane)[place] >> 6
        : plane[place];

    private static byte Byte(int sum) => (byte)Math.Clamp(
        sum + (1 << (ColourMatrix.FractionBits - 1)) >> ColourMatrix.FractionBits, 0, 255);
}
