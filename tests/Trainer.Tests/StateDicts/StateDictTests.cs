using System.IO.Compression;
using System.Text;
using SoftPool.Trainer.StateDicts;

namespace SoftPool.Trainer.Tests.StateDicts;

[TestClass]
public sealed class StateDictTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("state_dict.pth")]
    [DataRow("state_dict_legacy.pth")]
    public void Tensors_are_read_whatever_their_type_strides_and_storage(string name)
    {
        StateDict read = StateDict.Read(TorchFiles.Made(name));
        CollectionAssert.AreEqual(
            (string[])["first", "behind", "transposed", "stepped", "tied", "tied_too", "same_memory", "parameter",
                "half", "brain", "scalar"],
            read.Tensors.Keys.ToArray());
        AssertTensor(read, "first", "2x3", 0, 0.5f, 1, 1.5f, 2, 2.5f);
        AssertTensor(read, "behind", "3", 4.5f, 5, 5.5f);
        AssertTensor(read, "transposed", "3x2", 3, 4.5f, 3.5f, 5, 4, 5.5f);
        AssertTensor(read, "stepped", "2x1x2", 0, 1.5f, 4, 5.5f);
        AssertTensor(read, "tied", "2x2", 1, -2, 3, float.PositiveInfinity);
        Assert.AreSame(read.Tensors["tied"], read.Tensors["tied_too"]);
        Assert.AreSame(read.Tensors["tied"], read.Tensors["same_memory"]);
        AssertTensor(read, "parameter", "3", 0.1f, 0, -7);
        AssertTensor(read, "half", "3", 1.5f, -65504, 5.9604645e-8f);
        AssertTensor(read, "brain", "2x1", 1, -1.0078125f);
        AssertTensor(read, "scalar", "scalar", 4);
        Assert.IsEmpty(read.Others);
        Assert.IsEmpty(read.Remarks);
    }

    [TestMethod]
    [DataRow("checkpoint.pt")]
    [DataRow("checkpoint_legacy.bin")]
    public void The_state_dict_of_a_checkpoint_is_found_and_said(string name)
    {
        StateDict read = StateDict.Read(TorchFiles.Made(name));
        AssertTensor(read, "module.fc.weight", "1x2", 1, 2);
        Assert.HasCount(1, read.Tensors);
        Assert.AreEqual($"the state dict of {TorchFiles.Made(name)} is its entry state_dict", read.Remarks.Single());
    }

    /// <summary>What torch itself has written, see make_by_torch.py.</summary>
    [TestMethod]
    [DataRow("torch_zip.pth")]
    [DataRow("torch_legacy.pth")]
    [DataRow("torch_checkpoint.pt")]
    public void Files_of_torch_itself_are_read(string name)
    {
        StateDict read = StateDict.Read(TorchFiles.Made(name));
        CollectionAssert.AreEqual(
            (string[])["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "2.weight",
                "2.bias", "tied"],
            read.Tensors.Keys.ToArray());
        AssertTensor(read, "0.weight", "2x1x1x2", 0, 0.25f, 0.5f, 0.75f);
        AssertTensor(read, "0.bias", "2", -1, -0.75f);
        AssertTensor(read, "1.running_var", "2", -5, -4.75f);
        AssertTensor(read, "2.weight", "3x2", -7, -6.25f, -6.75f, -6, -6.5f, -5.75f);
        AssertTensor(read, "2.bias", "2", -8, -7.75f);
        AssertTensor(read, "tied", "2x1x1x2", 0, 0.25f, 0.5f, 0.75f);
        Assert.IsEmpty(read.Others);
    }

    /// <summary>Its code is compressed, and longer than the file.</summary>
    [TestMethod]
    public void A_program_of_torch_itself_is_refused() => StringAssert.Contains(
        Assert.ThrowsExactly<ModelFormatException>(() => StateDict.Read(TorchFiles.Made("torch_script.pt"))).Message,
        "it is a TorchScript program");

    [TestMethod]
    public void Several_state_dicts_are_listed_and_a_key_chooses()
    {
        string path = TorchFiles.Made("two.pt");
        UserErrorException e = Assert.ThrowsExactly<UserErrorException>(() => StateDict.Read(path));
        Assert.AreEqual(
            $"{path} holds 2 state dicts, state_dict (1 tensor), ema.module (1 tensor): choose one by --key.",
            e.Message);
        AssertTensor(StateDict.Read(path, "ema.module"), "module.fc.weight", "1x2", 1, 2);
        e = Assert.ThrowsExactly<UserErrorException>(() => StateDict.Read(path, "ema"));
        StringAssert.StartsWith(
            e.Message, $"{path} has no dictionary of tensors ema; it has the whole file (1 tensor)");
    }

    [TestMethod]
    public void What_a_key_chooses_may_hold_more_than_tensors_and_that_is_said()
    {
        string tensor = TorchFiles.OneTensor("FloatStorage", 2, "K\0", "K\u0002\x85", "K\u0001\x85")[2..^1];
        string pickle = $"\x80\u0002}}X\u0001\0\0\0m{tensor}(X\u0005\0\0\0epochK\u0003K\u0007K\u0001us.";
        File.WriteAllBytes(_folder["a.pth"], TorchFiles.Zip(pickle, ("a/data/k", [0, 0, 128, 63, 0, 0, 0, 64])));
        UserErrorException e = Assert.ThrowsExactly<UserErrorException>(() => StateDict.Read(_folder["a.pth"]));
        StringAssert.Contains(e.Message, "holds no state dict");
        StateDict read = StateDict.Read(_folder["a.pth"], "m");
        AssertTensor(read, "w", "2", 1, 2);
        Assert.AreEqual(
            "passed over, because they are no tensors: epoch, and entries under numbers", read.Remarks[^1]);
    }

    [TestMethod]
    [DataRow("net.pth", "", "is no file of weights that is read: ")]
    [DataRow("net.bin", "<html>404: not found</html>", "is a web page, no file of weights that is read: ")]
    [DataRow("net.safetensors", "<html>404: not found</html>", "is a web page, no file of weights that is read: ")]
    [DataRow("net.txt", "12345678[]", "is no file of weights that is read: ")]
    [DataRow("net.safetensors", "12345678[]", "is no valid safetensors file: its header claims ")]
    [DataRow("net.pth", "12345678{}", "is no valid safetensors file: its header claims ")]
    public void What_is_of_no_kind_is_called_so(string name, string content, string start)
    {
        ModelFormatException e = Assert.ThrowsExactly<ModelFormatException>(
            () => StateDict.Read(_folder.Write(name, content)));
        StringAssert.StartsWith(e.Message, $"{name} {start}");
    }

    [TestMethod]
    [DataRow("\x80\u0002K\u0001.", "holds another object, not a state dict")]
    [DataRow("\x80\u0002}X\u0001\0\0\0aK\u0001s.", "holds no state dict, a dictionary of tensors and nothing else; its "
        + "keys are a.")]
    public void What_has_no_state_dict_is_refused(string pickle, string complaint)
    {
        UserErrorException e = Assert.ThrowsExactly<UserErrorException>(() => Read(TorchFiles.Zip(pickle)));
        StringAssert.Contains(e.Message, complaint);
    }

    [TestMethod]
    [DataRow("FloatStorage", 2, "K\0", "K\u0002\x85", "K\u0001\x85", null)]
    [DataRow("FloatStorage", 2, "K\u0001", "K\u0002\x85", "K\u0001\x85", "leaves its storage of 2 elements")]
    [DataRow("FloatStorage", 2, "J\xff\xff\xff\xff", "K\u0002\x85", "K\u0001\x85", "are not numbers of at least 0")]
    [DataRow("FloatStorage", 2, "K\0", "J\xff\xff\xff\xff\x85", "K\u0001\x85", "are not numbers of at least 0")]
    [DataRow("FloatStorage", 2, "K\0", "K\u0002\x85", "J\xff\xff\xff\xff\x85", "are not numbers of at least 0")]
    [DataRow("FloatStorage", 2, "K\0", "K\u0002\x85", ")", "a stride for each extent")]
    [DataRow("FloatStorage", 2, "K\0", "K\u0002\x85", "\x8a\x08\0\0\0\0\0\0\0\x40\x85", "leaves its storage")]
    [DataRow("FloatStorage", 2, "K\0", "\x8a\x08\u0001\0\0\0\0\0\0\x40\x8a\x08\u0001\0\0\0\0\0\0\x40\x86",
        "\x8a\x08\0\0\0\0\0\0\0\x40\x8a\x08\0\0\0\0\0\0\0\x40\x86", "leaves its storage")]
    [DataRow("FloatStorage", 2, "K\0", "J\0\0\0\x40\x85", "K\0\x85", "has no valid shape|elements; got|repeats")]
    [DataRow("FloatStorage", 2, "K\0", "K\u0003\x85", "K\0\x85", "repeats the 2 elements of its storage")]
    [DataRow("FloatStorage", 3, "K\0", "K\u0002\x85", "K\u0001\x85", "storage k has 8 bytes; 3 elements of float32")]
    [DataRow("DoubleStorage", 2, "K\0", "K\u0002\x85", "K\u0001\x85", "storage k has 8 bytes; 2 elements of float64")]
    [DataRow("NoStorage", 2, "K\0", "K\u0002\x85", "K\u0001\x85", "at byte 56 it names torch.NoStorage")]
    public void A_view_lies_within_its_storage(
        string type, int count, string offset, string shape, string strides, string? complaint)
    {
        byte[] file = TorchFiles.Zip(
            TorchFiles.OneTensor(type, count, offset, shape, strides), ("a/data/k", [0, 0, 128, 63, 0, 0, 0, 64]));
        if (complaint is null)
            AssertTensor(Read(file), "w", "2", 1, 2);
        else
        {
            ModelFormatException e = Assert.ThrowsExactly<ModelFormatException>(() => Read(file));
            Assert.IsTrue(
                complaint.Split('|').Any(part => e.Message.Contains(part, StringComparison.Ordinal)), e.Message);
            StringAssert.StartsWith(e.Message, "a.pth cannot be read as a file of torch.save: ");
        }
    }

    [TestMethod]
    public void Archives_of_others_are_refused()
    {
        byte[] pickle = Encoding.Latin1.GetBytes(
            TorchFiles.OneTensor("FloatStorage", 2, "K\0", "K\u0002\x85", "K\u0001\x85"));
        byte[] floats = new byte[8];
        AssertRefused(
            "a/data.pkl is compressed, and torch.save writes all entries as they are",
            TorchFiles.Zip(CompressionLevel.Optimal, ("a/data.pkl", [.. pickle, .. new byte[99]])));
        AssertRefused(
            "it has no entry a/data/k", TorchFiles.Zip(CompressionLevel.NoCompression, ("a/data.pkl", pickle)));
        AssertRefused(
            "has 0 entries FOLDER/data.pkl",
            TorchFiles.Zip(CompressionLevel.NoCompression, ("data.pkl", pickle), ("data/k", floats)));
        AssertRefused(
            "has 2 entries FOLDER/data.pkl",
            TorchFiles.Zip(CompressionLevel.NoCompression, ("a/data.pkl", pickle), ("b/data.pkl", pickle)));
        AssertRefused(
            "it has two entries a/data.pkl",
            TorchFiles.Zip(CompressionLevel.NoCompression, ("a/data.pkl", pickle), ("a/data.pkl", pickle)));
        AssertRefused(
            "it is a TorchScript program",
            TorchFiles.Zip(CompressionLevel.NoCompression, ("a/data.pkl", pickle), ("a/constants.pkl", pickle)));
        AssertRefused(
            "its byte order is big",
            TorchFiles.Zip(CompressionLevel.NoCompression, ("a/data.pkl", pickle), ("a/byteorder", "big"u8.ToArray())));
        byte[] damaged = File.ReadAllBytes(TorchFiles.Made("one.pth"));
        damaged[damaged.AsSpan().IndexOf((byte[])[0, 0, 224, 64])]++;
        AssertRefused("its entry one/data/0 is damaged", damaged);

        void AssertRefused(string complaint, byte[] file) => StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(() => Read(file)).Message, complaint);
    }

    /// <summary>A double beyond the floats, and integers where weights are expected.</summary>
    [TestMethod]
    public void Types_that_are_no_weights_are_kept_apart_or_refused()
    {
        string pickle = TorchFiles.OneTensor("DoubleStorage", 1, "K\0", "K\u0001\x85", "K\u0001\x85");
        ModelFormatException e = Assert.ThrowsExactly<ModelFormatException>(
            () => Read(TorchFiles.Zip(pickle, ("a/data/k", BitConverter.GetBytes(1e39)))));
        StringAssert.Contains(e.Message, "it holds 1E+39, which no 32-bit float can");
        pickle = TorchFiles.OneTensor("IntStorage", 2, "K\0", "K\u0002\x85", "K\u0001\x85");
        StateDict read = Read(TorchFiles.Zip(pickle, ("a/data/k", new byte[8])));
        Assert.IsEmpty(read.Tensors);
        Assert.AreEqual("2 of int32", read.Others["w"]);
    }

    [TestMethod]
    public void A_file_cut_off_anywhere_is_refused()
    {
        foreach (string name in (string[])["one.pth", "checkpoint_legacy.bin"])
        {
            byte[] whole = File.ReadAllBytes(TorchFiles.Made(name));
            for (int length = 0; length < whole.Length; length++)
                Assert.ThrowsExactly<ModelFormatException>(() => Read(whole[..length]), $"{name}, {length} bytes");
        }
    }

    [TestMethod]
    public void Damaged_files_are_read_or_refused_in_little_time_and_memory()
    {
        byte[][] files =
        [
            .. new[] { "state_dict.pth", "state_dict_legacy.pth", "checkpoint.pt", "checkpoint_legacy.bin" }
                .Select(name => File.ReadAllBytes(TorchFiles.Made(name))),
        ];
        var random = new Random(1);
        int read = 0, refused = 0;
        long started = Environment.TickCount64;
        for (int i = 0; i < 8000; i++)
        {
            byte[] damaged = Damage([.. files[i % files.Length]], random);
            File.WriteAllBytes(_folder["a.pth"], damaged);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                StateDict.Read(_folder["a.pth"]);
                read++;
            }
            catch (Exception e) when (e is ModelFormatException or UserErrorException)
            {
                refused++;
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.IsTrue(allocated < 8 << 20, $"{allocated} bytes for file {i}");
        }
        Assert.IsTrue(read > 100 && refused > 4000, $"{read} files were read, {refused} refused.");
        long took = Environment.TickCount64 - started;
        Assert.IsTrue(took < 120_000, $"It took {took} ms.");
    }

    /// <summary>A list that is made a dictionary over and over, and entries that lie in each other.</summary>
    [TestMethod]
    public void Small_files_cannot_take_time_or_memory_without_end()
    {
        string list = "]q\u0001(" + string.Concat(Enumerable.Repeat("](K\u0001K\u0002e", 1 << 14)) + "e";
        string pickle = $"\x80\u0002ccollections\nOrderedDict\nq\u0002{list}\x85q\u0003"
            + string.Concat(Enumerable.Repeat("h\u0002h\u0003R", 1 << 16)) + ".";
        long started = Environment.TickCount64;
        ModelFormatException e = Assert.ThrowsExactly<ModelFormatException>(() => Read(TorchFiles.Zip(pickle)));
        StringAssert.Contains(e.Message, "more than the file holds");
        Assert.IsTrue(Environment.TickCount64 - started < 10_000);
    }

    /// <summary>Changes, doubles or removes some bytes in one to three places.</summary>
    private static byte[] Damage(List<byte> bytes, Random random)
    {
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(bytes.Count), count = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveRange(at, count); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, count)); break;
                default:
                    for (int i = at; i < at + count; i++)
                        bytes[i] = 0xFF;
                    break;
            }
        }
        return [.. bytes];
    }

    private StateDict Read(byte[] file)
    {
        File.WriteAllBytes(_folder["a.pth"], file);
        return StateDict.Read(_folder["a.pth"]);
    }

    private static void AssertTensor(StateDict read, string name, string shape, params float[] elements)
    {
        Assert.AreEqual(shape, read.Tensors[name].Shape.ToString(), name);
        CollectionAssert.AreEqual(elements, read.Tensors[name].Data.ToArray(), name);
    }
}
