using System.Text.Json;

namespace SoftPool.Runtime.Tests;

[TestClass]
public sealed class Size2dTests
{
    [TestMethod]
    public void An_integer_is_a_square()
    {
        Size2d size = 3;
        Assert.AreEqual(new Size2d(3, 3), size);
        Assert.AreEqual("3", size.ToString());
        Assert.AreEqual("3x5", new Size2d(3, 5).ToString());
    }

    [TestMethod]
    [DataRow("[3,5]", 3, 5)]
    [DataRow("[-1,0]", -1, 0)] // A size is any pair: the operators say which they take.
    [DataRow("4", 4, 4)]
    public void Is_read_from_an_integer_or_a_pair(string json, int height, int width) =>
        Assert.AreEqual(new Size2d(height, width), JsonSerializer.Deserialize<Size2d>(json));

    [TestMethod]
    public void Is_written_as_a_pair_height_first() =>
        Assert.AreEqual("[3,5]", JsonSerializer.Serialize(new Size2d(3, 5)));

    [TestMethod]
    [DataRow("[]")]
    [DataRow("[3]")]
    [DataRow("[3,5,7]")]
    [DataRow("[3,\"5\"]")]
    [DataRow("[3,[5]]")]
    [DataRow("3.5")]
    [DataRow("99999999999")]
    [DataRow("\"3\"")]
    [DataRow("null")]
    [DataRow("{}")]
    public void Json_of_another_kind_is_refused(string json) =>
        Assert.ThrowsExactly<JsonException>(() => JsonSerializer.Deserialize<Size2d>(json));
}
