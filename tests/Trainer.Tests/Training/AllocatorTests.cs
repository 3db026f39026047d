using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using SoftPool.Trainer.Commands;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class AllocatorTests
{
    [TestMethod]
    public void Glibc_does_as_told() => Assert.AreEqual(File.Exists("/etc/debian_version"), Allocator.KeepBigBlocks());

    /// <summary>Only the program's first thread keeps big blocks for sure. Where a command computes shows in where it
    /// first throws, whether it then waits for another thread or not.</summary>
    [TestMethod]
    [DataRow("train", "--resume", "missing")]
    [DataRow("report", "missing")]
    [DataRow("compare", "missing", "missing as well")]
    [DataRow("quickstart", "--data", "missing")]
    public void A_command_computes_on_the_thread_that_calls_it(params string[] arguments)
    {
        int caller = Environment.CurrentManagedThreadId;
        var throwing = new ConcurrentQueue<int>();
        AppDomain.CurrentDomain.FirstChanceException += Note;
        Task<int> command = CommandLine.RunAsync(arguments);
        AppDomain.CurrentDomain.FirstChanceException -= Note;
        Assert.IsTrue(command.IsCompleted);
        Assert.AreEqual(1, command.Result);
        Assert.IsTrue(throwing.TryPeek(out int first));
        Assert.AreEqual(caller, first);

        void Note(object? sender, FirstChanceExceptionEventArgs e)
        {
            if (e.Exception is UserErrorException or DatasetException or SoftPoolException)
                throwing.Enqueue(Environment.CurrentManagedThreadId);
        }
    }
}
