using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class AllocatorTests
{
    [TestMethod]
    public void Glibc_does_as_told() => Assert.AreEqual(File.Exists("/etc/debian_version"), Allocator.KeepBigBlocks());
}
