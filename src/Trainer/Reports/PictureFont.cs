using ScottPlot;
using SkiaSharp;

namespace SoftPool.Trainer.Reports;

/// <summary>The typeface of all pictures, embedded: a bare Linux has no fonts, and without one Skia draws no text at all.
/// </summary>
internal static class PictureFont
{
    /// <summary>What the typeface is called.</summary>
    public const string Name = "DejaVu Sans";

    private const string Resource = "DejaVuSans.ttf";

    /// <summary>The typeface; shared, never to be disposed.</summary>
    public static SKTypeface Typeface { get; } = Load();

    /// <summary>Makes the plot library draw all its text in the typeface.</summary>
    public static void UseInPlots()
    {
        if (Fonts.FontResolvers.OfType<Resolver>().Any())
            return;
        Fonts.FontResolvers.Insert(0, new Resolver());
        Fonts.Default = Name;
    }

    private static SKTypeface Load()
    {
        using Stream file = typeof(PictureFont).Assembly.GetManifestResourceStream(Resource)!;
        return SKTypeface.FromStream(file);
    }

    /// <summary>Answers with the one typeface, whatever weight is asked for.</summary>
    private sealed class Resolver : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? Load() : null;

        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            CreateTypeface(fontName, bold: false, italic: false);
    }
}
