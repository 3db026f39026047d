using SoftPool.Vulkan;

namespace SoftPool.Tools.Tests;

[TestClass]
public sealed class PackedSpirvTests
{
    private static readonly uint[] Header = [0x07230203, 0x00010300, 13, 100, 0];

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(5)]
    [DataRow(6)]
    [DataRow(1 << 20, DisplayName = "zeros, which become far less than any guess")]
    public void A_module_of_any_length_comes_back(int count)
    {
        var words = new uint[count];
        for (int i = 0; i < Math.Min(count, 6); i++)
            words[i] = 0x07230203u * (uint)(i + 1);

        CollectionAssert.AreEqual(words, PackedSpirv.Unpack(PackedSpirv.Pack(words)));
    }

    [TestMethod]
    [DataRow(new uint[] { 0x0003_0014, 7, 0xffff_ffff, 0x0003_0014, 8, 0, 0x0003_0014, 6, 1 }, DisplayName = "one opcode")]
    [DataRow(new uint[] { 0x0002_0014, 7, 0x0004_0014, 9, 8, 7, 0x0001_0014, 0x0003_0014, 1, 2 }, DisplayName = "lengths")]
    [DataRow(new uint[] { 0x0002_0014, 7, 0x0002_0015, 9, 0x0002_0014, 3 }, DisplayName = "two opcodes")]
    [DataRow(new uint[] { 0x0000_0014, 0x0000_0014, 0x0002_0014, 5 }, DisplayName = "no length")]
    [DataRow(new uint[] { 0x0002_0014, 7, 0xffff_0014, 9, 8 }, DisplayName = "a length behind the end")]
    public void Instructions_come_back_whatever_they_are(uint[] instructions)
    {
        uint[] words = [.. Header, .. instructions];

        CollectionAssert.AreEqual(words, PackedSpirv.Unpack(PackedSpirv.Pack(words)));
    }

    [TestMethod]
    public void Instructions_that_count_up_become_next_to_nothing()
    {
        uint[] words =
        [
            .. Header,
            .. Enumerable.Range(0, 10_000).SelectMany(i => new[] { 0x0003_0014u, 3u * (uint)i, (uint)(i * 7) }),
        ];

        Assert.IsLessThan(100, PackedSpirv.Pack(words).Length);
    }

    [TestMethod]
    public void What_is_not_packed_is_named() =>
        Assert.Contains(
            "no Brotli stream",
            Assert.ThrowsExactly<InvalidDataException>(() => PackedSpirv.Unpack([7, 7, 7, 7])).Message);
}
