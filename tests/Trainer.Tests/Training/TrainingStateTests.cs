using SoftPool.Trainer.Tests.Reports;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class TrainingStateTests
{
    [TestMethod]
    public void However_long_a_training_its_checkpoint_can_be_read_and_its_losses_are_evenly_apart()
    {
        using var folder = new TemporaryFolder();
        var run = new RunFolder(folder.Path);
        var state = new TrainingState();
        for (int part = 0; part < 5; part++)
        {
            for (int i = 0; i < 400_001; i++)
                state.Add(loss: 1f / (3 + state.Step), right: 1, seconds: 1);
            // Resumed in between, and not at a step whose loss is kept.
            run.Write(new Checkpoint(
                TinyRun.Description(), state, TinyRun.Model("blue", "green", "red"), new Dictionary<string, Tensor>()));
            state = run.ReadLast().State;
        }
        Assert.AreEqual(2_000_005, state.Step);
        // Of every tenth step there would be 200,001: every 320th is the first choice that leaves no more than 10,000.
        CollectionAssert.AreEqual(
            Enumerable.Range(0, 6251).Select(i => 320 * i + 1).ToArray(),
            state.Losses.Select(kept => kept.Step).ToArray());
        foreach (StepLoss kept in state.Losses)
            Assert.AreEqual(1f / (2 + kept.Step), kept.Loss);
    }

    [TestMethod]
    public void Up_to_ten_thousand_losses_every_tenth_is_kept()
    {
        var state = new TrainingState();
        for (int i = 0; i < 100_000; i++)
            state.Add(loss: i, right: 1, seconds: 1);
        Assert.HasCount(10_000, state.Losses);
        Assert.AreEqual(new StepLoss(99_991, 99_990), state.Losses[^1]);
        state.Add(loss: 100_000, right: 1, seconds: 1);
        Assert.HasCount(5_001, state.Losses);
        Assert.AreEqual(new StepLoss(100_001, 100_000), state.Losses[^1]);
    }
}
