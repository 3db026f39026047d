using System.IO.Compression;
using System.Text;
using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Files;

/// <summary>Models that come from elsewhere than a file: archives, resources, pipes, memory.</summary>
[TestClass]
public sealed class ModelStreamTests : IDisposable
{
    private static readonly Model Example = TestModels.WithWeights(TestModels.EveryOperator());

    // More than what is read of a pipe's tensor at once.
    private static readonly Model Large = TestModels.WithWeights(
        TestModels.Sequential(new TensorShape(1500), new Linear(1500, 1500)));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_model_is_read_from_memory_a_stream_the_middle_of_one_and_one_that_cannot_seek(bool large)
    {
        Model expected = large ? Large : Example;
        byte[] bytes = Save(expected);
        Check(Model.Load(bytes));
        Check(Model.Load(new byte[8].Concat(bytes).ToArray().AsMemory(8)));
        using (var stream = new MemoryStream(bytes))
        {
            Check(Model.Load(stream));
            Assert.IsTrue(stream.CanRead);
        }
        using (var stream = new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 })
            Check(Model.Load(stream));
        using (var archive = new ZipArchive(Zipped(bytes)))
        using (Stream entry = archive.GetEntry("model")!.Open())
            Check(Model.Load(entry));
        using (var stream = new Dripping(bytes))
            Check(Model.Load(stream));

        void Check(Model read)
        {
            foreach ((string name, Tensor tensor) in expected.Weights)
                TestModels.AssertSequence(tensor.Data.Span, read.Weights[name].Data.ToArray());
        }
    }

    [TestMethod]
    public void What_is_cut_short_or_goes_on_is_refused_wherever_it_comes_from()
    {
        byte[] bytes = Save(Example);
        int[] lengths = [0, 7, 8, 100, bytes.Length / 2, bytes.Length - 1];
        foreach (byte[] wrong in (byte[][])[.. lengths.Select(length => bytes[..length]), [.. bytes, 0]])
        {
            Assert.ThrowsExactly<ModelFormatException>(() => Model.Load(wrong), $"{wrong.Length} bytes of memory");
            using var stream = new Dripping(wrong);
            Assert.ThrowsExactly<ModelFormatException>(() => Model.Load(stream), $"{wrong.Length} bytes of a pipe");
        }
    }

    /// <summary>A header of a few bytes may claim gigabytes that a pipe need not have.</summary>
    [TestMethod]
    public void A_pipe_takes_no_memory_for_what_does_not_come()
    {
        byte[] bytes = RawSafetensors.Build(
            """{"a":{"dtype":"F32","shape":[500000000],"data_offsets":[0,2000000000]}}""", [0, 0, 0, 0]);
        using var stream = new Dripping(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsExactly<ModelFormatException>(() => Model.Load(stream));
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.IsLessThan(16_000_000, taken);
    }

    [TestMethod]
    public void A_pipe_that_claims_a_header_of_gigabytes_is_refused()
    {
        using var stream = new Dripping([.. BitConverter.GetBytes(4_000_000_000L), .. Encoding.UTF8.GetBytes("{}")]);
        StringAssert.Contains(
            Assert.ThrowsExactly<ModelFormatException>(() => Model.Load(stream)).Message, "4000000000");
    }

    private byte[] Save(Model model)
    {
        model.Save(_folder["model"]);
        return File.ReadAllBytes(_folder["model"]);
    }

    private static MemoryStream Zipped(byte[] bytes)
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        using (Stream entry = archive.CreateEntry("model").Open())
            entry.Write(bytes);
        zip.Position = 0;
        return zip;
    }

    /// <summary>Cannot seek, and gives less than it is asked for, as pipes do.</summary>
    private sealed class Dripping(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 4093)]);
    }
}
