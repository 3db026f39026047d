using SkiaSharp;

namespace SoftPool.Trainer.Data;

/// <summary>Turns a JPEG or PNG file into planar RGB bytes of a given size.</summary>
internal static class PictureDecoder
{
    /// <summary>Four bytes a pixel: more would take over a gigabyte for one picture.</summary>
    private const long MostPixels = 1L << 28;

    /// <summary>The size that a picture's header states; null where it is no picture that can be decoded.</summary>
    public static Size2d? ReadSize(byte[] content)
    {
        using SKCodec? codec = Open(content);
        return codec is null ? null : new Size2d(codec.Info.Height, codec.Info.Width);
    }

    /// <summary>
    /// Decodes to 3 x H x W. A picture of another size is stretched to it, with averaging where it shrinks and cubic
    /// interpolation where it grows. Transparency is dropped: the colour of a clear pixel counts as it is stored.
    /// </summary>
    /// <param name="content">The file's bytes.</param>
    /// <param name="size">The height and width wanted, in pixels.</param>
    /// <param name="path">What to call the file in a complaint.</param>
    /// <exception cref="DatasetException">The file is damaged, cut off, or neither JPEG nor PNG.</exception>
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
    /// <exception cref="DatasetException">The file is damaged, cut off, or neither JPEG nor PNG.</exception>
    public static Picture DecodePicture(byte[] content, string path)
    {
        using SKBitmap decoded = Decode(content, path);
        return new Picture(decoded.GetPixelSpan().ToArray(), decoded.Width, decoded.Height, PixelFormat.Rgba8);
    }

    private static SKBitmap Decode(byte[] content, string path)
    {
        using SKCodec codec = Open(content)
            ?? throw new DatasetException($"{path} cannot be decoded: it is no valid JPEG or PNG.");
        var decoded = new SKBitmap(
            new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        SKCodecResult result = codec.GetPixels(decoded.Info, decoded.GetPixels());
        if (result == SKCodecResult.Success)
            return decoded;
        decoded.Dispose();
        throw new DatasetException($"{path} cannot be decoded: the decoder says {result}.");
    }

    private static SKCodec? Open(byte[] content)
    {
        using SKData data = SKData.CreateCopy(content);
        SKCodec? codec = SKCodec.Create(data);
        if (codec is null)
            return null;
        bool readable = codec.EncodedFormat is SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png
            && (long)codec.Info.Width * codec.Info.Height is > 0 and <= MostPixels;
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
