using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Tests.Pickles;

namespace SoftPool.Trainer.Tests.Data;

[TestClass]
public sealed class Cifar10Tests
{
    private const int PerBatch = 6;

    private static readonly string[] Classes = ["zebra", "ant", "cow"];
    private static readonly string[] Batches =
        ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"];

    private string _root = "";

    [TestInitialize]
    public void Initialize() => _root = Directory.CreateTempSubdirectory("softpool-cifar-").FullName;

    [TestCleanup]
    public void Cleanup() => Directory.Delete(_root, recursive: true);

    [TestMethod]
    [DataRow("python")]
    [DataRow("binary")]
    public void A_folder_is_read_and_so_is_the_one_around_it(string version)
    {
        Write(version, "set");
        Check(DatasetSource.Load(At("set")), "set");

        File.WriteAllText(At("set/readme.html"), "no batch");
        File.WriteAllText(At("set/._data_batch_1"), "hidden");
        Check(DatasetSource.Load(_root), Path.GetFileName(_root));
    }

    [TestMethod]
    [DataRow("python", "cifar-10-python.tar.gz", "cifar-10-batches-py/")]
    [DataRow("python", "cifar-10-python.tar", "")]
    [DataRow("binary", "cifar-10-binary.tar.gz", "cifar-10-batches-bin/")]
    [DataRow("binary", "cifar-10-binary.tgz", "./")]
    public void An_archive_is_read_in_whatever_order(string version, string name, string top)
    {
        Write(version, "set");
        Check(DatasetSource.Load(Archive(name, top)), name[..15].TrimEnd('.'));
    }

    [TestMethod]
    public void Pixels_keep_their_place_and_images_their_order()
    {
        Write("binary", "set");
        ImageDataset data = DatasetSource.Load(At("set"));

        for (int batch = 0; batch < 6; batch++)
            for (int i = 0; i < PerBatch; i++)
                CollectionAssert.AreEqual(
                    Pixels(batch)[(i * 3072)..((i + 1) * 3072)],
                    batch < 5 ? data.Train.Image(batch * PerBatch + i).ToArray() : data.Test.Image(i).ToArray());
    }

    [TestMethod]
    [DataRow("python", "data_batch_4")]
    [DataRow("python", "test_batch")]
    [DataRow("python", "batches.meta")]
    [DataRow("binary", "data_batch_1.bin")]
    [DataRow("binary", "batches.meta.txt")]
    public void A_missing_file_is_named(string version, string name)
    {
        Write(version, "set");
        File.Delete(At($"set/{name}"));
        CheckError(
            $"PATH/set has no {name}; CIFAR-10 has five training batches, a test batch and the class names.");
    }

    [TestMethod]
    [DataRow("train test meta file.txt~")]
    [DataRow("train.bin test.bin fine_label_names.txt coarse_label_names.txt")]
    public void CIFAR_100_is_named(string names)
    {
        Directory.CreateDirectory(At("set"));
        foreach (string name in names.Split(' '))
            File.WriteAllText(At($"set/{name}"), "");
        const string Complaint =
            "is CIFAR-100, which is not read; CIFAR-10 is, and so are images in train/CLASS/ and test/CLASS/.";
        foreach (string place in (string[])[_root, At("set"), Archive("100.tgz", ""), Archive("100.tar", "cifar-100/")])
            Assert.AreEqual(
                $"{place} {Complaint}",
                Assert.ThrowsExactly<DatasetException>(() => DatasetSource.Load(place)).Message);
    }

    [TestMethod]
    public void A_file_that_is_there_twice_is_named()
    {
        Write("binary", "set");
        Write("binary", "set/copy");
        CheckError("PATH/set holds batches.meta.txt twice, so that it is not clear which to read.");
    }

    [TestMethod]
    [DataRow(0, "has 0 bytes; a multiple of 3073 is expected.")]
    [DataRow(3072, "has 3072 bytes; a multiple of 3073 is expected.")]
    [DataRow(3074, "has 3074 bytes; a multiple of 3073 is expected.")]
    public void A_binary_batch_that_ends_within_a_record_is_named(int length, string complaint)
    {
        Write("binary", "set");
        File.WriteAllBytes(At("set/data_batch_2.bin"), new byte[length]);
        CheckError($"PATH/set/data_batch_2.bin {complaint}");
    }

    [TestMethod]
    [DataRow("python", "")]
    [DataRow("binary", ".bin")]
    public void A_batch_with_fewer_images_than_the_others_is_named(string version, string ending)
    {
        Write(version, "set");
        WriteBatch(version, "set", "data_batch_3", Pixels(2)[..(2 * 3072)], [0, 1]);
        CheckError(
            $"PATH/set has 2 images in data_batch_3{ending} but 6 in data_batch_1{ending}; all batches are alike.");
    }

    [TestMethod]
    [DataRow("python", "")]
    [DataRow("binary", ".bin")]
    public void A_label_that_names_no_class_is_named(string version, string ending)
    {
        Write(version, "set");
        WriteBatch(version, "set", "data_batch_3", Pixels(2), [0, 1, 2, 0, 3, 2]);
        CheckError($"PATH/set has a label beyond the 3 classes at image 4 of data_batch_3{ending}.");
    }

    [TestMethod]
    [DataRow("test_batch", "test on")]
    [DataRow("data_batch_1", "train on")]
    public void A_class_without_images_is_named(string batch, string split)
    {
        Write("binary", "set");
        foreach (string name in Batches.Where(name => name.StartsWith(batch[..4], StringComparison.Ordinal)))
            WriteBatch("binary", "set", name, Pixels(0), [0, 0, 2, 2, 0, 2]);
        CheckError($"PATH/set has no image of class ant to {split}.");
    }

    [TestMethod]
    public void Class_names_are_there_and_differ()
    {
        Write("binary", "set");
        File.WriteAllText(At("set/batches.meta.txt"), "\n\n");
        CheckError("PATH/set/batches.meta.txt names no class.");
        File.WriteAllText(At("set/batches.meta.txt"), "a\nb\na\n");
        CheckError("PATH/set names a class twice or not at all: a, b, a.");
        Directory.Delete(At("set"), recursive: true);
        Write("python", "set");
        File.WriteAllBytes(At("set/batches.meta"), PickleWriter.Meta("a", "", "b"));
        CheckError("PATH/set names a class twice or not at all: a, , b.");
        File.WriteAllBytes(At("set/batches.meta"), PickleWriter.Meta());
        CheckError("PATH/set/batches.meta has no list \"label_names\" of strings.");
    }

    [TestMethod]
    public void A_pickle_of_something_else_is_named()
    {
        Write("python", "set");
        File.WriteAllBytes(At("set/data_batch_1"), PickleWriter.Meta("a"));
        CheckError("PATH/set/data_batch_1 has no array \"data\" of 3072 bytes for each image.");
        File.WriteAllBytes(At("set/data_batch_1"), PickleWriter.Batch(new byte[2 * 3072], [1]));
        CheckError("PATH/set/data_batch_1 has 2 images but 1 labels.");
        File.WriteAllBytes(At("set/data_batch_1"), "N."u8.ToArray());
        CheckError("PATH/set/data_batch_1 has no array \"data\" of 3072 bytes for each image.");
        File.WriteAllBytes(At("set/data_batch_1"), "cos\nsystem\n(U\u0002lstR."u8.ToArray());
        CheckError("PATH/set/data_batch_1 cannot be read as a pickle: at byte 0 it names os.system, and nothing but "
            + "tensors, dictionaries and arrays of bytes is read from pickles.");
    }

    [TestMethod]
    public void An_archive_cut_off_is_named()
    {
        Write("binary", "set");
        string archive = Archive("set.tar.gz", "top/");
        byte[] whole = File.ReadAllBytes(archive);
        var random = new Random(1);
        for (int i = 0; i < 30; i++)
        {
            File.WriteAllBytes(archive, whole[..random.Next(whole.Length - 20)]);
            CheckError("The archive PATH/set.tar.gz is truncated or damaged.", archive);
        }
    }

    [TestMethod]
    public void A_damaged_archive_is_read_or_refused_and_does_nothing_else()
    {
        Write("python", "set");
        string archive = Archive("set.tar", "top/");
        byte[] whole = File.ReadAllBytes(archive);
        var headers = new List<int>();
        for (int next = 0; whole[next] != 0; next += 512 + (Size(whole, next) + 511) / 512 * 512)
            headers.Add(next);
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 1000; i++)
        {
            byte[] damaged = [.. whole];
            int header = headers[random.Next(headers.Count)];
            for (int n = 0; n < 3; n++)
                damaged[header + random.Next(512)] = (byte)random.Next(256);
            // A checksum that is right again lets the damage through to what comes after.
            if (i % 2 == 0)
                Sign(damaged.AsSpan(header, 512));
            File.WriteAllBytes(archive, damaged);
            try
            {
                DatasetSource.Load(archive);
            }
            catch (DatasetException)
            {
                refused++;
            }
        }
        Assert.IsTrue(refused > 50, $"{refused} archives were refused.");
    }

    private static int Size(byte[] tar, int header) =>
        Convert.ToInt32(Encoding.ASCII.GetString(tar, header + 124, 11).Trim('\0', ' '), 8);

    /// <summary>Writes the checksum of a tar header: the sum of its bytes, with blanks in place of the sum.</summary>
    private static void Sign(Span<byte> header)
    {
        Span<byte> field = header.Slice(148, 8);
        field.Fill((byte)' ');
        int sum = 0;
        foreach (byte value in header)
            sum += value;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(field);
    }

    private static byte[] Pixels(int batch)
    {
        var pixels = new byte[PerBatch * 3072];
        new Random(batch).NextBytes(pixels);
        return pixels;
    }

    private static int[] Labels(int batch) => [.. Enumerable.Range(batch, PerBatch).Select(i => i * i % 7 % 3)];

    private static void Check(ImageDataset data, string name)
    {
        Assert.AreEqual(name, data.Name);
        CollectionAssert.AreEqual(Classes, data.ClassNames.ToArray());
        Assert.AreEqual(new Size2d(32, 32), data.Train.Size);
        CollectionAssert.AreEqual(Enumerable.Range(0, 5).SelectMany(Labels).ToArray(), data.Train.Labels.ToArray());
        CollectionAssert.AreEqual(Labels(5), data.Test.Labels.ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(0, 5).SelectMany(Pixels).ToArray(), Pictures.PixelsOf(data.Train));
        CollectionAssert.AreEqual(Pixels(5), Pictures.PixelsOf(data.Test));
    }

    private void CheckError(string message, string? path = null)
    {
        DatasetException e = Assert.ThrowsExactly<DatasetException>(() => DatasetSource.Load(path ?? At("set")));
        Assert.AreEqual(message, e.Message.Replace(_root, "PATH", StringComparison.Ordinal));
    }

    private void Write(string version, string folder)
    {
        Directory.CreateDirectory(At(folder));
        for (int batch = 0; batch < Batches.Length; batch++)
            WriteBatch(version, folder, Batches[batch], Pixels(batch), Labels(batch));
        if (version == "python")
            File.WriteAllBytes(At($"{folder}/batches.meta"), PickleWriter.Meta(Classes));
        else
            File.WriteAllText(At($"{folder}/batches.meta.txt"), string.Join('\n', Classes) + "\n\n");
    }

    private void WriteBatch(string version, string folder, string name, byte[] pixels, int[] labels)
    {
        if (version == "python")
            File.WriteAllBytes(At($"{folder}/{name}"), PickleWriter.Batch(pixels, labels));
        else
            File.WriteAllBytes(
                At($"{folder}/{name}.bin"),
                [.. labels.SelectMany((label, i) => pixels[(i * 3072)..((i + 1) * 3072)].Prepend((byte)label))]);
    }

    private string Archive(string name, string top)
    {
        using (FileStream file = File.Create(At(name)))
        using (Stream stream = name.EndsWith("tar", StringComparison.Ordinal)
                   ? file : new GZipStream(file, CompressionLevel.Fastest))
        using (var tar = new TarWriter(stream))
        {
            if (top.Length > 2)
                tar.WriteEntry(At("set"), top);
            foreach (string path in Directory.GetFiles(At("set")).OrderBy(path => path[^3..], StringComparer.Ordinal))
                tar.WriteEntry(path, top + Path.GetFileName(path));
        }
        return At(name);
    }

    private string At(string path) => Path.Combine(_root, path);
}
