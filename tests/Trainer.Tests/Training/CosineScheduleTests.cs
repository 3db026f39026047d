using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class CosineScheduleTests
{
    [TestMethod]
    public void The_schedule_rises_linearly_and_falls_along_a_cosine()
    {
        var schedule = new CosineSchedule(0.4, 12, 4);
        double[] expected = [0.1, 0.2, 0.3, 0.4, 0.4];
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], schedule.At(i), 1e-12);
        Assert.AreEqual(0.2, schedule.At(8), 1e-12);
        Assert.AreEqual(0, schedule.At(12), 1e-12);
    }
}
