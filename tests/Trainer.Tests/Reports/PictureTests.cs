using SkiaSharp;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Tests.Reports;

/// <summary>The pictures, by a few of their pixels.</summary>
[TestClass]
public sealed class PictureTests
{
    private static readonly SKColor Wrong = new(0xB3, 0x26, 0x1E);

    [TestMethod]
    public void The_typeface_is_the_programs_own()
    {
        Assert.AreEqual(PictureFont.Name, PictureFont.Typeface.FamilyName);
        using var font = new SKFont(PictureFont.Typeface, 16);
        Assert.IsTrue(font.ContainsGlyphs("✓✗…–é"));
        PictureFont.UseInPlots();
        PictureFont.UseInPlots();
        Assert.AreEqual(PictureFont.Name, ScottPlot.Fonts.Default);
        Assert.AreEqual(
            1, ScottPlot.Fonts.FontResolvers.Count(resolver => resolver.CreateTypeface(PictureFont.Name, false, false)
            is { } face && face.Handle != 0 && resolver == ScottPlot.Fonts.FontResolvers[0]));
    }

    [TestMethod]
    public void Text_in_any_script_is_drawn_with_or_without_a_font_of_the_system()
    {
        string[] names = ["猫", "犬のしっぽ", "سيارة حمراء", "कुत्ता", "cat 猫 dog", "\U0001F600", "", "café"];
        int[] labels = [.. Enumerable.Range(0, names.Length)];
        var result = new Classification(names, labels, labels, new float[names.Length]);
        ConfusionMatrixPlot.Draw(result);
        ClassAccuracyPlot.Draw(result);
        new PredictionSheet(new ImageSet(2, new byte[12 * names.Length], labels), result).Draw();
        using var font = new SKFont(PictureFont.Typeface, 16);
        foreach (string name in names)
            Assert.AreEqual(name.Length > 0, PictureText.Measure(name, font) > 0, name);
        Assert.AreEqual(font.MeasureText("✓ café"), PictureText.Measure("✓ café", font));
        // Cut between letters, never within one.
        Assert.AreEqual("\U0001F600…", PictureText.Fit("\U0001F600\U0001F600\U0001F600\U0001F600", 1, font));
        Assert.AreEqual("cat", PictureText.Fit("cat", 100, font));
    }

    [TestMethod]
    public void Joined_letters_are_narrower_than_letters_apart()
    {
        using var font = new SKFont(PictureFont.Typeface, 16);
        const string Text = "ببب";
        Assert.IsTrue(font.ContainsGlyphs(Text));
        Assert.IsLessThan(font.MeasureText(Text), PictureText.Measure(Text, font));
    }

    [TestMethod]
    public void A_letter_that_the_typeface_lacks_comes_from_a_font_of_the_system_that_has_it()
    {
        var cat = new System.Text.Rune('猫');
        Assert.IsFalse(PictureFont.Typeface.ContainsGlyph(cat.Value));
        SKTypeface face = PictureFont.For(cat);
        if (face == PictureFont.Typeface)
        {
            bool hasOne = SKFontManager.Default.FontFamilies.Any(
                family => SKFontManager.Default.MatchFamily(family)?.ContainsGlyph(cat.Value) == true);
            Assert.IsFalse(hasOne, "The system has a font with the letter.");
            Assert.Inconclusive("The system has no font with Chinese letters.");
        }
        Assert.AreNotEqual(0, face.GetGlyph(cat.Value));
        Assert.AreEqual(face.FamilyName, PictureFont.NameFor(["cat", "猫"]));
        Assert.AreEqual(PictureFont.Name, PictureFont.NameFor(["cat", "café"]));
        Assert.AreSame(PictureFont.Typeface, PictureFont.For(new System.Text.Rune('é')));
        PictureFont.UseInPlots();
        Assert.AreEqual(face.FamilyName, ScottPlot.Fonts.GetTypeface(face.FamilyName, false, false).FamilyName);
    }

    [TestMethod]
    public void Cells_of_the_confusion_matrix_are_shaded_by_their_share_of_the_row()
    {
        using SKBitmap picture = SKBitmap.Decode(ConfusionMatrixPlot.Draw(
            new Classification(["a", "b"], [0, 0, 0, 0, 1], [0, 0, 0, 1, 1], new float[5])));
        // Cells of 88 pixels end 20 before the right and the lower edge; their corners are free of digits.
        SKColor Cell(int row, int column) => picture.GetPixel(
            picture.Width - 20 - (2 - column) * 88 + 8, picture.Height - 20 - (2 - row) * 88 + 8);
        Assert.AreEqual(new SKColor(0x00, 0x4B, 0x7A), Cell(1, 1), "all of the row");
        Assert.AreEqual(new SKColor(0xF3, 0xF5, 0xF8), Cell(1, 0), "nothing of the row");
        Assert.IsLessThan(Cell(0, 1).Red, Cell(0, 0).Red, "three quarters against one quarter");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(31)]
    [DataRow(100)]
    [DataRow(1500)]
    public void Any_number_of_classes_can_be_drawn(int classes)
    {
        string[] names = [.. Enumerable.Range(0, classes).Select(i => $"a class with a name as long as this one, {i}")];
        int[] labels = [.. Enumerable.Range(0, classes)];
        var result = new Classification(names, labels, labels, new float[classes]);
        using SKBitmap matrix = SKBitmap.Decode(ConfusionMatrixPlot.Draw(result));
        using SKBitmap bars = SKBitmap.Decode(ClassAccuracyPlot.Draw(result));
        Assert.IsLessThan(4000, matrix.Width);
        Assert.AreEqual(1000, bars.Width);
        Assert.IsLessThan(7000, bars.Height);
    }

    [TestMethod]
    public void Wrong_answers_alone_have_a_frame_and_each_image_keeps_its_colours()
    {
        int[] labels = [0, 1];
        byte[] pixels = [.. Enumerable.Repeat((byte)200, 12), .. Enumerable.Repeat((byte)100, 12)];
        var sheet = new PredictionSheet(
            new ImageSet(2, pixels, labels), new Classification(["a", "b"], labels, [0, 0], [0.5f, 0.5f]));
        CollectionAssert.AreEquivalent(labels, sheet.Places.ToArray());
        using SKBitmap picture = SKBitmap.Decode(sheet.Draw());
        for (int i = 0; i < 2; i++)
        {
            bool right = sheet.Places[i] == 0;
            int left = 24 + i * 280;
            var grey = new SKColor((byte)(right ? 200 : 100), (byte)(right ? 200 : 100), (byte)(right ? 200 : 100));
            Assert.AreEqual(right ? grey : Wrong, picture.GetPixel(left + 3, 24 + 128));
            Assert.AreEqual(grey, picture.GetPixel(left + 128, 24 + 128));
        }
    }

    [TestMethod]
    public void Large_images_are_made_smaller_for_the_page()
    {
        var set = new ImageSet(new Size2d(300, 600), new byte[3 * 300 * 600], [0]);
        var sheet = new PredictionSheet(set, new Classification(["a"], [0], [0], [1]));
        using SKBitmap image = SKBitmap.Decode(sheet.ImagePng(0));
        Assert.AreEqual((256, 128), (image.Width, image.Height));
        Assert.IsFalse(sheet.IsCoarse);
    }
}
