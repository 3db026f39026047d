using System.Security.Cryptography;
using System.Text;
using SoftPool.Files;

namespace SoftPool.Runtime.Tests.Files;

[TestClass]
public sealed class Sha256Tests
{
    // The examples of FIPS 180-2.
    [TestMethod]
    [DataRow("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [DataRow("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [DataRow("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void Gives_the_standard_s_examples(string text, string hash) =>
        Assert.AreEqual(hash, Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(text))));

    [TestMethod]
    public void Gives_what_dotNET_gives_for_every_length_around_a_block()
    {
        byte[] data = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * i + 7 * i))];
        for (int length = 0; length < 200; length++)
            CollectionAssert.AreEqual(SHA256.HashData(data.AsSpan(0, length)), Sha256.Hash(data.AsSpan(0, length)));
        CollectionAssert.AreEqual(SHA256.HashData(data), Sha256.Hash(data));
    }
}
