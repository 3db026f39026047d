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

    /// <summary>Pictures of noise on a colour of each class, 32x32: as varied as photographs are.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="perClass">The pictures to train on of each of the three classes.</param>
    /// <param name="seed">Another seed, other pictures.</param>
    public static void WriteNoise(string path, int perClass, int seed = 1)
    {
        var random = new Random(seed);
        foreach ((string split, int count) in (ReadOnlySpan<(string, int)>)[("train", perClass), ("test", 1)])
            foreach ((string name, int channel) in (ReadOnlySpan<(string, int)>)[("red", 0), ("green", 1), ("blue", 2)])
                for (int i = 0; i < count; i++)
                {
                    Directory.CreateDirectory(Path.Combine(path, split, name));
                    using var picture = new SKBitmap(32, 32);
                    for (int place = 0; place < 32 * 32; place++)
                    {
                        byte[] colour = [.. Enumerable.Range(0, 3).Select(
                            each => (byte)(random.Next(160) + (each == channel ? 90 : 0)))];
                        picture.SetPixel(place % 32, place / 32, new SKColor(colour[0], colour[1], colour[2]));
                    }
                    using FileStream file = File.Create(Path.Combine(path, split, name, $"{i}.png"));
                    picture.Encode(file, SKEncodedImageFormat.Png, quality: 100);
                }
    }
}
