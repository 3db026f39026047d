using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using SoftPool.Files;

namespace SoftPool.Runtime.Tests.Files;

[TestClass]
public sealed class SafetensorsFileTests : IDisposable
{
    /// <summary>What a float can be: NaNs of different bits, infinities, denormals and both zeros among them.</summary>
    private static readonly int[] Bits =
    [
        0, int.MinValue, 1, 0x007FFFFF, 0x3F800000, 0x7F7FFFFF, 0x7F800000, unchecked((int)0xFF800000), 0x7FC00001,
        unchecked((int)0xFFFFFFFF), 0x7F800001, 0x40490FDB,
    ];

    private static readonly float[] Single = [2.5f], Pair = [-1, 1];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static SafetensorsFile Example() => new(
        new Dictionary<string, Tensor>
        {
            ["z.weight"] = new(new TensorShape(3, 4), Bits.Select(BitConverter.Int32BitsToSingle).ToArray()),
            ["scalar"] = new(new TensorShape(), Single),
            ["a \"quoted\" \u00e9\U0001F600"] = new(new TensorShape(1, 2, 1), Pair),
        },
        new Dictionary<string, string> { ["format"] = "pt", ["empty"] = "", ["text"] = "a \"b\" \\ \n \u00e9\U0001F600" });

    [TestMethod]
    public void What_is_written_is_read_to_the_bit()
    {
        SafetensorsFile written = Example();
        written.Write(_folder["a.safetensors"]);

        SafetensorsFile read = SafetensorsFile.Read(_folder["a.safetensors"]);

        TestModels.AssertSequence([.. written.Tensors.Keys], read.Tensors.Keys);
        foreach ((string name, Tensor tensor) in written.Tensors)
        {
            Assert.AreEqual(tensor.Shape, read.Tensors[name].Shape);
            TestModels.AssertSequence(
                [.. tensor.Data.ToArray().Select(BitConverter.SingleToInt32Bits)],
                read.Tensors[name].Data.ToArray().Select(BitConverter.SingleToInt32Bits));
        }
        TestModels.AssertSequence([.. written.Metadata.OrderBy(e => e.Key)], read.Metadata.OrderBy(e => e.Key));
    }

    [TestMethod]
    public void What_is_written_keeps_the_format_s_rules()
    {
        Example().Write(_folder["a.safetensors"]);
        byte[] file = File.ReadAllBytes(_folder["a.safetensors"]);

        Assert.AreEqual((byte)'{', file[8]);
        (JsonElement header, byte[] data) = RawSafetensors.Split(file);
        Assert.AreEqual((12 + 1 + 2) * 4, data.Length);
        TestModels.AssertSequence(Bits, RawSafetensors.Bits(header, data, "z.weight"));
        Assert.AreEqual("[3,4]", header.GetProperty("z.weight").GetProperty("shape").GetRawText());
        Assert.AreEqual("[]", header.GetProperty("scalar").GetProperty("shape").GetRawText());
        Assert.AreEqual("a \"b\" \\ \n \u00e9\U0001F600", header.GetProperty("__metadata__").GetProperty("text").GetString());
    }

    [TestMethod]
    public void The_tensors_lie_aligned_to_8_bytes_however_long_the_header_is()
    {
        for (int letters = 0; letters < 8; letters++)
        {
            var metadata = new Dictionary<string, string> { ["text"] = new('a', letters) };
            (Example() with { Metadata = metadata }).Write(_folder["a.safetensors"]);
            long length = BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(_folder["a.safetensors"]));
            Assert.AreEqual(0, length % 8, $"A text of {letters} letters makes a header of {length} bytes.");
        }
    }

    [TestMethod]
    public void Reads_tensors_in_any_order_of_the_header_and_without_metadata()
    {
        byte[] data = [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(3f)];
        SafetensorsFile file = Read(RawSafetensors.Build(
            """
            {"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},
             "a":{"shape":[2],"data_offsets":[0,8],"dtype":"F32"}}
            """ + "   ", data));
        TestModels.AssertSequence<float>([1, 2], file.Tensors["a"].Data.ToArray());
        TestModels.AssertSequence<float>([3], file.Tensors["b"].Data.ToArray());
        Assert.IsEmpty(file.Metadata);
    }

    /// <summary>What PyTorch saves of a network in 16 bits that has a batch norm; the values are exact.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Halves_become_floats_and_batch_norms_counters_are_passed_over(bool fromPipe)
    {
        byte[] data =
        [
            .. BitConverter.GetBytes((Half)1.5f), .. BitConverter.GetBytes((Half)(-65504f)), .. BitConverter.GetBytes(Half.Epsilon),
            0x80, 0x3F, 0x81, 0xBF, .. BitConverter.GetBytes(7L), .. BitConverter.GetBytes(3f),
        ];
        byte[] bytes = RawSafetensors.Build(
            """
            {"half":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},"brain":{"dtype":"BF16","shape":[2,1],"data_offsets":[6,10]},
             "bn.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[10,18]},"last":{"dtype":"F32","shape":[],"data_offsets":[18,22]}}
            """, data);
        SafetensorsFile file = fromPipe ? SafetensorsFile.Read(new OneWay(bytes), "pipe") : Read(bytes);
        TestModels.AssertSequence<float>([1.5f, -65504, 5.9604645e-8f], file.Tensors["half"].Data.ToArray());
        TestModels.AssertSequence<float>([1, -1.0078125f], file.Tensors["brain"].Data.ToArray());
        TestModels.AssertSequence<float>([3], file.Tensors["last"].Data.ToArray());
        Assert.HasCount(3, file.Tensors);
    }

    /// <summary>A stream that does not seek.</summary>
    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    [TestMethod]
    public void A_file_of_no_tensors_is_valid() => Assert.IsEmpty(Read(RawSafetensors.Build("{}", 0)).Tensors);

    private const string Entry = """{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""";

    [TestMethod]
    [DataRow("", 0, "claims 0 bytes")]
    [DataRow("  ", 0, "{")]
    [DataRow("[]", 0, "{")]
    [DataRow("null", 0, "{")]
    [DataRow("\"a\"", 0, "{")]
    [DataRow(" {}", 0, "{")]
    [DataRow("\uFEFF{}", 0, "{")]
    [DataRow("{} {}", 0, "malformed")]
    [DataRow("{", 0, "claims 1 bytes")]
    [DataRow("{ ", 0, "malformed")]
    [DataRow("{}//", 0, "malformed")]
    [DataRow("{}", 4, "0 bytes, but it holds 4")]
    [DataRow("""{"__metadata__":"text"}""", 0, "malformed")]
    [DataRow("""{"__metadata__":null}""", 0, "malformed")]
    [DataRow("""{"__metadata__":{"a":1}}""", 0, "malformed")]
    [DataRow("""{"__metadata__":{"a":null}}""", 0, "__metadata__")]
    [DataRow("""{"__metadata__":{"a":{}}}""", 0, "malformed")]
    [DataRow("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "malformed")]
    [DataRow("""{"__metadata__":{"a":"1","\u0061":"2"}}""", 0, "malformed")]
    [DataRow("""{"__metadata__":{"a":"\ud800"}}""", 0, "malformed")]
    [DataRow("""{"\udc00":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "malformed")]
    [DataRow("{\"a\":" + Entry + ",\"a\":" + Entry + "}", 8, "malformed")]
    [DataRow("{\"a\":" + Entry + ",\"b\":" + Entry + "}", 8, "should lie at 8 to 16")]
    [DataRow("{\"a\":" + Entry + "}", 0, "8 bytes, but it holds 0")]
    [DataRow("{\"a\":" + Entry + "}", 7, "8 bytes, but it holds 7")]
    [DataRow("{\"a\":" + Entry + "}", 9, "8 bytes, but it holds 9")]
    [DataRow("""{"a":null}""", 0, "malformed")]
    [DataRow("""{"a":[]}""", 0, "malformed")]
    [DataRow("""{"a":{}}""", 0, "malformed")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "malformed")]
    [DataRow("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "malformed")]
    [DataRow("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "malformed")]
    [DataRow("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "malformed")]
    [DataRow("""{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", 8, "F64; F32, F16 or BF16 is expected")]
    [DataRow("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", 8, "it should lie at 0 to 4")]
    [DataRow("""{"step":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}""", 8, "tensor step is of dtype I64")]
    [DataRow("""{"bn.num_batches_tracked":{"dtype":"I64","shape":[2],"data_offsets":[0,16]}}""", 16, "a scalar is expected")]
    [DataRow("""{"bn.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}""", 4, "but it holds 4")]
    [DataRow("""{"a":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", 8, "f32")]
    [DataRow("""{"a":{"dtype":null,"shape":[2],"data_offsets":[0,8]}}""", 8, "F32, F16 or BF16 is expected")]
    [DataRow("""{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", 8, "malformed")]
    [DataRow("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", 8, "malformed")]
    [DataRow("""{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""", 8, "malformed")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "malformed")]
    [DataRow("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0, "no valid shape")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "no valid shape")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", 8, "no valid shape")]
    [DataRow("""{"a":{"dtype":"F32","shape":[65536,65536],"data_offsets":[0,0]}}""", 0, "no valid shape")]
    [DataRow("""{"a":{"dtype":"F32","shape":[4294967298],"data_offsets":[0,8]}}""", 8, "malformed")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2147483647],"data_offsets":[0,8589934588]}}""", 8, "no valid shape")]
    [DataRow("""{"a":{"dtype":"F32","shape":[500000000],"data_offsets":[0,2000000000]}}""", 8, "but it holds 8")]
    [DataRow("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "should lie at 0 to 12")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", 8, "should lie at 0 to 4")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "should lie at 0 to 8")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "should lie at 0 to 8")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "should lie at 0 to 4")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-9223372036854775808,-9223372036854775800]}}""", 8, "should")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,-9223372036854775808]}}""", 8, "should lie at 0 to 8")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775808]}}""", 8, "malformed")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "1 data_offsets")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}""", 8, "3 data_offsets")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8.5]}}""", 8, "malformed")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":{"0":0,"1":8}}}""", 8, "malformed")]
    [DataRow( // Overlap by one element
        """
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}
        """, 12, "should lie at 8 to 16")]
    [DataRow( // A hole of one element
        """
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}
        """, 12, "should lie at 4 to 8")]
    public void Refuses_a_damaged_header_and_says_why(string header, int dataBytes, string why) =>
        AssertRefused(RawSafetensors.Build(header, dataBytes), why);

    [TestMethod]
    [DataRow(ulong.MinValue)]
    [DataRow(1ul)]
    [DataRow(9ul)] // The file holds 8 bytes behind its length.
    [DataRow(100_000_000ul)]
    [DataRow(100_000_001ul)]
    [DataRow(0x7FFFFFFFul)]
    [DataRow(0x80000000ul)]
    [DataRow(0x7FFFFFFFFFFFFFFFul)]
    [DataRow(0x8000000000000000ul)]
    [DataRow(ulong.MaxValue)]
    public void Refuses_a_header_length_that_cannot_be(ulong length)
    {
        byte[] file = RawSafetensors.Build("{      }", 0);
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        AssertRefused(file, $"{(long)length} bytes");
    }

    [TestMethod]
    public void Refuses_deep_json() => AssertRefused(
        RawSafetensors.Build(
            "{\"a\":" + string.Concat(Enumerable.Repeat("[", 100_000)) + string.Concat(Enumerable.Repeat("]", 100_000)) + "}",
            0),
        "malformed");

    [TestMethod]
    public void Refuses_text_that_is_not_utf_8()
    {
        byte[] file = RawSafetensors.Build("""{"__metadata__":{"a":"??"}}""", 0);
        file.AsSpan().Replace((byte)'?', (byte)0xFF);
        AssertRefused(file, "malformed");
    }

    [TestMethod]
    public void Refuses_every_file_that_was_cut_short()
    {
        Example().Write(_folder["a.safetensors"]);
        byte[] file = File.ReadAllBytes(_folder["a.safetensors"]);
        for (int length = 0; length < file.Length; length++)
            AssertRefused(file[..length], "");
    }

    [TestMethod]
    public void Tensors_come_in_the_order_of_their_data_whatever_the_header_s()
    {
        SafetensorsFile read = Read(RawSafetensors.Build(
            """
            {"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}
            """, [0, 0, 0, 64, 0, 0, 128, 63]));
        TestModels.AssertSequence(["a", "b"], read.Tensors.Keys);
        Assert.AreEqual(2f, read.Tensors["a"].Data.Span[0]);
        Assert.AreEqual(1f, read.Tensors["b"].Data.Span[0]);
    }

    [TestMethod]
    public void A_file_that_is_not_there_is_no_damaged_one() => Assert.ThrowsExactly<FileNotFoundException>(
        () => SafetensorsFile.Read(Path.Combine(Path.GetTempPath(), "softpool-no-such-file.safetensors")));

    [TestMethod]
    public void Overwrites_a_file_and_leaves_nothing_else_behind()
    {
        File.WriteAllText(_folder["a.safetensors"], "old");
        Example().Write(_folder["a.safetensors"]);
        Assert.AreEqual(3, SafetensorsFile.Read(_folder["a.safetensors"]).Tensors.Count);
        TestModels.AssertSequence(["a.safetensors"], _folder.FileNames);
    }

    [TestMethod]
    public void A_writing_that_fails_half_way_leaves_the_old_file_as_it_was()
    {
        File.WriteAllText(_folder["a.safetensors"], "old");
        using var broken = new BrokenMemory();
        var file = new SafetensorsFile(
            new Dictionary<string, Tensor>
            {
                ["whole"] = new(new TensorShape(100_000), new float[100_000]),
                ["broken"] = new(new TensorShape(4), broken.Memory),
            },
            new Dictionary<string, string>());

        Assert.ThrowsExactly<IOException>(() => file.Write(_folder["a.safetensors"]));

        Assert.AreEqual("old", File.ReadAllText(_folder["a.safetensors"]));
        TestModels.AssertSequence(["a.safetensors"], _folder.FileNames);
    }

    [TestMethod]
    public void A_header_longer_than_is_read_is_not_written_and_leaves_the_old_file_as_it_was()
    {
        var tensors = new Dictionary<string, Tensor>();
        int room = (4 << 20) - "{\"__metadata__\":{\"text\":\"\"}}".Length;
        new SafetensorsFile(tensors, TextOf(room)).Write(_folder["a.safetensors"]);
        Assert.AreEqual(room, SafetensorsFile.Read(_folder["a.safetensors"]).Metadata["text"].Length);

        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(
                () => new SafetensorsFile(tensors, TextOf(room + 1)).Write(_folder["a.safetensors"])).Message,
            "at most 4194304 are read back");
        Assert.AreEqual(room, SafetensorsFile.Read(_folder["a.safetensors"]).Metadata["text"].Length);
        TestModels.AssertSequence(["a.safetensors"], _folder.FileNames);

        static Dictionary<string, string> TextOf(int length) => new() { ["text"] = new string('a', length) };
    }

    [TestMethod]
    public void A_writing_to_where_no_file_can_be_leaves_nothing_behind()
    {
        Directory.CreateDirectory(_folder["a.safetensors"]);
        Assert.Throws<SystemException>(() => Example().Write(_folder["a.safetensors"]));
        Assert.IsEmpty(_folder.FileNames);
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => Example().Write(_folder["missing/a.safetensors"]));
    }

    private SafetensorsFile Read(byte[] bytes)
    {
        File.WriteAllBytes(_folder["a.safetensors"], bytes);
        return SafetensorsFile.Read(_folder["a.safetensors"]);
    }

    /// <summary>Refused, in one sentence that names the file, and without taking the memory that the file claims.</summary>
    private void AssertRefused(byte[] bytes, string why)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelFormatException e = Assert.ThrowsExactly<ModelFormatException>(
            () => Read(bytes), Encoding.UTF8.GetString(bytes.AsSpan(Math.Min(bytes.Length, 8))));
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.IsLessThan(4_000_000 + 10 * bytes.Length, taken, "Too much memory was taken for a file that is refused.");
        StringAssert.StartsWith(e.Message, "a.safetensors is no valid safetensors file: ");
        StringAssert.EndsWith(e.Message, ".");
        StringAssert.Contains(e.Message, why);
    }

    /// <summary>Four floats that cannot be read: a disk that fails in the middle of a file.</summary>
    private sealed class BrokenMemory : MemoryManager<float>
    {
        public override Memory<float> Memory => CreateMemory(4);

        public override Span<float> GetSpan() => throw new IOException("broken");

        public override MemoryHandle Pin(int elementIndex = 0) => throw new IOException("broken");

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
