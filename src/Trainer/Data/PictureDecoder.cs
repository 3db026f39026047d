using System.Runtime.InteropServices;
using SkiaSharp;

namespace SoftPool.Trainer.Data;

/// <summary>Turns a JPEG, PNG, WebP or BMP file into RGB bytes, upright: cameras store what their sensor saw, and in
/// EXIF how they were held.</summary>
internal static class PictureDecoder
{
    /// <summary>The endings of the files' names.</summary>
    public static readonly string[] Endings = [".jpg", ".jpeg", ".png", ".webp", ".bmp"];

    /// <summary>Four bytes a pixel: more would take over a gigabyte for one picture.</summary>
    private const long MostPixels = 1L << 28;

    /// <summary>The size that a picture has as it is shown, by its headers alone; null where it is no picture that can
    /// be decoded. </summary>
    /// <param name="content">The file from its beginning; no more of it is read than the headers need, and then it is
    /// closed.</param>
    public static Size2d? ReadSize(Stream content)
    {
        using SKCodec? codec = Readable(SKCodec.Create(content));
        return codec is null ? null
            : IsTurned(codec.EncodedOrigin) ? new Size2d(codec.Info.Width, codec.Info.Height)
            : new Size2d(codec.Info.Height, codec.Info.Width);
    }

    /// <summary>
    /// Decodes to 3 x H x W. A picture of another size is stretched to it, with averaging where it shrinks and cubic
    /// interpolation where it grows. Transparency is dropped: the colour of a clear pixel counts as it is stored.
    /// </summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="size">The height and width wanted, in pixels.</param>
    /// <param name="path">What to call the file in a complaint.</param>
    /// <exception cref="DatasetException">The file is damaged, cut off, too large, or no JPEG, PNG, WebP or
    /// BMP.</exception>
    public static byte[] Decode(byte[] content, Size2d size, string path)
    {
        using SKBitmap decoded = Decode(content, path);
        SKImageInfo info = decoded.Info;
        if (info.Height == size.Height && info.Width == size.Width)
            return ToPlanar(decoded);
        bool shrinks = info.Height > size.Height || info.Width > size.Width;
        using SKBitmap resized = decoded.Resize(
            info.WithSize(size.Width, size.Height),
            shrinks
                ? new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
                : new SKSamplingOptions(SKCubicResampler.Mitchell));
        return ToPlanar(resized);
    }

    /// <summary>Decodes at the picture's own size.</summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="path">What to call the file in a complaint.</param>
    /// <exception cref="DatasetException">The file is damaged, cut off, too large, or no JPEG, PNG, WebP or
    /// BMP.</exception>
    public static Image DecodePicture(byte[] content, string path)
    {
        using SKBitmap decoded = Decode(content, path);
        return new Image(decoded.GetPixelSpan().ToArray(), decoded.Width, decoded.Height, PixelFormat.Rgba8);
    }

    private static SKBitmap Decode(byte[] content, string path)
    {
        using SKCodec codec = Open(content)
            ?? throw new DatasetException($"{path} cannot be decoded: it is no valid JPEG, PNG, WebP or BMP.");
        if ((long)codec.Info.Width * codec.Info.Height > MostPixels)
            throw new DatasetException(
                $"{path} is too large: it has {codec.Info.Width:N0} x {codec.Info.Height:N0} pixels, and a picture "
                + $"may have {MostPixels:N0} in all.");
        var decoded = new SKBitmap(
            new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        SKCodecResult result = codec.GetPixels(decoded.Info, decoded.GetPixels());
        if (result == SKCodecResult.Success)
            return Upright(decoded, codec.EncodedOrigin);
        decoded.Dispose();
        throw new DatasetException($"{path} cannot be decoded: the decoder says {result}.");
    }

    /// <summary>Whether rows are stored that are shown as columns.</summary>
    private static bool IsTurned(SKEncodedOrigin origin) => origin >= SKEncodedOrigin.LeftTop;

    /// <summary>The picture as it is to be seen, in the place of the one given. An origin says where the first row and
    /// the first column that are stored belong: RightTop, the row to the right and the column to the top.</summary>
    private static SKBitmap Upright(SKBitmap stored, SKEncodedOrigin origin)
    {
        if (origin == SKEncodedOrigin.TopLeft)
            return stored;
        using SKBitmap old = stored;
        bool turned = IsTurned(origin);
        (int width, int height) = turned ? (stored.Height, stored.Width) : (stored.Width, stored.Height);
        bool fromRight = origin is SKEncodedOrigin.TopRight or SKEncodedOrigin.BottomRight
            or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom;
        bool fromBottom = origin is SKEncodedOrigin.BottomRight or SKEncodedOrigin.BottomLeft
            or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var upright = new SKBitmap(stored.Info.WithSize(width, height));
        ReadOnlySpan<uint> from = MemoryMarshal.Cast<byte, uint>(stored.GetPixelSpan());
        Span<uint> to = MemoryMarshal.Cast<byte, uint>(upright.GetPixelSpan());
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                int across = fromRight ? width - 1 - x : x, down = fromBottom ? height - 1 - y : y;
                to[y * width + x] = turned ? from[across * stored.Width + down] : from[down * stored.Width + across];
            }
        return upright;
    }

    private static SKCodec? Open(byte[] content)
    {
        using SKData data = SKData.CreateCopy(content);
        return Readable(SKCodec.Create(data));
    }

    /// <summary>The codec, where it is of a kind that is read.</summary>
    private static SKCodec? Readable(SKCodec? codec)
    {
        if (codec is null)
            return null;
        bool readable = codec.EncodedFormat is SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png
                or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Bmp
            && (long)codec.Info.Width * codec.Info.Height > 0;
        if (readable)
            return codec;
        codec.Dispose();
        return null;
    }

    private static byte[] ToPlanar(SKBitmap bitmap)
    {
        ReadOnlySpan<byte> rgba = bitmap.GetPixelSpan();
        int plane = bitmap.Width * bitmap.Height;
        var planar = new byte[ImageSet.Channels * plane];
        for (int channel = 0; channel < ImageSet.Channels; channel++)
            for (int i = 0; i < plane; i++)
                planar[channel * plane + i] = rgba[4 * i + channel];
        return planar;
    }
}
