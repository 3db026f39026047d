using System.Diagnostics;
using System.Formats.Tar;
using SkiaSharp;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

/// <summary>A path, a picture or an archive that cannot be read: the message names it.</summary>
[TestClass]
public sealed class ImageFolderErrorTests : ImageFolderFixture
{
    [TestMethod]
    public void A_missing_path_is_named()
    {
        CheckError("There is no folder and no archive at PATH/none.", At("none"));
        File.WriteAllText(At("notes.txt"), "");
        CheckError("PATH/notes.txt is neither a folder nor a .tar, .tar.gz or .tgz archive of one.", At("notes.txt"));
    }

    [TestMethod]
    [DataRow("png", 0.0)]
    [DataRow("png", 0.01)]
    [DataRow("png", 0.9)]
    [DataRow("jpg", 0.01)]
    [DataRow("jpg", 0.5)]
    [DataRow("jpg", 0.9)]
    public void A_damaged_picture_is_named(string ending, double rest)
    {
        WriteLayout();
        using var noise = new SKBitmap(64, 48);
        var random = new Random(1);
        for (int i = 0; i < 64 * 48; i++)
            noise.SetPixel(i % 64, i / 64, new SKColor(0xFF000000 | (uint)random.Next(1 << 24)));
        string path = Save($"test/bee/cut.{ending}", noise,
            ending == "jpg" ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png);
        byte[] whole = File.ReadAllBytes(path);
        DatasetSource.Load(_root);

        File.WriteAllBytes(path, whole[..(int)(whole.Length * rest)]);

        CheckError($"PATH/test/bee/cut.{ending} cannot be decoded");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [Timeout(60_000)]
    public void What_is_no_regular_file_is_named()
    {
        WriteLayout();
        foreach (string split in (string[])["train", "test"])
        {
            string path = At($"{split}/ant/odd.jpg");
            Process.Start("mkfifo", [path]).WaitForExit();
            Refused(path, "is a pipe, a socket or a device");
            File.Delete(path);
            File.CreateSymbolicLink(path, At("nowhere"));
            Refused(path, "Could not find file");
            File.Delete(path);
        }

        void Refused(string path, string reason)
        {
            IOException e = Assert.Throws<IOException>(() => DatasetSource.Load(_root));
            StringAssert.Contains(e.Message, reason);
            StringAssert.Contains(e.Message, path);
        }
    }

    [TestMethod]
    [DataRow(TarEntryType.SymbolicLink)]
    [DataRow(TarEntryType.HardLink)]
    public void A_link_in_the_place_of_a_picture_is_named(TarEntryType type)
    {
        WriteLayout();
        string archive = Archive("set.tar", "");
        using (var old = new TarReader(File.OpenRead(archive)))
        using (var tar = new TarWriter(File.Create(At("linked.tar"))))
        {
            while (old.GetNextEntry(copyData: true) is { } entry)
                tar.WriteEntry(entry);
            tar.WriteEntry(new PaxTarEntry(type, "other/link.png") { LinkName = "train/ant/0.png" });
            tar.WriteEntry(new PaxTarEntry(type, "train/ant/link.png") { LinkName = "train/ant/0.png" });
        }
        CheckError(
            "PATH/linked.tar/train/ant/link.png is a link to train/ant/0.png: pack the archive with "
            + "the files themselves.", At("linked.tar"));
    }

    [TestMethod]
    [DataRow("set.tar")]
    [DataRow("set.tar.gz")]
    public void An_archive_cut_off_anywhere_is_named(string name)
    {
        WriteLayout();
        string archive = Archive(name, "");
        byte[] whole = File.ReadAllBytes(archive);
        Random random = new(1);
        // Block ends are where a cut is hardest to notice; the last block is the second of two end marks.
        IEnumerable<int> cuts = name == "set.tar"
            ? Enumerable.Range(0, whole.Length / 512).Select(block => block * 512)
            : Enumerable.Range(0, 40).Select(_ => random.Next(whole.Length - 20));
        foreach (int cut in cuts)
        {
            File.WriteAllBytes(archive, whole[..cut]);
            CheckError($"The archive PATH/{name} is truncated or damaged.", archive);
        }
    }
}
