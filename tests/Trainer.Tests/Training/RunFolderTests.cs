using SoftPool.Trainer.Tests.Reports;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class RunFolderTests
{
    [TestMethod]
    public void A_training_that_replaces_another_leaves_nothing_of_its_best()
    {
        using var folder = new TemporaryFolder();
        TinyRun.Write(folder.Path, "data");
        var run = new RunFolder(folder.Path);
        Assert.AreEqual(10, run.ReadBest().State.Step);
        // Interrupted in its first epoch, so without a best of its own.
        run.Write(new Checkpoint(
            TinyRun.Description(), new TrainingState { Step = 3, EpochSteps = 3 }, TinyRun.Model("blue", "green", "red"),
            new Dictionary<string, Tensor>()));
        Assert.AreEqual(3, run.ReadBest().State.Step);
        CollectionAssert.DoesNotContain(folder.FileNames, "best.safetensors");
    }

    [TestMethod]
    public void What_a_kill_in_the_midst_of_writing_left_is_deleted_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        folder.Write("last.safetensors.k2q0xvzy.4ab.tmp", "the half of a checkpoint");
        folder.Write("best.safetensors.mmd5f0ab.h1c.tmp", "the half of a checkpoint");
        folder.Write("last.safetensors.20260102.bak", "a copy of the user's");
        TinyRun.Write(folder.Path, "data");
        CollectionAssert.AreEqual(
            (string[])["best.safetensors", "history.csv", "last.safetensors", "last.safetensors.20260102.bak", "losses.csv", "record.json"],
            folder.FileNames);
    }
}
