using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Data;

[TestClass]
public sealed class ClassNameTests
{
    [TestMethod]
    [DataRow("cat", "cat")]
    [DataRow("cafe\u0301", "caf\u00E9")]
    [DataRow("caf\u00E9", "caf\u00E9")]
    // Marks of two classes in both orders, and one that blocks another of its class.
    [DataRow("a\u0323\u0302", "\u1EAD")]
    [DataRow("a\u0302\u0323", "\u1EAD")]
    [DataRow("a\u0307\u0302", "\u0227\u0302")]
    // Hangul, kana with its mark, and what composes to nothing.
    [DataRow("\u1112\u1161\u11AB", "\uD55C")]
    [DataRow("\u30CF\u309A", "\u30D1")]
    [DataRow("\u732B\u0301", "\u732B\u0301")]
    // The kelvin sign is a K; what Unicode excludes from composition stays apart.
    [DataRow("\u212A", "K")]
    [DataRow("\u0958", "\u0915\u093C")]
    [DataRow("\U0001D15E", "\U0001D157\U0001D165")]
    public void A_name_comes_to_its_composed_form(string folder, string expected) =>
        Assert.AreEqual(expected, ClassName.Of(folder));

    [TestMethod]
    public void Names_that_look_alike_are_told_apart() =>
        Assert.AreEqual(@"cafe\u0301", ClassName.Escaped("cafe\u0301"));
}
