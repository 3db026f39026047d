using System.Formats.Tar;
using System.IO.Compression;
using SkiaSharp;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

/// <summary>An image folder of one test, and what is checked of the set that comes of it.</summary>
public abstract class ImageFolderFixture
{
    private protected string _root = "";

    [TestInitialize]
    public void Initialize() => _root = Directory.CreateTempSubdirectory("softpool-data-").FullName;

    [TestCleanup]
    public void Cleanup() => Directory.Delete(_root, recursive: true);

    /// <summary>Two classes of 3 x 4 pictures, among them what is to be passed over.</summary>
    private protected void WriteLayout()
    {
        WritePicture("train/bee/b.png", new SKColor(0, 255, 0));
        WritePicture("train/bee/a.PNG", new SKColor(255, 0, 0));
        WritePicture("train/ant/0.png", new SKColor(1, 2, 3));
        WritePicture("train/ant/deeper/1.png", new SKColor(4, 5, 6));
        WritePicture("test/ant/2.jpeg", new SKColor(128, 128, 128));
        WritePicture("test/bee/2.jpg", new SKColor(64, 64, 64));
        File.WriteAllText(At("train/readme.txt"), "no picture");
        File.WriteAllText(At("train/bee/list.csv"), "no picture");
        File.WriteAllText(At("train/bee/._a.png"), "hidden");
        WritePicture("train/.cache/1.png", SKColors.Red);
        WritePicture("other/cow/1.png", SKColors.Red);
    }

    private protected static void CheckLayout(ImageDataset data)
    {
        CollectionAssert.AreEqual((string[])["ant", "bee"], data.ClassNames.ToArray());
        Assert.AreEqual(new Size2d(3, 4), data.Train.Size);
        CollectionAssert.AreEqual((int[])[0, 0, 1, 1], data.Train.Labels.ToArray());
        CollectionAssert.AreEqual((int[])[0, 1], data.Test.Labels.ToArray());
        CheckColour(data.Train, 0, 1, 2, 3);
        CheckColour(data.Train, 1, 4, 5, 6);
        CheckColour(data.Train, 2, 255, 0, 0);
        CheckColour(data.Train, 3, 0, 255, 0);
        CheckColour(data.Test, 0, 128, 128, 128);
        CheckColour(data.Test, 1, 64, 64, 64);
    }

    private protected static void CheckColour(ImageSet set, int index, params byte[] colour)
    {
        int plane = set.Size.Height * set.Size.Width;
        byte[] expected = [.. colour.SelectMany(value => Enumerable.Repeat(value, plane))];
        CollectionAssert.AreEqual(expected, set.Image(index).ToArray());
    }

    private protected void CheckError(string message, string? path = null)
    {
        DatasetException e = Assert.ThrowsExactly<DatasetException>(() => DatasetSource.Load(path ?? _root));
        StringAssert.StartsWith(e.Message.Replace(_root, "PATH"), message);
        StringAssert.EndsWith(e.Message, ".");
    }

    private protected string At(string path) => Path.Combine(_root, path);

    private protected string WritePicture(string path, SKColor colour, int width = 4, int height = 3)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(colour);
        return Save(path, bitmap,
            Path.GetExtension(path).StartsWith(".j", StringComparison.Ordinal)
                ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png);
    }

    private protected string Save(string path, SKBitmap bitmap, SKEncodedImageFormat format)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        using FileStream file = File.Create(At(path));
        bitmap.Encode(file, format, 100);
        return At(path);
    }

    /// <summary>Packs train, test and what else lies there, each name with something in front of it.</summary>
    private protected string Archive(string name, string top)
    {
        string folder = Directory.CreateTempSubdirectory("softpool-tar-").FullName;
        string packed = Path.Combine(folder, name);
        using (FileStream file = File.Create(packed))
        using (Stream stream = name.EndsWith("tar", StringComparison.OrdinalIgnoreCase)
                   ? file : new GZipStream(file, CompressionLevel.Fastest))
        using (var tar = new TarWriter(stream))
        {
            // A file without a name is none, and harms nothing.
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "."));
            foreach (string path in Directory.GetFileSystemEntries(_root, "*", SearchOption.AllDirectories).Reverse())
                tar.WriteEntry(path, top + Path.GetRelativePath(_root, path));
        }
        File.Move(packed, At(name));
        Directory.Delete(folder);
        return At(name);
    }
}
