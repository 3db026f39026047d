using System.Globalization;
using System.Text;
using SkiaSharp;
using SkiaSharp.HarfBuzz;

namespace SoftPool.Trainer.Reports;

/// <summary>Text in pictures: what <see cref="PictureFont"/>'s typeface lacks is drawn in one of the system's that has
/// it, and scripts whose letters join or run from right to left are shaped.</summary>
internal static class PictureText
{
    /// <summary>Before it come only scripts that a letter after the other is right for.</summary>
    private const int FirstShaped = 0x590;

    public static float Measure(string text, SKFont font)
    {
        if (IsPlain(text, font))
            return font.MeasureText(text);
        float width = 0;
        foreach ((SKTypeface face, string part) in Runs(text))
        {
            using SKFont own = Like(font, face);
            using var shaper = new SKShaper(face);
            width += shaper.Shape(part, own).Width;
        }
        return width;
    }

    public static void Draw(SKCanvas canvas, string text, float x, float y, SKTextAlign align, SKFont font, SKPaint ink)
    {
        if (IsPlain(text, font))
        {
            canvas.DrawText(text, x, y, align, font, ink);
            return;
        }
        float width = Measure(text, font);
        x -= align == SKTextAlign.Right ? width : align == SKTextAlign.Center ? width / 2 : 0;
        foreach ((SKTypeface face, string part) in Runs(text))
        {
            using SKFont own = Like(font, face);
            using var shaper = new SKShaper(face);
            canvas.DrawShapedText(shaper, part, x, y, SKTextAlign.Left, own, ink);
            x += shaper.Shape(part, own).Width;
        }
    }

    /// <summary>The text, cut to a width between what a reader sees as letters.</summary>
    public static string Fit(string text, float width, SKFont font)
    {
        if (Measure(text, font) <= width)
            return text;
        int[] letters = StringInfo.ParseCombiningCharacters(text);
        int left = letters.Length - 1;
        while (left > 1 && Measure($"{text[..letters[left]]}…", font) > width)
            left--;
        return left < 1 ? text : $"{text[..letters[left]]}…";
    }

    private static bool IsPlain(string text, SKFont font) =>
        text.EnumerateRunes().All(rune => rune.Value < FirstShaped) || (!HasShaped(text) && font.ContainsGlyphs(text));

    /// <summary>Whether there is a letter of a script that needs shaping; arrows, ticks and dashes do not.</summary>
    private static bool HasShaped(string text) =>
        text.EnumerateRunes().Any(rune => rune.Value >= FirstShaped && (Rune.IsLetter(rune) || IsMark(rune)));

    /// <summary>Parts of one typeface and one direction each. A space or a mark goes with the letter before
    /// it.</summary>
    private static IEnumerable<(SKTypeface Face, string Part)> Runs(string text)
    {
        var part = new StringBuilder();
        SKTypeface? last = null;
        bool lastLeftwards = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool follows = last is not null && (Rune.IsWhiteSpace(rune) || IsMark(rune));
            SKTypeface face = follows ? last! : PictureFont.For(rune);
            bool leftwards = follows ? lastLeftwards : IsLeftwards(rune);
            if (last is not null && (face != last || leftwards != lastLeftwards))
            {
                yield return (last, part.ToString());
                part.Clear();
            }
            (last, lastLeftwards) = (face, leftwards);
            part.Append(rune.ToString());
        }
        if (last is not null)
            yield return (last, part.ToString());
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;

    /// <summary>Hebrew, Arabic and their neighbours, with the forms that Unicode keeps for old texts.</summary>
    private static bool IsLeftwards(Rune rune) =>
        Rune.IsLetter(rune)
            && rune.Value is >= FirstShaped and < 0x900 or >= 0xFB1D and < 0xFE00 or >= 0xFE70 and < 0xFF00;

    private static SKFont Like(SKFont font, SKTypeface face) => new(face, font.Size) { Edging = font.Edging };
}
