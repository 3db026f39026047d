using SoftPool.Trainer.Data;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class RunDescriptionTests
{
    [TestMethod]
    [DataRow("procedural", "procedural")]
    [DataRow("cifar10", "cifar10")]
    [DataRow("../set", null)]
    [DataRow("set.tar", null)]
    public void The_data_is_recorded_as_it_is_found_from_every_folder(string data, string? expected)
    {
        expected ??= Path.GetFullPath(data);
        RunDescription run = Describe(data);
        Assert.AreEqual(expected, run.Data);
        Assert.AreEqual(expected, run.GoOn(data, run.Options, step: 1).Data);
        Assert.IsNull(run.GoOn(data, run.Options, step: 1).LengthChangedAt);
        Assert.AreEqual(7, run.GoOn(data, run.Options with { Epochs = 99 }, step: 7).LengthChangedAt);
        Assert.AreEqual(expected, run.FindData());
    }

    [TestMethod]
    public void An_older_record_with_a_relative_path_that_leads_nowhere_is_one_sentence()
    {
        RunDescription run = Describe("procedural") with { Data = "some/where" };
        DatasetException e = Assert.ThrowsExactly<DatasetException>(run.FindData);
        Assert.AreEqual(
            $"The run's record names its data by a relative path, some/where, and there is nothing at "
            + $"{Path.GetFullPath("some/where")}: start from the folder in which the training was started, or say "
            + "with --data where the data is.", e.Message);
        Assert.AreEqual(".", (run with { Data = "." }).FindData());
    }

    private static RunDescription Describe(string data)
    {
        ImageSet set = new(new Size2d(1, 1), new byte[6], [0, 1]);
        return RunDescription.Of("tiny", data, new ImageDataset("two", ["a", "b"], set, set), new TrainingOptions());
    }
}
