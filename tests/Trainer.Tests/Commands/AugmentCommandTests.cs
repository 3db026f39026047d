using SkiaSharp;
using SoftPool.Trainer.Tests.Data;

namespace SoftPool.Trainer.Tests.Commands;

[TestClass]
public sealed class AugmentCommandTests
{
    [TestMethod]
    public void The_sheet_has_each_class_as_evaluation_sees_it_and_then_its_variations()
    {
        using var folder = new TemporaryFolder();
        Pictures.WriteColours(folder["colours"]);
        Command command = Softpool.Run(
            "augment", "--data", folder["colours"], "--variations", "2", "--preview",
            folder["sheet.png"], "--no-augmentation",
            "--brightness", "0.5");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "3 images of colours and 2 variations of each");
        using SKBitmap sheet = SKBitmap.Decode(folder["sheet.png"]);
        // Images of 224 pixels with a gap of 4 after each, and one before the first row.
        Assert.AreEqual(3 * 228 + 4, sheet.Height);
        (string Name, Func<SKColor, byte> Channel)[] rows =
            [("blue", c => c.Blue), ("green", c => c.Green), ("red", c => c.Red)];
        for (int row = 0; row < 3; row++)
        {
            byte[] values = [.. Enumerable.Range(1, 3).Select(fromRight =>
                rows[row].Channel(sheet.GetPixel(sheet.Width - fromRight * 228 + 112, 4 + row * 228 + 112)))];
            Assert.AreEqual(255, values[2], rows[row].Name);
            Assert.IsTrue(values[0] >= 127 && values[1] >= 127, rows[row].Name);
        }
    }
}
