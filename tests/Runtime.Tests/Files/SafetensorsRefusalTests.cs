using System.Buffers.Binary;
using System.Text;
using static SoftPool.Runtime.Tests.Files.SafetensorsExample;

namespace SoftPool.Runtime.Tests.Files;

/// <summary>A damaged file is refused, and the message says what is wrong.</summary>
[TestClass]
public sealed class SafetensorsRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_folder_is_called_a_folder() => Assert.AreEqual(
        $"{_folder["."]} is a folder; a safetensors file is expected.",
        Assert.ThrowsExactly<ModelFormatException>(() => Model.Load(_folder["."])).Message);

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
    [DataRow("""{"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}""", 8, "I32; F32, F16, BF16 or F64 is expected")]
    [DataRow("""{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""", 8, "it should lie at 0 to 16")]
    [DataRow("""{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,8]}}""", 8, "it should lie at 0 to 4")]
    [DataRow("""{"step":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}""", 8, "tensor step is of dtype I64")]
    [DataRow("""{"bn.num_batches_tracked":{"dtype":"I64","shape":[2],"data_offsets":[0,16]}}""", 16,
        "a scalar is expected")]
    [DataRow("""{"bn.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}""", 4, "but it holds 4")]
    [DataRow("""{"a":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}""", 8, "f32")]
    [DataRow("""{"a":{"dtype":null,"shape":[2],"data_offsets":[0,8]}}""", 8, "F32, F16, BF16 or F64 is expected")]
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
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-9223372036854775808,-9223372036854775800]}}""", 8,
        "should")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,-9223372036854775808]}}""", 8,
        "should lie at 0 to 8")]
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
        AssertRefused(file, $"{length} bytes");
    }

    [TestMethod]
    public void Refuses_deep_json() => AssertRefused(
        RawSafetensors.Build(
            "{\"a\":" + string.Concat(Enumerable.Repeat("[", 100_000))
                + string.Concat(Enumerable.Repeat("]", 100_000)) + "}",
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

    /// <summary>Refused, in one sentence that names the file, and without taking the memory that the file
    /// claims.</summary>
    private void AssertRefused(byte[] bytes, string why)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        ModelFormatException e = Assert.ThrowsExactly<ModelFormatException>(
            () => Read(_folder, bytes), Encoding.UTF8.GetString(bytes.AsSpan(Math.Min(bytes.Length, 8))));
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.IsLessThan(
            4_000_000 + 10 * bytes.Length, taken, "Too much memory was taken for a file that is refused.");
        StringAssert.StartsWith(e.Message, "a.safetensors is no valid safetensors file: ");
        StringAssert.EndsWith(e.Message, ".");
        StringAssert.Contains(e.Message, why);
    }
}
