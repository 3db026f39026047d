using SoftPool.Trainer.Training;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class LossScaleTests
{
    [TestMethod]
    public void An_overflowing_gradient_leaves_the_step_out_and_halves_the_factor()
    {
        var state = new TrainingState { LossScale = 1024 };
        using torch.Tensor good = torch.tensor(new float[] { 1024, -2048 });
        Assert.IsTrue(LossScale.Unscale(state, [good]));
        CollectionAssert.AreEqual(new float[] { 1, -2 }, good.data<float>().ToArray());
        using torch.Tensor bad = torch.tensor(new float[] { 1, float.PositiveInfinity });
        Assert.IsFalse(LossScale.Unscale(state, [good, bad]));
        Assert.AreEqual(512, state.LossScale);
        Assert.AreEqual(1, state.StepsLeftOut);
    }

    [TestMethod]
    public void Gradients_that_no_factor_makes_finite_stop_the_training()
    {
        var state = new TrainingState { Step = 40 };
        using torch.Tensor bad = torch.tensor(float.NaN);
        for (int halvings = 0; halvings < 16 + 24; halvings++)
            Assert.IsFalse(LossScale.Unscale(state, [bad]));
        Assert.AreEqual(Math.ScaleB(1, -24), state.LossScale);
        StringAssert.StartsWith(
            Assert.ThrowsExactly<TrainingDivergedException>(() => LossScale.Unscale(state, [bad])).What,
            "A gradient of step 41 is not finite even with the loss times ");
    }
}
