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
    /// Decodes to 3 x H x W. A picture of another size gets it with averaging where it shrinks and cubic interpolation
    /// where it grows. Transparency is dropped: the colour of a clear pixel counts as it is stored.
    /// </summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="size">The height and width wanted, in pixels.</param>
    /// <param name="path">What to call the file in a complaint.</param>
    /// <param name="resize">The preprocessing's way to resize. For a centre crop the largest centre of the wanted
    /// aspect ratio is taken; a letterbox gets its border; otherwise, or where null, the picture is stretched.</param>
    /// <exception cref="DatasetException">The file is damaged, cut off, too large, or no JPEG, PNG, WebP or
    /// BMP.</exception>
    public static byte[] Decode(byte[] content, Size2d size, string path, Resize? resize = null)
    {
        using SKBitmap decoded = Decode(content, path);
        switch (resize)
        {
            case CenterCrop:
                using (SKBitmap centre = Centre(decoded, size))
                    return Stretched(centre, size, new ImagePlace(size.Height, size.Width, 0, 0), 0);
            case Letterbox box:
                return Stretched(
                    decoded, size, box.Place(new Size2d(decoded.Height, decoded.Width), size), box.Fill);
            default:
                return Stretched(decoded, size, new ImagePlace(size.Height, size.Width, 0, 0), 0);
        }
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

    /// <summary>The largest centre of a picture that has the aspect ratio of a size, to whole pixels.</summary>
    private static SKBitmap Centre(SKBitmap picture, Size2d size)
    {
        int height = Within(picture.Height, (double)picture.Width * size.Height / size.Width);
        int width = Within(picture.Width, (double)picture.Height * size.Width / size.Height);
        var centre = new SKBitmap();
        picture.ExtractSubset(centre, SKRectI.Create(
            (picture.Width - width) / 2, (picture.Height - height) / 2, width, height));
        return centre;

        static int Within(int extent, double wanted) => Math.Clamp((int)Math.Round(wanted), 1, extent);
    }

    /// <summary>A picture at its place on one of a size, with a border of one grey around it.</summary>
    private static byte[] Stretched(SKBitmap picture, Size2d size, ImagePlace place, byte border)
    {
        (int height, int width) = ((int)place.Height, (int)place.Width);
        bool shrinks = picture.Height > height || picture.Width > width;
        using SKBitmap? resized = picture.Height == height && picture.Width == width ? null : picture.Resize(
            picture.Info.WithSize(width, height),
            shrinks
                ? new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
                : new SKSamplingOptions(SKCubicResampler.Mitchell));
        SKBitmap bitmap = resized ?? picture;
        ReadOnlySpan<byte> rgba = bitmap.GetPixelSpan();
        var planar = new byte[ImageSet.BytesPerImage(size)];
        planar.AsSpan().Fill(border);
        for (int channel = 0; channel < ImageSet.Channels; channel++)
            for (int y = 0; y < height; y++)
            {
                int to = (channel * size.Height + (int)place.Top + y) * size.Width + (int)place.Left;
                for (int x = 0; x < width; x++)
                    planar[to + x] = rgba[y * bitmap.RowBytes + 4 * x + channel];
            }
        return planar;
    }
}
