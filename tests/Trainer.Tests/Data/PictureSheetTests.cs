using SkiaSharp;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

[TestClass]
public sealed class PictureSheetTests
{
    [TestMethod]
    public void Each_class_has_a_row_of_its_first_images()
    {
        string path = Path.Combine(Path.GetTempPath(), $"softpool-sheet-{Guid.NewGuid()}.png");
        try
        {
            byte[] pixels = [.. Pixel(255, 0, 0), .. Pixel(0, 255, 0), .. Pixel(0, 0, 255), .. Pixel(9, 9, 9)];
            PictureSheet.Write(path, new ImageSet(1, pixels, [1, 0, 1, 1]), ["a", "b"], columns: 2, zoom: 10);

            using SKBitmap sheet = SKBitmap.Decode(path);
            // From the right: two images of 10 pixels with a gap of 4 after each.
            Assert.AreEqual(2 * 14 + 4, sheet.Height);
            Assert.AreEqual(new SKColor(0, 255, 0), sheet.GetPixel(sheet.Width - 23, 9));
            Assert.AreEqual(SKColors.White, sheet.GetPixel(sheet.Width - 9, 9));
            Assert.AreEqual(new SKColor(255, 0, 0), sheet.GetPixel(sheet.Width - 23, 23));
            Assert.AreEqual(new SKColor(0, 0, 255), sheet.GetPixel(sheet.Width - 9, 23));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void Of_very_many_classes_the_first_have_a_row()
    {
        using var folder = new TemporaryFolder();
        // 500 x 1,000 pixels twice as large: two million an image.
        byte[] image = new byte[3 * 500 * 1000];
        int[] labels = [.. Enumerable.Range(0, 100)];
        PictureSheet.Write(
            folder["sheet.png"], ImageSet.Of(new Size2d(500, 1000), [.. labels.Select(_ => image)], labels),
            [.. labels.Select(label => $"{label}")], columns: 1);

        using SKBitmap sheet = SKBitmap.Decode(folder["sheet.png"]);
        Assert.IsTrue(
            (long)sheet.Width * sheet.Height is > 1 << 25 and <= (1 << 26) + 4 * 2100, $"{sheet.Width}x{sheet.Height}");
    }

    private static byte[] Pixel(byte red, byte green, byte blue) => [red, green, blue];
}
