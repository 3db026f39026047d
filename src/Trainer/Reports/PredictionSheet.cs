using SkiaSharp;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Reports;

/// <summary>Some test images with answer and truth. A wrong answer has a cross and a frame; a right one a
/// tick.</summary>
internal sealed class PredictionSheet
{
    private const int Images = 18, Columns = 6, Scale = 2, Side = 128, Gap = 12, TextSize = 13, Caption = 44, Frame = 4;
    private static readonly SKColor Ink = new(0x1F, 0x29, 0x33),
        Muted = new(0x52, 0x5F, 0x6C), Wrong = new(0xB3, 0x26, 0x1E);

    private readonly ImageSet _set;
    private readonly Classification _result;

    /// <summary>Draws the images to show from the whole set, the same ones for every run: none is chosen for its
    /// answer. </summary>
    public PredictionSheet(ImageSet set, Classification result)
    {
        (_set, _result) = (set, result);
        Places = [.. ImageBatch.Shuffled(set.Count, seed: 42, epoch: 0).Take(Images)];
    }

    /// <summary>The places in the set of the images that are shown.</summary>
    public IReadOnlyList<int> Places { get; }

    /// <summary>Whether the images have fewer pixels than they are shown with: their pixels are then shown as
    /// squares.</summary>
    public bool IsCoarse => Math.Max(_set.Size.Height, _set.Size.Width) < Side;

    /// <summary>Whether the answer to an image is right.</summary>
    public bool IsRight(int place) => _result.Answers[place] == _result.Labels[place];

    public string AnswerTo(int place) => _result.ClassNames[_result.Answers[place]];

    public string TruthOf(int place) => _result.ClassNames[_result.Labels[place]];

    /// <summary>One image alone, as PNG, no larger than it is shown.</summary>
    public byte[] ImagePng(int place)
    {
        using SKBitmap picture = PictureSheet.ToBitmap(_set, place);
        int longer = Math.Max(picture.Width, picture.Height);
        if (longer <= Scale * Side)
            return ToPng(picture);
        using SKBitmap smaller = picture.Resize(
            new SKSizeI(picture.Width * Scale * Side / longer, picture.Height * Scale * Side / longer),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return ToPng(smaller);
    }

    /// <summary>The sheet as PNG.</summary>
    public byte[] Draw()
    {
        int rows = (Places.Count + Columns - 1) / Columns, width = Side + Gap, height = Side + Caption + Gap;
        using var bitmap = new SKBitmap(Scale * (Columns * width + Gap), Scale * (rows * height + Gap));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        canvas.Scale(Scale);
        for (int i = 0; i < Places.Count; i++)
            DrawImage(canvas, Places[i], Gap + i % Columns * width, Gap + i / Columns * height);
        return ToPng(bitmap);
    }

    private void DrawImage(SKCanvas canvas, int place, float x, float y)
    {
        using SKBitmap picture = PictureSheet.ToBitmap(_set, place);
        using SKImage image = SKImage.FromBitmap(picture);
        float longer = Math.Max(picture.Width, picture.Height);
        SKRect whole = SKRect.Create(x, y, Side, Side);
        canvas.DrawImage(
            image, whole.AspectFit(new SKSize(picture.Width / longer, picture.Height / longer)),
            new SKSamplingOptions(IsCoarse ? SKFilterMode.Nearest : SKFilterMode.Linear, SKMipmapMode.Linear));
        bool right = IsRight(place);
        using var ink = new SKPaint { IsAntialias = true };
        if (!right)
        {
            (ink.Style, ink.StrokeWidth, ink.Color) = (SKPaintStyle.Stroke, Frame, Wrong);
            canvas.DrawRect(SKRect.Inflate(whole, -Frame / 2f, -Frame / 2f), ink);
            ink.Style = SKPaintStyle.Fill;
        }
        using var font = new SKFont(PictureFont.Typeface, TextSize) { Edging = SKFontEdging.Antialias };
        ink.Color = right ? Ink : Wrong;
        DrawCaption($"{(right ? "✓" : "✗")} {AnswerTo(place)}", y + Side + 18);
        ink.Color = Muted;
        DrawCaption($"truth: {TruthOf(place)}", y + Side + 36);

        void DrawCaption(string text, float bottom) =>
            PictureText.Draw(canvas, PictureText.Fit(text, Side, font), x, bottom, SKTextAlign.Left, font, ink);
    }

    private static byte[] ToPng(SKBitmap bitmap)
    {
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }
}
