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
    [DataRow(1 << 20, DisplayName = "zeros")]
    public void A_module_of_any_length_comes_back(int count)
    {
        var words = new uint[count];
        for (int i = 0; i < Math.Min(count, 6); i++)
            words[i] = 0x07230203u * (uint)(i + 1);

        CollectionAssert.AreEqual(words, PackedSpirv.Unpack(PackedSpirv.Pack([("a", words)]), "a"));
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

        CollectionAssert.AreEqual(words, PackedSpirv.Unpack(PackedSpirv.Pack([("a", words)]), "a"));
    }

    [TestMethod]
    public void Instructions_that_count_up_become_next_to_nothing()
    {
        uint[] words =
        [
            .. Header,
            .. Enumerable.Range(0, 10_000).SelectMany(i => new[] { 0x0003_0014u, 3u * (uint)i, (uint)(i * 7) }),
        ];

        Assert.IsLessThan(100, PackedSpirv.Pack([("a", words)]).Length);
    }

    [TestMethod]
    public void Of_several_modules_each_comes_back_by_its_name()
    {
        uint[][] words = [[.. Header, 0x0002_0014, 7], [], [.. Header, 0x0002_0014, 9, 0x0002_0014, 4]];

        byte[] packed = PackedSpirv.Pack([("a", words[0]), ("a_texel", words[1]), ("a.fp16", words[2])]);

        Assert.AreEqual("a a_texel a.fp16", string.Join(' ', PackedSpirv.Names(packed)));
        CollectionAssert.AreEqual(words[0], PackedSpirv.Unpack(packed, "a"));
        CollectionAssert.AreEqual(words[1], PackedSpirv.Unpack(packed, "a_texel"));
        CollectionAssert.AreEqual(words[2], PackedSpirv.Unpack(packed, "a.fp16"));
        Assert.IsNull(PackedSpirv.Unpack(packed, "b"));
    }

    [TestMethod]
    public void Modules_that_are_alike_take_little_more_than_one()
    {
        var random = new Random(1);
        uint[] words = [.. Header, .. Enumerable.Range(0, 10_000).Select(_ => 0x0001_0000u | (uint)random.Next(1 << 16))];

        int one = PackedSpirv.Pack([("a", words)]).Length;

        Assert.IsLessThan(one + 100, PackedSpirv.Pack([("a", words), ("b", words)]).Length);
    }

    [TestMethod]
    [DataRow(new byte[] { 1, 0, 0, 0, 1, 97, 2, 0, 0, 0, 7, 7, 7, 7 }, "no Brotli stream of 8 bytes", DisplayName = "words")]
    [DataRow(new byte[] { 7, 7, 7, 7 }, "from 0 to 16 is 117901063", DisplayName = "modules")]
    [DataRow(new byte[] { 1, 0, 0, 0, 1, 97, 0, 0, 0, 128 }, "is -2147483648 there", DisplayName = "length")]
    [DataRow(new byte[] { 2, 0, 0, 0, 1, 97, 2, 0, 0, 0 }, "do not begin with names", DisplayName = "end")]
    [DataRow(
        new byte[] { 1, 0, 0, 0, 255, 255, 255, 255, 15 }, "do not begin with names", DisplayName = "length of a name")]
    public void What_is_not_packed_is_named(byte[] packed, string text) =>
        Assert.Contains(
            text, Assert.ThrowsExactly<InvalidDataException>(() => PackedSpirv.Unpack(packed, "a")).Message);

    [TestMethod]
    public void What_is_cut_off_is_named()
    {
        byte[] packed = PackedSpirv.Pack([("a", [.. Header, .. Enumerable.Range(0, 1000).Select(i => (uint)(i * i))])]);

        for (int length = 0; length < packed.Length; length++)
            Assert.ThrowsExactly<InvalidDataException>(() => PackedSpirv.Unpack(packed[..length], "a"), $"{length}");
    }
}
