using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Tests.Reports;

[TestClass]
public sealed class DurationTests
{
    [TestMethod]
    [DataRow(0, "0:00 min")]
    [DataRow(425, "7:05 min")]
    [DataRow(3599, "59:59 min")]
    [DataRow(3600, "1:00 h")]
    [DataRow(26 * 3600 + 7 * 60 + 59, "26:07 h")]
    public void Nothing_wraps(int seconds, string expected) =>
        Assert.AreEqual(expected, Duration.Of(TimeSpan.FromSeconds(seconds)));
}
