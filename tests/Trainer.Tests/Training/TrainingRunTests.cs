using SoftPool.Trainer.Data;
using SoftPool.Trainer.Reports;
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
            Directory.GetFiles(folder.Path)
                .ToDictionary(path => path, path => Convert.ToHexString(File.ReadAllBytes(path)));
    }

    [TestMethod]
    public void Cancelled_before_its_first_step_it_leaves_no_folder()
    {
        using var folder = new TemporaryFolder();
        Cancelled(folder["run"]);
        Assert.IsFalse(Directory.Exists(folder["run"]));
    }

    [TestMethod]
    public void The_validation_images_choose_the_best_epoch()
    {
        // One picture whose answer is right in one of the two sets, so that their accuracies cannot be mistaken.
        ImageSet train = new(new Size2d(4, 4), new byte[96], [0, 1]);
        ImageSet test = new(train.Size, new byte[48], [0]), validation = new(train.Size, new byte[48], [1]);
        var images = new ImageDataset("two", ["a", "b"], train, test, validation);
        using var folder = new TemporaryFolder();
        RunDescription run = RunDescription.Of("alexnet", folder["data"], images, Options with { Steps = 1 });
        TrainingRun.Execute(run, images, new RunFolder(folder.Path), from: null, CancellationToken.None);

        Checkpoint best = new RunFolder(folder.Path).ReadBest();
        Assert.AreEqual((1, "validation"), (best.Run.ValidationImages!.Value, best.Run.BestEpochBy));
        StringAssert.Contains(File.ReadAllText(folder["record.json"]), "\"BestEpochBy\": \"validation\"");
        var progress = new Progress<double>();
        double right = TestEvaluation.Run(best.Model, validation, progress, CancellationToken.None).Accuracy;
        Assert.AreEqual(right, best.State.Best!.ValidationAccuracy);
        Assert.AreEqual(1 - right, TestEvaluation.Run(best.Model, test, progress, CancellationToken.None).Accuracy);
    }

    [TestMethod]
    public void Checkpoints_are_written_between_epochs_as_often_as_asked()
    {
        ImageDataset images = ProceduralImages.Create(trainCount: 10, testCount: 10);
        using var folder = new TemporaryFolder();
        var run = new RunFolder(folder.Path);
        using var watcher = new FileSystemWatcher(folder.Path, "last.safetensors") { EnableRaisingEvents = true };
        using var cancel = new CancellationTokenSource();
        // Ended by the second checkpoint, which is neither an epoch's end nor the interruption's.
        int written = 0;
        watcher.Renamed += (_, _) =>
        {
            if (++written == 2)
                cancel.Cancel();
        };
        Assert.ThrowsExactly<OperationCanceledException>(() => TrainingRun.Execute(
            RunDescription.Of("alexnet", "procedural", images, Options with { Steps = 0, Epochs = 10_000 }), images,
            run, from: null, cancel.Token, how: new RunControl(CheckpointEvery: TimeSpan.FromTicks(1))));
        Assert.IsGreaterThanOrEqualTo(2, written);
        Assert.IsLessThanOrEqualTo(4, run.ReadLast().State.Step);
    }

    private static void Cancelled(string path)
    {
        ImageDataset images = ProceduralImages.Create(trainCount: 10, testCount: 10);
        Assert.ThrowsExactly<OperationCanceledException>(() => TrainingRun.Execute(
            RunDescription.Of("alexnet", "procedural", images, Options), images, new RunFolder(path), from: null,
            new CancellationToken(canceled: true)));
    }
}
