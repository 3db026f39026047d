using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Training;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class TrainingRunTests
{
    [TestMethod]
    public void Weights_that_are_not_finite_replace_no_checkpoint_when_interrupted()
    {
        ImageDataset images = ProceduralImages.Create(trainCount: 10, testCount: 10);
        var options = new TrainingOptions { Steps = 5, BatchSize = 2, Device = "cpu" };
        RunDescription run = RunDescription.Of("alexnet", "procedural", images, options);
        using var folder = new TemporaryFolder();
        Checkpoint spoilt;
        using (var loop = new TrainingLoop(
            NetworkCatalog.Create("alexnet", images.ClassNames.Count), Preprocessing.ImageNet, images.Train, options))
        {
            using (torch.no_grad())
                loop.Network.parameters().Last().fill_(float.NaN);
            spoilt = loop.Save(run, images.ClassNames);
        }
        TrainingDivergedException e = Assert.ThrowsExactly<TrainingDivergedException>(
            () => TrainingRun.Execute(run, images, new RunFolder(folder.Path), spoilt, new CancellationToken(canceled: true)));
        Assert.AreEqual("A weight after step 0 is not finite", e.What);
        StringAssert.Contains(e.Message, "The last good checkpoint is");
        Assert.IsEmpty(folder.FileNames);
    }
}
