using SkiaSharp;

namespace SoftPool.Trainer.Reports;

/// <summary>
/// The confusion matrix as a picture: a row each true class, a column each answer, cells shaded by their share of the
/// row, counts in the cells and names beside them as long as there is room for them.
/// </summary>
internal static class ConfusionMatrixPlot
{
    private const int Scale = 2, Gap = 10, MostWithCounts = 30, LongestSide = 1900;
    private const float TextSize = 14;
    private static readonly SKColor Full = new(0x00, 0x4B, 0x7A), Ink = new(0x1F, 0x29, 0x33);

    public static byte[] Draw(Classification result)
    {
        int classes = result.ClassNames.Count;
        bool counts = classes <= MostWithCounts;
        float cell = counts ? 44 : Math.Min(14, (float)LongestSide / classes);
        using var font = new SKFont(PictureFont.Typeface, counts ? TextSize : 10) { Edging = SKFontEdging.Antialias };
        using var ink = new SKPaint { Color = Ink, IsAntialias = true };
        IReadOnlyList<string> names = cell < font.Size ? [.. result.ClassNames.Select(_ => "")] : result.ShortNames;
        float margin = names.Max(name => PictureText.Measure(name, font)) + 2 * Gap, line = font.Spacing;
        float left = margin + line, top = margin + line, side = classes * cell;
        using var bitmap = new SKBitmap((int)(Scale * (left + side + Gap)), (int)(Scale * (top + side + Gap)));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        canvas.Scale(Scale);
        canvas.DrawText("answer", left + side / 2, line, SKTextAlign.Center, font, ink);
        Upwards(canvas, "truth", line, top + side / 2, SKTextAlign.Center, font, ink);
        for (int label = 0; label < classes; label++)
        {
            float middle = (label + 0.5f) * cell + font.Size * 0.36f;
            PictureText.Draw(canvas, names[label], left - Gap, top + middle, SKTextAlign.Right, font, ink);
            Upwards(canvas, names[label], left + middle, top - Gap, SKTextAlign.Left, font, ink);
            int images = result.CountOf(label);
            for (int answer = 0; answer < classes; answer++)
                DrawCell(
                    canvas, result.Confusion[label, answer], images,
                    SKRect.Create(left + answer * cell, top + label * cell, cell, cell), counts);
        }
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }

    /// <param name="canvas">Where to draw.</param>
    /// <param name="images">The images of the cell.</param>
    /// <param name="ofAll">The images of its row.</param>
    /// <param name="cell">The cell's place.</param>
    /// <param name="withCount">Whether to write the number of images into it.</param>
    private static void DrawCell(SKCanvas canvas, int images, int ofAll, SKRect cell, bool withCount)
    {
        float share = images == 0 ? 0 : (float)images / ofAll;
        using var fill = new SKPaint { Color = Mix(share) };
        // A line between cells, unless that would be most of them.
        if (cell.Width > 4)
            cell.Inflate(-0.5f, -0.5f);
        canvas.DrawRect(cell, fill);
        if (!withCount)
            return;
        // Long numbers are made to fit.
        using var font =
            new SKFont(PictureFont.Typeface, images < 1000 ? TextSize : 12) { Edging = SKFontEdging.Antialias };
        using var ink = new SKPaint
        {
            Color = share > 0.5f ? SKColors.White : images == 0 ? new SKColor(0x9A, 0xA5, 0xB1) : Ink,
            IsAntialias = true,
        };
        canvas.DrawText($"{images}", cell.MidX, cell.MidY + font.Size * 0.36f, SKTextAlign.Center, font, ink);
    }

    private static void Upwards(
        SKCanvas canvas, string text, float x, float y, SKTextAlign align, SKFont font, SKPaint ink)
    {
        canvas.Save();
        canvas.RotateDegrees(-90, x, y);
        PictureText.Draw(canvas, text, x, y, align, font, ink);
        canvas.Restore();
    }

    /// <summary>From a light grey to a dark blue. The exponent lets rare mistakes be seen.</summary>
    private static SKColor Mix(float share)
    {
        float part = MathF.Pow(share, 0.7f);
        return new SKColor(Between(0xF3, Full.Red), Between(0xF5, Full.Green), Between(0xF8, Full.Blue));

        byte Between(byte from, byte to) => (byte)MathF.Round(from + (to - from) * part);
    }
}
