using SkiaSharp;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

/// <summary>Image folders made by hand, and sets as bytes.</summary>
internal static class Pictures
{
    /// <summary>All images of a set, one after the other.</summary>
    public static byte[] PixelsOf(ImageSet set) =>
        [.. Enumerable.Range(0, set.Count).SelectMany(i => set.Image(i).ToArray())];

    /// <summary>One picture to train on and one to test on of each of blue, green and red, 4x4.</summary>
    public static void WriteColours(string path)
    {
        foreach (string split in (string[])["train", "test"])
            foreach ((string name, SKColor colour) in
                     (ReadOnlySpan<(string, SKColor)>)[("red", SKColors.Red),
                         ("green", SKColors.Lime), ("blue", SKColors.Blue)])
            {
                Directory.CreateDirectory(Path.Combine(path, split, name));
                using var picture = new SKBitmap(4, 4);
                picture.Erase(colour);
                using FileStream file = File.Create(Path.Combine(path, split, name, "0.png"));
                picture.Encode(file, SKEncodedImageFormat.Png, quality: 100);
            }
    }
}
