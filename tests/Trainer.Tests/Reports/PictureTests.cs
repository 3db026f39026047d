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
        Assert.AreEqual(1, ScottPlot.Fonts.FontResolvers.Count(resolver => resolver.CreateTypeface(PictureFont.Name, false, false)
            is { } face && face.Handle != 0 && resolver == ScottPlot.Fonts.FontResolvers[0]));
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
