using SoftPool.Trainer.Commands;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class AllocatorTests
{
    [TestMethod]
    public void Glibc_does_as_told() => Assert.AreEqual(File.Exists("/etc/debian_version"), Allocator.KeepBigBlocks());

    /// <summary>Only the program's first thread keeps big blocks for sure: a command that goes to another has not ended when the call
    /// returns.</summary>
    [TestMethod]
    [DataRow("train", "--resume", "missing")]
    [DataRow("report", "missing")]
    [DataRow("compare", "missing", "missing as well")]
    [DataRow("quickstart", "--data", "missing")]
    public void A_command_computes_on_the_thread_that_calls_it(params string[] arguments)
    {
        Task<int> command = CommandLine.RunAsync(arguments);
        Assert.IsTrue(command.IsCompleted);
        Assert.AreEqual(1, command.Result);
    }
}
