using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Pickles;

namespace SoftPool.Trainer.Tests.Pickles;

[TestClass]
public sealed class PickleReaderTests
{
    // What pickle.dumps({b'data': array, b'labels': [1, 300]}, protocol) of Python 3.11 and NumPy 1.24 gave for
    // array = numpy.array([[0, 127, 128], [254, 255, 65]], dtype=numpy.uint8).
    private const string
        Protocol2 =
            "gAJ9cQAoY19jb2RlY3MKZW5jb2RlCnEBWAQAAABkYXRhcQJYBgAAAGxhdGluMXEDhnEEUnEFY251bXB5LmNvcmUu"
            + "bXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQZjbnVtcHkKbmRhcnJheQpxB0sAhXEIaAFYAQAAAGJxCWgDhnEKUnELh3EMUnENKEsB"
            + "SwJLA4ZxDmNudW1weQpkdHlwZQpxD1gCAAAAdTFxEImIh3ERUnESKEsDWAEAAAB8cRNOTk5K/////0r/////SwB0cRRiiWgBWAkA"
            + "AAAAf8KAw77Dv0FxFWgDhnEWUnEXdHEYYmgBWAYAAABsYWJlbHNxGWgDhnEaUnEbXXEcKEsBTSwBZXUu",
        Protocol3 =
            "gAN9cQAoQwRkYXRhcQFjbnVtcHkuY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxAmNudW1weQpuZGFycmF5"
            + "CnEDSwCFcQRDAWJxBYdxBlJxByhLAUsCSwOGcQhjbnVtcHkKZHR5cGUKcQlYAgAAAHUxcQqJiIdxC1JxDChLA1gBAAAAfHENTk5O"
            + "Sv////9K/////0sAdHEOYolDBgB/gP7/QXEPdHEQYkMGbGFiZWxzcRFdcRIoSwFNLAFldS4=",
        Protocol4 =
            "gASVrQAAAAAAAAB9lChDBGRhdGGUjBVudW1weS5jb3JlLm11bHRpYXJyYXmUjAxfcmVjb25zdHJ1Y3SUk5SMBW51"
            + "bXB5lIwHbmRhcnJheZSTlEsAhZRDAWKUh5RSlChLAUsCSwOGlGgFjAVkdHlwZZSTlIwCdTGUiYiHlFKUKEsDjAF8lE5OTkr/////"
            + "Sv////9LAHSUYolDBgB/gP7/QZR0lGJDBmxhYmVsc5RdlChLAU0sAWV1Lg==",
        Protocol5 =
            "gAWVmAAAAAAAAAB9lChDBGRhdGGUjBJudW1weS5jb3JlLm51bWVyaWOUjAtfZnJvbWJ1ZmZlcpSTlCiWBgAAAAAA"
            + "AAAAf4D+/0GUjAVudW1weZSMBWR0eXBllJOUjAJ1MZSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0sAdJRiSwJLA4aUjAFDlHSU"
            + "UpRDBmxhYmVsc5RdlChLAU0sAWV1Lg==",
        // The same of numpy.asfortranarray(array), and with strings as keys and an array that is read-only.
        Fortran2 =
            "gAJ9cQAoY19jb2RlY3MKZW5jb2RlCnEBWAQAAABkYXRhcQJYBgAAAGxhdGluMXEDhnEEUnEFY251bXB5LmNvcmUu"
            + "bXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQZjbnVtcHkKbmRhcnJheQpxB0sAhXEIaAFYAQAAAGJxCWgDhnEKUnELh3EMUnENKEsB"
            + "SwJLA4ZxDmNudW1weQpkdHlwZQpxD1gCAAAAdTFxEImIh3ERUnESKEsDWAEAAAB8cRNOTk5K/////0r/////SwB0cRRiiGgBWAkA"
            + "AAAAw75/w7/CgEFxFWgDhnEWUnEXdHEYYmgBWAYAAABsYWJlbHNxGWgDhnEaUnEbXXEcKEsBTSwBZXUu",
        Fortran5 =
            "gAWVmAAAAAAAAAB9lChDBGRhdGGUjBJudW1weS5jb3JlLm51bWVyaWOUjAtfZnJvbWJ1ZmZlcpSTlCiWBgAAAAAA"
            + "AAAA/n//gEGUjAVudW1weZSMBWR0eXBllJOUjAJ1MZSJiIeUUpQoSwOMAXyUTk5OSv////9K/////0sAdJRiSwJLA4aUjAFGlHSU"
            + "UpRDBmxhYmVsc5RdlChLAU0sAWV1Lg==",
        ReadOnly5 =
            "gAWVkQAAAAAAAAB9lCiMBGRhdGGUjBJudW1weS5jb3JlLm51bWVyaWOUjAtfZnJvbWJ1ZmZlcpSTlChDBgB/gP7/"
            + "QZSMBW51bXB5lIwFZHR5cGWUk5SMAnUxlImIh5RSlChLA4wBfJROTk5K/////0r/////SwB0lGJLAksDhpSMAUOUdJRSlIwGbGFi"
            + "ZWxzlF2UKEsBTSwBZXUu";

    [TestMethod]
    [DataRow(Protocol2)]
    [DataRow(Protocol3)]
    [DataRow(Protocol4)]
    [DataRow(Protocol5)]
    [DataRow(Fortran2)]
    [DataRow(Fortran5)]
    [DataRow(ReadOnly5)]
    public void What_Python_3_and_NumPy_write_is_read(string base64)
    {
        CheckArray(PickleReader.Read(Convert.FromBase64String(base64)));
    }

    [TestMethod]
    public void NumPy_2_calls_its_modules_by_other_names()
    {
        CheckArray(Read(Encoding.Latin1.GetString(Convert.FromBase64String(Protocol3))
            .Replace("numpy.core", "numpy._core", StringComparison.Ordinal)));
        // In protocol 5 the name has a length before it, and so has the frame, which nothing depends on.
        CheckArray(Read(Encoding.Latin1.GetString(Convert.FromBase64String(Protocol5))
            .Replace("\x12numpy.core", "\x13numpy._core", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void What_Python_2_wrote_is_read()
    {
        byte[] meta = PickleWriter.Meta(
            "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
        byte[] pixels = new byte[2 * 3072];
        new Random(1).NextBytes(pixels);

        // The md5 that is published for batches.meta: the writer writes as the authors' program did.
        Assert.AreEqual("5FF9C542AEE3614F3951F8CDA6E48888", Convert.ToHexString(Md5(meta)));
        CollectionAssert.AreEqual(
            (string[])["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
            Cifar10Pickle.ReadClassNames(meta, "a"));
        Cifar10Batch batch = Cifar10Pickle.ReadBatch(PickleWriter.Batch(pixels, [7, 3]), "a");
        CollectionAssert.AreEqual(pixels, batch.Pixels);
        CollectionAssert.AreEqual((int[])[7, 3], batch.Labels);
    }

    [TestMethod]
    [DataRow("N.", null)]
    [DataRow("\x88.", true)]
    [DataRow("\x89.", false)]
    [DataRow("K\xff.", 255L)]
    [DataRow("M\x01\xff.", 65281L)]
    [DataRow("J\xfe\xff\xff\xff.", -2L)]
    [DataRow("\x8a\x01\xff.", -1L)]
    [DataRow("\x8a\x03\xff\xff\x00.", 65535L)]
    [DataRow("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.", long.MinValue)]
    [DataRow("G\x3f\xe8\0\0\0\0\0\0.", 0.75)]
    public void Values_are_read(string pickle, object? value) => Assert.AreEqual(value, Read(pickle));

    [TestMethod]
    [DataRow("U\u0002ab.")]
    [DataRow("T\x02\0\0\0ab.")]
    [DataRow("C\x02" + "ab.")]
    [DataRow("B\x02\0\0\0ab.")]
    [DataRow("\x8e\x02\0\0\0\0\0\0\0ab.")]
    [DataRow("\x96\x02\0\0\0\0\0\0\0ab.")]
    [DataRow("X\x02\0\0\0ab.")]
    [DataRow("\x8c\x02" + "ab.")]
    [DataRow("\x8d\x02\0\0\0\0\0\0\0ab.")]
    public void Strings_are_read(string pickle) => Assert.AreEqual("ab", Read(pickle)!.ToString());

    [TestMethod]
    public void Lists_tuples_dictionaries_and_kept_values_are_read()
    {
        // {"a": [1, (), (2, 3)], "b": the same list}
        IReadOnlyDictionary<string, object?> all =
            ((PickledDictionary)Read(
                "}U\u0001a]r\u0001\u0002\0\0K\u0001a()K\u0002K\u0003\u0086esU\u0001bj\u0001\u0002\0\0s.")!).Items;

        var list = (List<object?>)all["a"]!;
        Assert.AreSame(list, all["b"]);
        Assert.AreEqual(1L, list[0]);
        Assert.HasCount(0, (object?[])list[1]!);
        CollectionAssert.AreEqual((object?[])[2L, 3L], (object?[])list[2]!);
    }

    [TestMethod]
    [DataRow("\x80\u0002cos\nsystem\n(U\u0002lstR.", 2, "it names os.system")]
    [DataRow("\x80\u0004\x8c\u0008builtins\x8c\u0004eval\x93.", 18, "it names builtins.eval")]
    [DataRow("cnumpy\nload\n.", 0, "it names numpy.load")]
    [DataRow("NcnumpyX", 1, "a name does not end within 256 bytes")]
    [DataRow("(ios\nsystem\n.", 1, "opcode 0x69 is none")]
    [DataRow("\x80\u0006N.", 0, "opcode 0x80 is none")]
    [DataRow("", 0, "it needs 1 more bytes, and 0 are left")]
    [DataRow("NT\x00\x00\x00\x80", 1, "it needs 2147483648 more bytes, and 0 are left")]
    [DataRow("X\xff\xff\xff\xff....", 0, "it needs 4294967295 more bytes, and 4 are left")]
    [DataRow("\x8e\xff\xff\xff\xff\xff\xff\xff\xff.", 0, "it needs 18446744073709551615 more bytes, and 1 are left")]
    [DataRow("\x95\x09\0\0\0\0\0\0\0N.", 0, "it needs 9 more bytes, and 2 are left")]
    [DataRow("\x8a\x11\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0.", 0, "a number takes 17 bytes")]
    [DataRow("\x8a\x00.", 0, "a number takes 0 bytes")]
    [DataRow(".", 0, "it ends with 0 values")]
    [DataRow("NN.", 2, "it ends with 2 values")]
    [DataRow("N(.", 2, "it ends with 1 values")]
    [DataRow("N.NN", 1, "it ends, but 2 bytes follow")]
    [DataRow("t", 0, "it uses more values")]
    [DataRow("N(\x85.", 2, "it uses more values")]
    [DataRow("K\x01q\x02h\x01.", 4, "it recalls value 1")]
    [DataRow("NNa.", 2, "it appends to what is no list")]
    [DataRow("NNNs.", 3, "it sets items of what is no dictionary")]
    [DataRow("}(Nu.", 3, "it sets items of what is no dictionary, or a key")]
    [DataRow("}NNs.", 3, "a key is neither a number nor a string")]
    [DataRow("NNR.", 2, "opcode 0x52 is none")]
    [DataRow("cnumpy\ndtype\n)R.", 14, "it calls numpy.dtype with other arguments")]
    [DataRow("cnumpy\nndarray\n)R.", 16, "it calls numpy.ndarray with other arguments")]
    [DataRow("c_codecs\nencode\nU\x01XX\x06\0\0\0latin1\x86R.", 31, "it encodes what is no text")]
    [DataRow("c_codecs\nencode\nX\x02\0\0\0\xc4\x80X\x06\0\0\0latin1\x86R.", 35, "its text is not of the Latin-1")]
    [DataRow("NNb.", 2, "it gives a state")]
    [DataRow("ctorchvision.models.resnet\nResNet\n)\x81.", 0, "it names torchvision.models.resnet.ResNet")]
    [DataRow("ctorch.jit._pickle\nbuild_intlist\n.", 0, "it names torch.jit._pickle.build_intlist")]
    [DataRow("ccollections\nOrderedDict\n)\x81.", 26, "opcode 0x81 is none")]
    [DataRow("NQ.", 1, "its persistent id is not that of a storage")]
    [DataRow("ctorch._utils\n_rebuild_tensor_v2\n)R.", 34, "it calls torch._utils._rebuild_tensor_v2 with other")]
    [DataRow("ctorch\nFloatStorage\n)R.", 21, "it calls torch.FloatStorage with other")]
    [DataRow("carray\narray\n.", 0, "it names array.array")]
    public void Anything_else_is_refused_by_its_byte(string pickle, int offset, string complaint)
    {
        PickleException e = Assert.ThrowsExactly<PickleException>(() => Read(pickle));
        StringAssert.StartsWith(e.Message, $"at byte {offset} {complaint}");
    }

    [TestMethod]
    [DataRow("u1", 2, 3, 6, null)]
    [DataRow("u1", 2, 4, 6, "its array of 2x4 bytes comes with 6")]
    [DataRow("u1", 0, 3, 0, "its array has not two positive extents")]
    [DataRow("u1", -1, -1, 1, "its array has not two positive extents")]
    [DataRow("i8", 1, 1, 8, "its array is not of bytes, NumPy's u1")]
    public void An_array_is_of_bytes_and_fills_its_shape(
        string type, int rows, int columns, int length, string? complaint)
    {
        string pickle = Encoding.Latin1.GetString(
            new PickleWriter().Array(rows, columns, new byte[length]).Raw(".").ToArray());
        pickle = pickle.Replace("u1", type, StringComparison.Ordinal);
        if (complaint is null)
            Assert.IsInstanceOfType<PickledArray>(Read(pickle));
        else
            StringAssert.Contains(Assert.ThrowsExactly<PickleException>(() => Read(pickle)).Message, complaint);
    }

    [TestMethod]
    public void A_pickle_cut_off_anywhere_is_refused()
    {
        foreach (string base64 in (string[])[Protocol2, Protocol3, Protocol4, Protocol5])
        {
            byte[] whole = Convert.FromBase64String(base64);
            for (int length = 0; length < whole.Length; length++)
                Assert.ThrowsExactly<PickleException>(() => PickleReader.Read(whole.AsMemory(0, length)));
        }
    }

    [TestMethod]
    public void Small_files_cannot_take_time_or_memory_without_end()
    {
        string nested = new('(', 1 << 22), lists = new(']', 1 << 22), kept = "N" + new string('\x94', 1 << 22);
        string text = $"X\0\0\x40\0{new string('a', 1 << 22)}";
        string encodes = $"c_codecs\nencode\nq\u0001{text}q\u0002X\u0006\0\0\0latin1q\u0003"
            + string.Concat(Enumerable.Repeat("h\u0001h\u0002h\u0003\x86R", 1 << 17));
        string keys = $"}}q\u0001{text}q\u0002" + string.Concat(Enumerable.Repeat("h\u0001h\u0002Ns", 1 << 17));
        var watch = Stopwatch.StartNew();

        foreach (string pickle in (string[])[nested, lists, kept, encodes, keys])
            Assert.ThrowsExactly<PickleException>(() => Read(pickle));

        Assert.IsTrue(watch.Elapsed.TotalSeconds < 10, $"It took {watch.Elapsed.TotalSeconds:F1} s.");
    }

    [TestMethod]
    public void Damaged_files_are_read_or_refused_and_do_nothing_else()
    {
        byte[] pixels = new byte[3072];
        byte[][] whole =
        [
            .. new[] { Protocol2, Protocol3, Protocol4, Protocol5, Fortran5 }.Select(Convert.FromBase64String),
            PickleWriter.Meta("a", "b"), PickleWriter.Batch(pixels, [3]),
        ];
        byte[] opcodes = [.. Enum.GetValues<PickleOpcode>().Select(opcode => (byte)opcode)];
        var random = new Random(1);
        var watch = Stopwatch.StartNew();
        int read = 0, refused = 0;
        for (int i = 0; i < 60_000; i++)
        {
            byte[] damaged = Damage([.. whole[i % whole.Length]], whole[random.Next(whole.Length)], opcodes, random);
            try
            {
                PickleReader.Read(damaged);
                read++;
                _ = i % 2 == 0
                    ? Cifar10Pickle.ReadBatch(damaged, "a").Labels.Length
                    : Cifar10Pickle.ReadClassNames(damaged, "a").Length;
            }
            catch (Exception e) when (e is DatasetException or PickleException)
            {
                refused++;
            }
        }
        Assert.IsTrue(read > 1000 && refused > 10_000, $"{read} files were read, {refused} refused.");
        Assert.IsTrue(watch.Elapsed.TotalSeconds < 30, $"It took {watch.Elapsed.TotalSeconds:F1} s.");
    }

    /// <summary>Changes, doubles, removes or brings in from another file some bytes in one to four places.</summary>
    private static byte[] Damage(List<byte> bytes, byte[] other, byte[] opcodes, Random random)
    {
        for (int n = random.Next(1, 5); n > 0 && bytes.Count > 0; n--)
        {
            int at = random.Next(bytes.Count), count = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] = opcodes[random.Next(opcodes.Length)]; break;
                case 2: bytes.Insert(at, opcodes[random.Next(opcodes.Length)]); break;
                case 3: bytes.RemoveRange(at, count); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, count)); break;
                default:
                    int from = random.Next(other.Length);
                    bytes.InsertRange(at, other[from..Math.Min(from + 12, other.Length)]);
                    break;
            }
        }
        return [.. bytes];
    }

    private static void CheckArray(object? read)
    {
        IReadOnlyDictionary<string, object?> all = ((PickledDictionary)read!).Items;
        var array = (PickledArray)all["data"]!;
        CollectionAssert.AreEqual((long[])[2, 3], array.Shape.ToArray());
        CollectionAssert.AreEqual((byte[])[0, 127, 128, 254, 255, 65], array.ToRows());
        CollectionAssert.AreEqual((object?[])[1L, 300L], (List<object?>)all["labels"]!);
    }

    private static object? Read(string latin1) => PickleReader.Read(Encoding.Latin1.GetBytes(latin1));

#pragma warning disable CA5351 // MD5 is what was published.
    private static byte[] Md5(byte[] content) => MD5.HashData(content);
#pragma warning restore CA5351
}
