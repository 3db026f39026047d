using SoftPool.Trainer.Training;
using static SoftPool.Trainer.Tests.Training.TinyTraining;

namespace SoftPool.Trainer.Tests.Training;

/// <summary>A training ends where a loss or a weight is not finite, and nothing of that is saved.</summary>
[TestClass]
public sealed class TrainingDivergenceTests
{
    [TestMethod]
    public void A_loss_that_is_not_finite_stops_the_training_and_leaves_the_weights()
    {
        using TrainingLoop loop = Loop(Options);
        loop.Next();
        loop.Next();
        loop.Network.parameters().Last().Fill(double.PositiveInfinity);
        float[] before = loop.Network.parameters().First().data<float>().ToArray();
        TrainingDivergedException e = Assert.ThrowsExactly<TrainingDivergedException>(() => loop.Next());
        StringAssert.StartsWith(e.What, "The loss of step 3 is ");
        Assert.AreEqual(2, loop.State.Step);
        CollectionAssert.AreEqual(before, loop.Network.parameters().First().data<float>().ToArray());
    }

    [TestMethod]
    public void A_weight_that_is_not_finite_is_not_saved()
    {
        using TrainingLoop loop = Loop(Options);
        loop.Next();
        loop.Network.parameters().Last().Fill(double.NaN);
        Assert.AreEqual(
            "A weight after step 1 is not finite",
            Assert.ThrowsExactly<TrainingDivergedException>(() => loop.Save(Run(Options), Classes)).What);
    }

    [TestMethod]
    public void A_validation_loss_that_is_not_finite_stops_the_training()
    {
        using TrainingLoop loop = Loop(Options);
        loop.Next();
        loop.Network.parameters().Last().Fill(double.PositiveInfinity);
        TrainingDivergedException e = Assert.ThrowsExactly<TrainingDivergedException>(() => loop.Evaluate(Images()));
        Assert.AreEqual("The validation loss after step 1 is NaN", e.What);
    }
}
