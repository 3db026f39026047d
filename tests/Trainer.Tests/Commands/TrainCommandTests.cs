using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Tests.Data;
using SoftPool.Trainer.Tests.Reports;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>train as a user starts it: what a resumption goes on with, and what it does to a folder in use.</summary>
[TestClass]
public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Resume_keeps_device_and_threads_unless_they_are_given_and_tells_of_the_machine_of_now()
    {
        Pictures.WriteColours(_folder["colours"]);
        ImageDataset colours = DatasetSource.Load(_folder["colours"]);
        var options = new TrainingOptions { Steps = 1, BatchSize = 3, Device = "cpu", Threads = 7 };
        RunDescription run = RunDescription.Of("alexnet", _folder["colours"], colours, options);
        StringAssert.EndsWith(run.Hardware, ", 7 threads");
        var folder = new RunFolder(_folder["run"]);
        using (var loop = new TrainingLoop(
            NetworkCatalog.Create("alexnet", 3), Preprocessing.ImageNet, colours.Train, options with { Threads = 0 }))
            folder.Write(loop.Save(run with { Hardware = "an abacus", Software = "beads" }, colours.ClassNames));

        Command command = Softpool("train", "--resume", folder.Path);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, ", 7 threads");
        RunDescription resumed = folder.ReadLast().Run;
        Assert.AreEqual(run, resumed with { Started = run.Started });

        command = Softpool("train", "--resume", folder.Path, "--threads", "5");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, ", 5 threads");
    }

    [TestMethod]
    [DataRow("last.safetensors", true)]
    [DataRow("best.safetensors", false)]
    [DataRow("record.json", false)]
    public void A_folder_in_use_is_left_alone(string only, bool resumable)
    {
        TinyRun.Write(_folder["run"], _folder["colours"]);
        foreach (string name in Directory.GetFiles(_folder["run"]).Where(name => Path.GetFileName(name) != only))
            File.Delete(name);
        Command command = Softpool("train", "-o", _folder["run"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "holds a training already");
        Assert.AreEqual(resumable, command.Output.Contains("--resume", StringComparison.Ordinal), command.Output);
        Assert.AreEqual(_folder[$"run/{only}"], Directory.GetFileSystemEntries(_folder["run"]).Single());
    }

    private static Command Softpool(params string[] arguments) =>
        Command.Dotnet([Path.Combine(AppContext.BaseDirectory, "softpool.dll"), .. arguments]);
}
