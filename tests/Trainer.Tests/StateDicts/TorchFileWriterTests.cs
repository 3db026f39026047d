using System.IO.Compression;
using SoftPool.Trainer.StateDicts;

namespace SoftPool.Trainer.Tests.StateDicts;

/// <summary>What is written is what torch.save writes, as far as torch reads it.</summary>
[TestClass]
public sealed class TorchFileWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("plain.pth")]
    [DataRow("one.pth")]
    public void The_entries_are_those_of_torch_save(string name)
    {
        StateDict read = StateDict.Read(TorchFiles.Made(name));
        TorchFileWriter.Write(_folder[name], read.Tensors);
        // Another program's reader of archives.
        using ZipArchive expected = ZipFile.OpenRead(TorchFiles.Made(name)), actual = ZipFile.OpenRead(_folder[name]);
        string[] names = [.. expected.Entries.Select(entry => entry.FullName)
            .Where(entry => !entry.EndsWith("/.data/serialization_id", StringComparison.Ordinal))];
        CollectionAssert.AreEqual(names, actual.Entries.Select(entry => entry.FullName).ToArray());
        foreach (string entry in names)
            CollectionAssert.AreEqual(Bytes(expected, entry), Bytes(actual, entry), entry);
    }

    /// <summary>torch 1.13 writes no byte order and no identity, and the same for the rest.</summary>
    [TestMethod]
    public void The_bytes_are_those_of_torch_itself()
    {
        const string Name = "torch_floats.pth";
        TorchFileWriter.Write(_folder[Name], StateDict.Read(TorchFiles.Made(Name)).Tensors);
        using ZipArchive expected = ZipFile.OpenRead(TorchFiles.Made(Name)), actual = ZipFile.OpenRead(_folder[Name]);
        CollectionAssert.AreEqual(
            expected.Entries.Select(entry => entry.FullName).ToArray(),
            actual.Entries.Select(entry => entry.FullName)
                .Where(entry => !entry.EndsWith("/byteorder", StringComparison.Ordinal)).ToArray());
        foreach (ZipArchiveEntry entry in expected.Entries)
            CollectionAssert.AreEqual(
                Bytes(expected, entry.FullName), Bytes(actual, entry.FullName), entry.FullName);
    }

    [TestMethod]
    public void Storages_are_aligned_and_many_weights_are_read_back()
    {
        var weights = new Dictionary<string, Tensor>();
        for (int i = 0; i < 2100; i++)
            weights.Add($"layer{i}.ü", new Tensor(new TensorShape(i % 5 + 1, 2), new float[(i % 5 + 1) * 2].Select(
                (_, index) => i + index / 8f).ToArray()));
        weights.Add("large", new Tensor(new TensorShape(70_001), new float[70_001]));
        TorchFileWriter.Write(_folder["many.pth"], weights);
        StateDict read = StateDict.Read(_folder["many.pth"]);
        CollectionAssert.AreEqual(weights.Keys.ToArray(), read.Tensors.Keys.ToArray());
        foreach ((string name, Tensor tensor) in weights)
        {
            Assert.AreEqual(tensor.Shape, read.Tensors[name].Shape);
            Assert.IsTrue(tensor.Data.Span.SequenceEqual(read.Tensors[name].Data.Span), name);
        }
        byte[] file = File.ReadAllBytes(_folder["many.pth"]);
        int at = file.AsSpan().IndexOf("many/data/2100"u8);
        int begin = at + 14 + BitConverter.ToUInt16(file, at - 2);
        Assert.AreEqual(0, begin % 64);
    }

    private static byte[] Bytes(ZipArchive archive, string name)
    {
        using Stream entry = archive.GetEntry(name)!.Open();
        var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }
}
