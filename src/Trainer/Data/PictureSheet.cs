using SkiaSharp;
using SoftPool.Files;
using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Data;

/// <summary>A sheet of pictures from a set, one row a class with its name in front, written as PNG to look
/// at.</summary>
internal static class PictureSheet
{
    private const int Gap = 4, TextSize = 16;

    /// <summary>Four bytes each: a sheet to look at needs no more than 256 MB.</summary>
    private const long MostPixels = 1L << 26;

    /// <summary>Writes the first images of each class, of very many classes the first; the file is whole or not
    /// there.</summary>
    /// <param name="path">The PNG file to write.</param>
    /// <param name="set">The set to show.</param>
    /// <param name="classNames">The names of the set's labels, a row each.</param>
    /// <param name="columns">How many images of a class to show.</param>
    /// <param name="zoom">How many pixels of the sheet an image's pixel is wide and high.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, ImageSet set, IReadOnlyList<string> classNames, int columns = 16, int zoom = 2)
    {
        using var font = new SKFont(PictureFont.Typeface, TextSize);
        int margin = (int)classNames.Max(name => PictureText.Measure(name, font)) + 2 * Gap;
        int width = set.Size.Width * zoom + Gap, height = set.Size.Height * zoom + Gap;
        int across = margin + columns * width;
        int rows = (int)Math.Clamp(MostPixels / across / height, 1, classNames.Count);
        using var bitmap = new SKBitmap(across, rows * height + Gap);
        using (var canvas = new SKCanvas(bitmap))
        using (var ink = new SKPaint { Color = SKColors.Black, IsAntialias = true })
        {
            canvas.Clear(SKColors.White);
            var used = new int[classNames.Count];
            for (int row = 0; row < rows; row++)
                PictureText.Draw(
                    canvas, classNames[row], Gap,
                    Gap + row * height + (height + TextSize) / 2 - Gap, SKTextAlign.Left, font, ink);
            for (int index = 0; index < set.Count; index++)
            {
                int row = set.Labels.Span[index], column = used[row]++;
                if (row >= rows || column >= columns)
                    continue;
                using SKBitmap picture = ToBitmap(set, index);
                canvas.DrawBitmap(picture, SKRect.Create(
                    margin + column * width, Gap + row * height, width - Gap, height - Gap));
            }
        }
        WholeFile.Write(path, file => bitmap.Encode(file, SKEncodedImageFormat.Png, quality: 100));
    }

    /// <summary>One image of a set.</summary>
    public static SKBitmap ToBitmap(ImageSet set, int index)
    {
        ReadOnlySpan<byte> image = set.Image(index);
        int plane = image.Length / ImageSet.Channels;
        var colours = new SKColor[plane];
        for (int i = 0; i < plane; i++)
            colours[i] = new SKColor(image[i], image[plane + i], image[2 * plane + i]);
        return new SKBitmap(set.Size.Width, set.Size.Height) { Pixels = colours };
    }
}
