using System.Text;
using ScottPlot;
using SkiaSharp;

namespace SoftPool.Trainer.Reports;

/// <summary>The typeface of all pictures, embedded: a bare Linux has no fonts, and without one Skia draws no text at
/// all. For letters that it lacks, Chinese ones for instance, there are the system's where the system has
/// any.</summary>
internal static class PictureFont
{
    /// <summary>What the typeface is called.</summary>
    public const string Name = "DejaVu Sans";

    private const string Resource = "DejaVuSans.ttf";

    /// <summary>The typeface; shared, never to be disposed.</summary>
    public static SKTypeface Typeface { get; } = Load();

    private static readonly Dictionary<int, SKTypeface> Others = [];

    /// <summary>The typeface that has a letter: the program's own, else one of the system's; the program's own where
    /// none has it. </summary>
    public static SKTypeface For(Rune letter)
    {
        if (Typeface.ContainsGlyph(letter.Value))
            return Typeface;
        lock (Others)
        {
            if (!Others.TryGetValue(letter.Value, out SKTypeface? face))
                Others[letter.Value] = face = Others.Values.FirstOrDefault(known => known.ContainsGlyph(letter.Value))
                    ?? SystemTypeface(letter.Value) ?? Typeface;
            return face;
        }
    }

    /// <summary>The name of the one typeface that has the most of the texts' letters, for plots, which take one for
    /// all.</summary>
    public static string NameFor(IEnumerable<string> texts) => texts.SelectMany(text => text.EnumerateRunes())
        .Select(For).Where(face => face != Typeface).CountBy(face => face.FamilyName)
        .OrderByDescending(family => family.Value).Select(family => family.Key).FirstOrDefault() ?? Name;

    /// <summary>Asks the system; builds of Skia without fontconfig know its fonts and cannot search them, so that is
    /// done here. </summary>
    private static SKTypeface? SystemTypeface(int letter)
    {
        SKFontManager system = SKFontManager.Default;
        return system.MatchCharacter(letter) is { } matched && matched.ContainsGlyph(letter)
            ? matched
            : system.FontFamilies.Select(family => system.MatchFamily(family))
                .FirstOrDefault(face => face?.ContainsGlyph(letter) == true);
    }

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

    /// <summary>Answers with the program's typeface, or one of the system's, whatever weight is asked for.</summary>
    private sealed class Resolver : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
            fontName == Name ? Load() : SKFontManager.Default.MatchFamily(fontName);

        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            CreateTypeface(fontName, bold: false, italic: false);
    }
}
