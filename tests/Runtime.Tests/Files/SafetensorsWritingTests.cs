using System.Buffers;
using SoftPool.Files;
using static SoftPool.Runtime.Tests.Files.SafetensorsExample;

namespace SoftPool.Runtime.Tests.Files;

/// <summary>A file is written whole or not at all.</summary>
[TestClass]
public sealed class SafetensorsWritingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

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
