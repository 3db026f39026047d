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
            TinyRun.Description(), new TrainingState { Step = 3, EpochSteps = 3 },
            TinyRun.Model("blue", "green", "red"),
            new Dictionary<string, Tensor>()));
        Assert.AreEqual(3, run.ReadBest().State.Step);
        CollectionAssert.DoesNotContain(folder.FileNames, "best.safetensors");
    }

    [TestMethod]
    public void The_tables_have_a_line_an_epoch_and_a_line_a_loss()
    {
        using var folder = new TemporaryFolder();
        TinyRun.Write(folder.Path, "data");
        CollectionAssert.AreEqual(
            (string[])
            [
                "epoch,step,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,"
                + "images_per_second,seconds",
                "1,10,0.001,2,0.2500,1.5,0.7500,100.0,60.0",
                "2,20,0.0001,1,0.5000,1.25,0.5000,200.0,65.0",
            ],
            File.ReadAllLines(folder["history.csv"]));
        CollectionAssert.AreEqual((string[])["step,loss", "1,3", "11,1.5"], File.ReadAllLines(folder["losses.csv"]));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("new")]
    [DataRow("new/and/deep/")]
    public void A_folder_that_can_be_written_to_is_left_as_it_was(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write("notes.txt", "the user's");
        new RunFolder(folder[name]).CheckWritable();
        Assert.AreEqual(folder["notes.txt"], Directory.GetFileSystemEntries(folder.Path).Single());
    }

    [TestMethod]
    [DataRow("file")]
    [DataRow("file/below")]
    public void A_file_is_no_folder(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write("file", "the user's");
        UserErrorException e = Assert.ThrowsExactly<UserErrorException>(
            () => new RunFolder(folder[name]).CheckWritable());
        StringAssert.StartsWith(e.Message, $"A training needs a folder to write to; {folder[name]} cannot be used: ");
        Assert.AreEqual("the user's", File.ReadAllText(folder["file"]));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("runs/alexnet-softpool_2.b", "runs/alexnet-softpool_2.b")]
    [DataRow("my run", "'my run'")]
    [DataRow("it's $HOME", @"'it'\''s $HOME'")]
    public void A_path_is_quoted_for_the_shell_where_it_needs_that(string path, string expected) =>
        Assert.AreEqual(expected, new RunFolder(path).PathInShell);

    [TestMethod]
    public void What_a_kill_in_the_midst_of_writing_left_is_deleted_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        folder.Write("last.safetensors.k2q0xvzy.4ab.tmp", "the half of a checkpoint");
        folder.Write("best.safetensors.mmd5f0ab.h1c.tmp", "the half of a checkpoint");
        foreach (string name in (string[])["record.json", "history.csv", "losses.csv"])
            folder.Write($"{name}.mmd5f0ab.h1c.tmp", "the half of a file");
        foreach (string leftover in Directory.GetFiles(folder.Path))
            File.SetLastWriteTimeUtc(leftover, DateTime.UtcNow.AddMinutes(-1));
        folder.Write("last.safetensors.20260102.bak", "a copy of the user's");
        TinyRun.Write(folder.Path, "data");
        CollectionAssert.AreEqual(
            (string[])
            [
                "best.safetensors", "history.csv", "last.safetensors", "last.safetensors.20260102.bak", "losses.csv",
                "record.json",
            ],
            folder.FileNames);
    }
}
