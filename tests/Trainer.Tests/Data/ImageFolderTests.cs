using System.Diagnostics;
using SkiaSharp;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

/// <summary>What is read of an image folder, or of an archive of one.</summary>
[TestClass]
public sealed class ImageFolderTests : ImageFolderFixture
{
    [TestMethod]
    public void Pixels_and_labels_come_out_in_alphabetical_order()
    {
        WriteLayout();

        ImageDataset data = DatasetSource.Load(_root);

        CheckLayout(data);
        Assert.AreEqual(Path.GetFileName(_root), data.Name);
    }

    [TestMethod]
    [DataRow("set.tar", "")]
    [DataRow("set.tar.gz", "")]
    [DataRow("set.tgz", "./")]
    [DataRow("SET.TAR.GZ", "top/")]
    public void An_archive_reads_like_its_folder(string name, string top)
    {
        WriteLayout();
        string archive = Archive(name, top);

        ImageDataset data = DatasetSource.Load(archive);

        CheckLayout(data);
        Assert.AreEqual("set", data.Name, ignoreCase: true);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_link_to_a_folder_around_it_shows_nothing_again_and_another_link_is_followed()
    {
        WriteLayout();
        Directory.CreateDirectory(At("elsewhere"));
        Directory.Move(At("train/bee"), At("elsewhere/bee"));
        Directory.CreateSymbolicLink(At("train/bee"), At("elsewhere/bee"));
        // What ln -s makes where it is given twice, and links to folders further out, by both kinds of path.
        Directory.CreateSymbolicLink(At("elsewhere/bee/bee"), At("elsewhere/bee"));
        Directory.CreateSymbolicLink(At("train/loop"), "..");
        Directory.CreateSymbolicLink(At("train/ant/loop"), "..");
        Directory.CreateSymbolicLink(At("train/ant/whole"), Path.GetDirectoryName(_root)!);
        CheckLayout(DatasetSource.Load(_root));

        string link = At("set-link");
        Directory.CreateSymbolicLink(link, ".");
        CheckLayout(DatasetSource.Load(link));
    }

    [TestMethod]
    public void What_macOS_adds_beside_a_set_is_passed_over()
    {
        WriteLayout();
        WritePicture("__MACOSX/train/ant/1.png", SKColors.Red);
        CheckLayout(DatasetSource.Load(_root));
        CheckLayout(DatasetSource.Load(Archive("set.tar", "")));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("set.tar")]
    public void WebP_and_BMP_are_read_and_what_is_passed_over_is_counted(string archive)
    {
        WriteLayout();
        File.Delete(At("train/bee/list.csv"));
        string at = archive.Length == 0 ? _root : Archive(archive, "");
        Assert.IsFalse(DatasetSource.Load(at).Remarks.Any(remark => remark.Contains("ignored")));

        using (var webp = new SKBitmap(4, 3))
        {
            webp.Erase(new SKColor(128, 128, 128));
            Save("train/bee/c.webp", webp, SKEncodedImageFormat.Webp);
        }
        // 54 bytes of headers, then rows of 4 x 3 bytes, blue first.
        byte[] bmp =
        [
            .. "BM"u8, 90, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0,
            0, 4, 0, 0, 0, 3, 0, 0, 0, 1, 0, 24, 0, .. new byte[24],
            .. Enumerable.Repeat((byte[])[30, 200, 10], 12).SelectMany(pixel => pixel),
        ];
        File.WriteAllBytes(At("train/bee/d.BMP"), bmp);
        foreach (string name in
            (string[])["train/ant/1.tiff", "train/ant/2.TIFF", "test/bee/1.gif", "test/bee/deeper/none"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
            File.WriteAllText(At(name), "no picture");
        }
        if (archive.Length > 0)
            File.Delete(at);
        ImageDataset data = DatasetSource.Load(archive.Length == 0 ? _root : Archive(archive, ""));

        Assert.AreEqual(6, data.Train.Count);
        CheckColour(data.Train, 4, 128, 128, 128);
        CheckColour(data.Train, 5, 10, 200, 30);
        Assert.AreEqual("pictures are read at 3x4, height by width", data.Remarks[0]);
        Assert.AreEqual(
            "ignored in class folders: 1 without an ending, 1 .gif, 2 .tiff; pictures end in .jpg, "
            + ".jpeg, .png, .webp, .bmp",
            data.Remarks.Single(remark => remark.StartsWith("ignored", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Progress_rises_to_1()
    {
        WriteLayout();
        var progress = new Recorder();

        DatasetSource.Load(Archive("set.tar.gz", ""), progress: progress);

        Assert.AreEqual(1, progress.Values[^1]);
        CollectionAssert.AreEqual(progress.Values.Order().ToArray(), progress.Values);

        progress.Values.Clear();
        DatasetSource.Load(_root, progress: progress);
        CollectionAssert.AreEqual(progress.Values.Order().Distinct().ToArray(), progress.Values);
        // Finding out the size is a part of it, to the first tenth.
        Assert.IsLessThan(0.1, progress.Values[0]);
        CollectionAssert.Contains(progress.Values, 0.1);
    }

    [TestMethod]
    public void A_set_is_named_without_the_archives_ending_and_nothing_else_of_it()
    {
        foreach ((string file, string name) in ((string, string)[])
            [("my.target.tgz", "my.target"), ("a.tar.gz", "a"), ("a.tar", "a"), ("x.TAR.GZ", "x"), ("b.c", "b.c")])
            Assert.AreEqual(name, DataFile.NameOfSet(At(file)));
    }

    [TestMethod]
    public void The_copy_of_CIFAR10_loads_whole_and_soon()
    {
        string path = Environment.GetEnvironmentVariable("SOFTPOOL_CIFAR10") ?? "";
        if (path.Length == 0)
            Assert.Inconclusive("SOFTPOOL_CIFAR10 does not name a copy of CIFAR-10 as an image folder or archive.");
        var watch = Stopwatch.StartNew();

        ImageDataset data = DatasetSource.Load(path);

        Assert.IsTrue(watch.Elapsed.TotalSeconds < 60, $"Reading took {watch.Elapsed.TotalSeconds:F1} s.");
        string[] names =
            ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
        CollectionAssert.AreEqual(names, data.ClassNames.ToArray());
        Assert.AreEqual(new Size2d(32, 32), data.Train.Size);
        foreach ((ImageSet set, int perClass) in new[] { (data.Train, 5000), (data.Test, 1000) })
            CollectionAssert.AreEqual(
                Enumerable.Repeat(perClass, 10).ToArray(),
                set.Labels.ToArray().CountBy(label => label).OrderBy(count => count.Key)
                    .Select(count => count.Value).ToArray());
    }

    private sealed class Recorder : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
