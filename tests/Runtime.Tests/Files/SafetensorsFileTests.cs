using System.Buffers.Binary;
using System.Text.Json;
using SoftPool.Files;
using static SoftPool.Runtime.Tests.Files.SafetensorsExample;

namespace SoftPool.Runtime.Tests.Files;

/// <summary>What is written is read again, and keeps the rules of the format.</summary>
[TestClass]
public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

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
        Assert.AreEqual("a \"b\" \\ \n \u00e9\U0001F600", header.GetProperty("__metadata__")
            .GetProperty("text").GetString());
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
        SafetensorsFile file = Read(_folder, RawSafetensors.Build(
            """
            {"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},
             "a":{"shape":[2],"data_offsets":[0,8],"dtype":"F32"}}
            """ + "   ", data));
        TestModels.AssertSequence<float>([1, 2], file.Tensors["a"].Data.ToArray());
        TestModels.AssertSequence<float>([3], file.Tensors["b"].Data.ToArray());
        Assert.IsEmpty(file.Metadata);
    }

    [TestMethod]
    public void Tensors_come_in_the_order_of_their_data_whatever_the_header_s()
    {
        SafetensorsFile read = Read(_folder, RawSafetensors.Build(
            """
            {"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}
            """, [0, 0, 0, 64, 0, 0, 128, 63]));
        TestModels.AssertSequence(["a", "b"], read.Tensors.Keys);
        Assert.AreEqual(2f, read.Tensors["a"].Data.Span[0]);
        Assert.AreEqual(1f, read.Tensors["b"].Data.Span[0]);
    }

    /// <summary>What PyTorch saves of a network in 16 bits that has a batch norm; the values are exact.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Halves_become_floats_and_batch_norms_counters_are_passed_over(bool fromPipe)
    {
        byte[] data =
        [
            .. BitConverter.GetBytes((Half)1.5f), .. BitConverter.GetBytes((Half)(-65504f)),
            .. BitConverter.GetBytes(Half.Epsilon),
            0x80, 0x3F, 0x81, 0xBF, .. BitConverter.GetBytes(7L), .. BitConverter.GetBytes(3f),
        ];
        byte[] bytes = RawSafetensors.Build(
            """
            {"half":{"dtype":"F16","shape":[3],"data_offsets":[0,6]},
             "brain":{"dtype":"BF16","shape":[2,1],"data_offsets":[6,10]},
             "bn.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[10,18]},
             "last":{"dtype":"F32","shape":[],"data_offsets":[18,22]}}
            """, data);
        SafetensorsFile file = fromPipe ? SafetensorsFile.Read(new OneWay(bytes), "pipe") : Read(_folder, bytes);
        TestModels.AssertSequence<float>([1.5f, -65504, 5.9604645e-8f], file.Tensors["half"].Data.ToArray());
        TestModels.AssertSequence<float>([1, -1.0078125f], file.Tensors["brain"].Data.ToArray());
        TestModels.AssertSequence<float>([3], file.Tensors["last"].Data.ToArray());
        Assert.HasCount(3, file.Tensors);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Doubles_are_rounded_to_floats_and_refused_where_none_can_hold_them(bool fromPipe)
    {
        // More than are read at once.
        double[] wide = [0.1, -1e-300, double.NaN, double.PositiveInfinity, .. Enumerable.Range(0, 20_000)];
        byte[] data = [.. wide.SelectMany(BitConverter.GetBytes)];
        string header = $$$"""{"a":{"dtype":"F64","shape":[{{{wide.Length}}}],"data_offsets":[0,{{{data.Length}}}]}}""";
        CollectionAssert.AreEqual(
            wide.Select(number => (float)number).ToArray(), ReadFrom().Tensors["a"].Data.ToArray());
        BitConverter.TryWriteBytes(data.AsSpan(19_000 * sizeof(double)), -3.5e38);
        ModelFormatException e = Assert.ThrowsExactly<ModelFormatException>(() => ReadFrom());
        StringAssert.Contains(e.Message, "its tensor a holds -3.5E+38, which no 32-bit float can");

        SafetensorsFile ReadFrom() => fromPipe
            ? SafetensorsFile.Read(new OneWay(RawSafetensors.Build(header, data)), "pipe")
            : Read(_folder, RawSafetensors.Build(header, data));
    }

    [TestMethod]
    public void A_file_of_no_tensors_is_valid() => Assert.IsEmpty(Read(_folder, RawSafetensors.Build("{}", 0)).Tensors);

    [TestMethod]
    public void A_file_that_is_not_there_is_no_damaged_one() => Assert.ThrowsExactly<FileNotFoundException>(
        () => SafetensorsFile.Read(Path.Combine(Path.GetTempPath(), "softpool-no-such-file.safetensors")));

    /// <summary>A stream that does not seek.</summary>
    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
