using SoftPool.Trainer.Data;
using SoftPool.Trainer.Tests.Reports;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class TrainingRunTests
{
    private static readonly TrainingOptions Options = new() { Steps = 5, BatchSize = 2, Device = "cpu" };

    [TestMethod]
    public void Cancelled_before_its_first_step_it_leaves_another_training_as_it_was()
    {
        using var folder = new TemporaryFolder();
        TinyRun.Write(folder.Path, "data");
        Dictionary<string, string> before = Contents();
        Cancelled(folder.Path);
        CollectionAssert.AreEquivalent(before, Contents());

        Dictionary<string, string> Contents() =>
            Directory.GetFiles(folder.Path).ToDictionary(path => path, path => Convert.ToHexString(File.ReadAllBytes(path)));
    }

    [TestMethod]
    public void Cancelled_before_its_first_step_it_leaves_no_folder()
    {
        using var folder = new TemporaryFolder();
        Cancelled(folder["run"]);
        Assert.IsFalse(Directory.Exists(folder["run"]));
    }

    private static void Cancelled(string path)
    {
        ImageDataset images = ProceduralImages.Create(trainCount: 10, testCount: 10);
        Assert.ThrowsExactly<OperationCanceledException>(() => TrainingRun.Execute(
            RunDescription.Of("alexnet", "procedural", images, Options), images, new RunFolder(path), from: null,
            new CancellationToken(canceled: true)));
    }
}
