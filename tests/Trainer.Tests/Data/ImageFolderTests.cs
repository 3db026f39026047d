using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using SkiaSharp;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

[TestClass]
public sealed class ImageFolderTests
{
    private string _root = "";

    [TestInitialize]
    public void Initialize() => _root = Directory.CreateTempSubdirectory("softpool-data-").FullName;

    [TestCleanup]
    public void Cleanup() => Directory.Delete(_root, recursive: true);

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
    [DataRow("")]
    [DataRow("set.tar")]
    public void Validation_pictures_choose_the_best_epoch_and_stand_in_for_missing_test_pictures(string archive)
    {
        WriteLayout();
        string without = DatasetSource.Load(_root).Sha256();
        Directory.Move(At("test"), At("val"));
        ImageDataset data = DatasetSource.Load(archive.Length == 0 ? _root : Archive(archive, ""));
        Assert.AreEqual((2, false, without), (data.Test.Count, data.HasValidation, data.Sha256()));

        File.Delete(At("set.tar"));
        WritePicture("test/ant/1.png", SKColors.Red);
        WritePicture("test/bee/1.png", SKColors.Red);
        WritePicture("test/bee/2.png", SKColors.Red);
        data = DatasetSource.Load(archive.Length == 0 ? _root : Archive(archive, ""));
        CollectionAssert.AreEqual((int[])[0, 1, 1], data.Test.Labels.ToArray());
        CheckColour(data.Test, 0, 255, 0, 0);
        Assert.IsTrue(data.HasValidation);
        CollectionAssert.AreEqual((int[])[0, 1], data.Validation.Labels.ToArray());
        CheckColour(data.Validation, 1, 64, 64, 64);

        if (archive.Length > 0)
            return;
        Directory.Delete(At("val"), recursive: true);
        string tested = DatasetSource.Load(_root).Sha256();
        Assert.AreNotEqual(tested, data.Sha256());
        Assert.AreEqual(tested, data.WithoutValidation().Sha256());
    }

    [TestMethod]
    public void Mixed_sizes_come_to_the_most_common_one()
    {
        WriteLayout();
        WritePicture("train/ant/large.png", new SKColor(10, 200, 30), 64, 40);
        WritePicture("train/ant/small.png", new SKColor(10, 200, 30), 1, 2);

        ImageDataset data = DatasetSource.Load(_root);

        Assert.AreEqual(new Size2d(3, 4), data.Train.Size);
        for (int index = 2; index < 4; index++)
            CheckColour(data.Train, index, 10, 200, 30);
    }

    [TestMethod]
    [DataRow(300, 200, 300, 200)]
    [DataRow(256, 2000, 256, 2000)]
    [DataRow(1024, 768, 341, 256)]
    [DataRow(600, 1200, 256, 512)]
    public void Large_pictures_come_to_256_pixels_along_the_shorter_edge(int width, int height, int toWidth, int toHeight)
    {
        foreach (string name in (string[])["train/ant/1.png", "train/ant/2.png", "test/ant/1.png"])
            WritePicture(name, new SKColor(10, 200, 30), width, height);
        WritePicture("train/ant/3.png", new SKColor(10, 200, 30), 7, 5);

        ImageDataset data = DatasetSource.Load(_root);

        Assert.AreEqual(new Size2d(toHeight, toWidth), data.Train.Size);
        for (int index = 0; index < 3; index++)
            CheckColour(data.Train, index, 10, 200, 30);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("set.tar")]
    public void A_thumbnail_a_strip_and_the_test_split_do_not_decide_the_size(string archive)
    {
        // Each edge occurs once; a thumbnail and a strip are the first, and there are more test pictures than training pictures.
        WritePicture("train/ant/0.png", SKColors.Red, 8, 8);
        WritePicture("train/ant/1.png", SKColors.Red, 8, 8);
        WritePicture("train/ant/2.png", SKColors.Red, 30, 3000);
        for (int i = 0; i < 8; i++)
            WritePicture($"train/bee/{i}.png", SKColors.Red, 240 + i, 200 + i);
        foreach (string name in (string[])["ant", "bee"])
            for (int i = 0; i < 8; i++)
                WritePicture($"test/{name}/{i}.png", SKColors.Red, 16, 16);

        ImageDataset data = DatasetSource.Load(archive.Length == 0 ? _root : Archive(archive, ""));

        // The median of 8, 8, 30, 240 to 247, and of 8, 8, 200 to 207, 3000.
        Assert.AreEqual(new Size2d(203, 242), data.Train.Size);
        Assert.AreEqual(
            "pictures are read at 203x242, height by width; of 11 training pictures 3 are over twice or under half of 203x242 along an edge",
            data.Remarks.Single());
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("set.tar")]
    public void All_pictures_come_to_the_size_that_is_given(string archive)
    {
        WriteLayout();
        ImageDataset data = DatasetSource.Load(archive.Length == 0 ? _root : Archive(archive, ""), new Size2d(2, 6));
        Assert.AreEqual((new Size2d(2, 6), new Size2d(2, 6)), (data.Train.Size, data.Test.Size));
        CheckColour(data.Train, 2, 255, 0, 0);
        Assert.AreEqual("pictures are read at 2x6, height by width", data.Remarks[0]);
    }

    [TestMethod]
    public void Images_of_a_size_of_their_own_are_read_at_no_other()
    {
        Assert.AreEqual(new Size2d(32, 32), DatasetSource.Load(DatasetSource.Procedural, 32).Train.Size);
        DatasetException e = Assert.ThrowsExactly<DatasetException>(() => DatasetSource.Load(DatasetSource.Procedural, new Size2d(32, 16)));
        Assert.AreEqual("procedural has images of 32x32, and an image size is for image folders; got 32x16.", e.Message);
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
        Assert.IsFalse(DatasetSource.Load(at).Remarks.Any(remark => remark.Contains("passed over")));

        using (var webp = new SKBitmap(4, 3))
        {
            webp.Erase(new SKColor(128, 128, 128));
            Save("train/bee/c.webp", webp, SKEncodedImageFormat.Webp);
        }
        // 54 bytes of headers, then rows of 4 x 3 bytes, blue first.
        byte[] bmp =
        [
            .. "BM"u8, 90, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 1, 0, 24, 0, .. new byte[24],
            .. Enumerable.Repeat((byte[])[30, 200, 10], 12).SelectMany(pixel => pixel),
        ];
        File.WriteAllBytes(At("train/bee/d.BMP"), bmp);
        foreach (string name in (string[])["train/ant/1.tiff", "train/ant/2.TIFF", "test/bee/1.gif", "test/bee/deeper/none"])
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
            "passed over in class folders: 1 without an ending, 1 .gif, 2 .tiff; pictures end in .jpg, .jpeg, .png, .webp, .bmp",
            data.Remarks.Single(remark => remark.StartsWith("passed", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Shrinking_averages_and_does_not_skip()
    {
        WriteLayout();
        using (var stripes = new SKBitmap(64, 48))
        {
            for (int x = 0; x < 64; x++)
                for (int y = 0; y < 48; y++)
                    stripes.SetPixel(x, y, (x + 1) % 4 < 2 ? SKColors.White : SKColors.Black);
            Save("train/ant/0.png", stripes, SKEncodedImageFormat.Png);
        }

        ReadOnlySpan<byte> shrunk = DatasetSource.Load(_root).Train.Image(0);

        foreach (byte value in shrunk)
            Assert.IsTrue(Math.Abs(value - 127.5) <= 2, $"{value} is not the mean of black and white.");
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
    public void A_missing_path_is_named()
    {
        CheckError("There is no folder and no archive at PATH/none.", At("none"));
        File.WriteAllText(At("notes.txt"), "");
        CheckError("PATH/notes.txt is neither a folder nor a .tar, .tar.gz or .tgz archive of one.", At("notes.txt"));
    }

    [TestMethod]
    [DataRow("train", "PATH has no folder train with a folder for each class")]
    [DataRow("test", "PATH has no folder test or val with a folder for each class")]
    public void A_missing_split_is_named(string split, string message)
    {
        WriteLayout();
        Directory.Delete(At(split), recursive: true);
        CheckError(message);

        File.WriteAllBytes(At($"{split}.jpg"), []);
        Directory.CreateDirectory(At(split));
        CheckError(message);
    }

    [TestMethod]
    public void An_empty_class_is_named()
    {
        WriteLayout();
        Directory.CreateDirectory(At("train/cow"));
        Directory.CreateDirectory(At("test/cow"));
        WritePicture("test/cow/1.png", SKColors.Red);

        CheckError("PATH has no .jpg, .jpeg, .png, .webp or .bmp in train/cow.");
        CheckError("PATH/set.tar has no .jpg, .jpeg, .png, .webp or .bmp in train/cow.", Archive("set.tar", ""));
    }

    [TestMethod]
    [DataRow("train", "test")]
    [DataRow("test", "train")]
    [DataRow("val", "train")]
    public void A_class_that_one_split_lacks_is_named(string has, string lacks)
    {
        WriteLayout();
        if (has == "val")
            Directory.Move(At("test"), At("val"));
        WritePicture($"{has}/cow/1.png", SKColors.Red);

        CheckError($"PATH has no folder {lacks}/cow, but {has} has it.");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_class_is_the_same_in_each_of_Unicodes_forms()
    {
        WriteLayout();
        WritePicture("train/caf\u00E9/1.png", SKColors.Red);
        WritePicture("test/cafe\u0301/1.png", SKColors.Red);
        ImageDataset data = DatasetSource.Load(_root);
        CollectionAssert.AreEqual((string[])["ant", "bee", "caf\u00E9"], data.ClassNames.ToArray());
        CollectionAssert.AreEqual((int[])[0, 1, 2], data.Test.Labels.ToArray());
        Assert.AreEqual(data.Sha256(), DatasetSource.Load(Archive("set.tar", "")).Sha256());

        WritePicture("train/cafe\u0301/1.png", SKColors.Red);
        CheckError(
            "PATH has two folders for the class caf\u00E9 in train, whose names differ only in how Unicode writes the same letters: "
            + @"cafe\u0301 and caf\u00E9.");
    }

    [TestMethod]
    public void Two_image_folders_under_one_parent_are_named()
    {
        WriteLayout();
        foreach (string split in (string[])["train", "test"])
            Directory.Move(At(split), Directory.CreateDirectory(At("one")).FullName + "/" + split);
        DatasetSource.Load(_root);

        WritePicture("two/train/ant/1.png", SKColors.Red);
        CheckError("PATH/one and PATH/two are two image folders: name the one that is meant.");
        Directory.Delete(At("two"), recursive: true);
        WritePicture("train/ant/1.png", SKColors.Red);
        CheckError("PATH/one and PATH are two image folders: name the one that is meant.");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_class_may_have_a_backslash_and_no_blank_name()
    {
        WriteLayout();
        foreach (string split in (string[])["train", "test"])
            foreach (string name in (string[])[@"a\b", @"a\c"])
                WritePicture($"{split}/{name}/1.png", SKColors.Red);
        CollectionAssert.AreEqual((string[])[@"a\b", @"a\c", "ant", "bee"], DatasetSource.Load(_root).ClassNames.ToArray());

        WritePicture("train/ /1.png", SKColors.Red);
        WritePicture("test/ /1.png", SKColors.Red);
        CheckError("PATH has a class folder whose name is ' '");
    }

    [TestMethod]
    public void Validation_pictures_beside_test_pictures_are_held_to_the_same_rules()
    {
        WriteLayout();
        WritePicture("val/ant/1.png", SKColors.Red);
        CheckError("PATH has no folder val/bee, but train has it.");
        Directory.CreateDirectory(At("val/bee"));
        CheckError("PATH has no .jpg, .jpeg, .png, .webp or .bmp in val/bee.");
        File.WriteAllText(At("val/bee/1.png"), "no picture");
        CheckError("PATH/val/bee/1.png cannot be decoded");
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
            "PATH/linked.tar/train/ant/link.png is a link to train/ant/0.png: pack the archive with the files themselves.", At("linked.tar"));
    }

    [TestMethod]
    public void A_set_is_named_without_the_archives_ending_and_nothing_else_of_it()
    {
        foreach ((string file, string name) in ((string, string)[])
            [("my.target.tgz", "my.target"), ("a.tar.gz", "a"), ("a.tar", "a"), ("x.TAR.GZ", "x"), ("b.c", "b.c")])
            Assert.AreEqual(name, DataFile.NameOfSet(At(file)));
    }

    /// <summary>The colours of the four quarters, row by row, of a picture that is stored as red, green, blue, white and has an
    /// orientation in its EXIF.</summary>
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

    /// <summary>Two classes of 3 x 4 pictures, among them what is to be passed over.</summary>
    private void WriteLayout()
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

    private static void CheckLayout(ImageDataset data)
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

    private static void CheckColour(ImageSet set, int index, params byte[] colour)
    {
        int plane = set.Size.Height * set.Size.Width;
        byte[] expected = [.. colour.SelectMany(value => Enumerable.Repeat(value, plane))];
        CollectionAssert.AreEqual(expected, set.Image(index).ToArray());
    }

    private void CheckError(string message, string? path = null)
    {
        DatasetException e = Assert.ThrowsExactly<DatasetException>(() => DatasetSource.Load(path ?? _root));
        StringAssert.StartsWith(e.Message.Replace(_root, "PATH"), message);
        StringAssert.EndsWith(e.Message, ".");
    }

    private string At(string path) => Path.Combine(_root, path);

    private string WritePicture(string path, SKColor colour, int width = 4, int height = 3)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(colour);
        return Save(path, bitmap,
            Path.GetExtension(path).StartsWith(".j", StringComparison.Ordinal) ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png);
    }

    private string Save(string path, SKBitmap bitmap, SKEncodedImageFormat format)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(path))!);
        using FileStream file = File.Create(At(path));
        bitmap.Encode(file, format, 100);
        return At(path);
    }

    /// <summary>Packs train, test and what else lies there, each name with something in front of it.</summary>
    private string Archive(string name, string top)
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

    private sealed class Recorder : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
