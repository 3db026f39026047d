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

    private static byte[] Pixel(byte red, byte green, byte blue) => [red, green, blue];
}
