using System.Diagnostics;
using SoftPool.Trainer.Tests.Commands;
using SoftPool.Trainer.Tests.Data;
using SoftPool.Trainer.Training;

namespace SoftPool.Trainer.Tests.Distributed;

/// <summary>Several processes train as one with the whole batch does, and end together.</summary>
[TestClass]
public sealed class DistributedTrainingTests : IDisposable
{
    /// <summary>A failure of one process is one of all within this.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    public DistributedTrainingTests() => Pictures.WriteColours(_folder["colours"]);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("mpich", 3)]
    [DataRow("openmpi", 2)]
    public void Several_processes_give_the_losses_of_one_and_the_same_again(string mpi, int processes)
    {
        Mpi.Require(mpi);
        // Dropout, mixup and a batch that does not divide: what one process draws for the whole, several do too.
        string[] recipe =
        [
            "train", "-n", "alexnet-softpool", "--data", _folder["colours"], "--epochs", "3", "--batch", "3",
            "--threads", "1", "--device", "cpu", "-o",
        ];
        Command one = Softpool.Run([.. recipe, _folder["one"]]);
        Assert.AreEqual(0, one.ExitCode, one.Output);
        IReadOnlyList<EpochResult> expected = Epochs("one");
        Mpi.Result several = Mpi.Run(mpi, processes, [.. recipe, _folder["several"]]);
        Assert.AreEqual(0, several.ExitCode, several.Output);
        foreach ((EpochResult epoch, EpochResult other) in expected.Zip(Epochs("several")))
        {
            Assert.AreEqual(epoch.TrainLoss, other.TrainLoss, 1e-5 * epoch.TrainLoss);
            Assert.AreEqual(epoch.TrainAccuracy, other.TrainAccuracy);
            Assert.AreEqual(epoch.ValidationLoss, other.ValidationLoss, 1e-4 * epoch.ValidationLoss);
        }
        Assert.AreEqual(processes, Last("several").Run.Processes);

        Mpi.Result again = Mpi.Run(mpi, processes, [.. recipe, _folder["again"], "--profile"]);
        Assert.AreEqual(0, again.ExitCode, again.Output);
        StringAssert.Contains(again.Output.ReplaceLineEndings(" "), "gradients were under way for");
        CollectionAssert.AreEqual(
            Last("several").Model.Weights.Values.SelectMany(weight => weight.Data.ToArray()).ToArray(),
            Last("again").Model.Weights.Values.SelectMany(weight => weight.Data.ToArray()).ToArray());
        // Any number of processes goes on.
        Mpi.Result longer = Mpi.Run(mpi, 2, "train", "--resume", _folder["several"], "--epochs", "4");
        Assert.AreEqual(0, longer.ExitCode, longer.Output);
        Assert.AreEqual((4, 2), (Last("several").State.Step, Last("several").Run.Processes!.Value));
    }

    [TestMethod]
    public void Gradients_in_bfloat16_and_norms_of_the_whole_batch_train_alike()
    {
        Mpi.Require("mpich");
        string[] recipe =
        [
            "train", "-n", "resnet18", "--data", _folder["colours"], "--epochs", "2", "--batch", "3", "--threads", "1",
            "--device", "cpu", "--mixup", "0", "-o",
        ];
        Command one = Softpool.Run([.. recipe, _folder["one"]]);
        Assert.AreEqual(0, one.ExitCode, one.Output);
        Mpi.Result several = Mpi.Run("mpich", 2, [.. recipe, _folder["two"], "--sync-batch-norm"]);
        Assert.AreEqual(0, several.ExitCode, several.Output);
        EpochResult[] expected = [.. Epochs("one")], synchronised = [.. Epochs("two")];
        // Pictures of one colour leave norms hardly any variance to divide by, which magnifies roundings, and so does
        // Adam in the second step, which makes as much of a gradient of 1e-9 as of one of 1.
        Assert.AreEqual(expected[0].TrainLoss, synchronised[0].TrainLoss, 5e-4 * expected[0].TrainLoss);
        Assert.AreEqual(expected[1].TrainLoss, synchronised[1].TrainLoss, 1e-2 * expected[1].TrainLoss);
        several = Mpi.Run("mpich", 2, [.. recipe, _folder["rounded"], "--sync-batch-norm", "--wire", "bf16"]);
        Assert.AreEqual(0, several.ExitCode, several.Output);
        EpochResult[] rounded = [.. Epochs("rounded")];
        // The first loss is of the weights before any gradient.
        Assert.AreEqual(synchronised[0].TrainLoss, rounded[0].TrainLoss, 1e-6);
        Assert.AreNotEqual(synchronised[1].TrainLoss, rounded[1].TrainLoss);
        Assert.AreEqual(synchronised[1].TrainLoss, rounded[1].TrainLoss, 0.1 * synchronised[1].TrainLoss);
    }

    [TestMethod]
    [DataRow("mpich")]
    [DataRow("openmpi")]
    public void Other_options_and_numbers_that_are_none_end_all_with_one_sentence(string mpi)
    {
        Mpi.Require(mpi);
        string[] recipe =
        [
            "train", "-n", "alexnet", "--steps", "3", "--device", "cpu", "--threads", "1", "-o", _folder["run"],
        ];
        string[] data = ["--data", _folder["colours"]];
        Failed(
            "error: The processes do not train the same: the option BatchSize of process 1 is not that of process 0, "
            + "3.",
            (1, [.. recipe, .. data, "--batch", "3"]), (1, [.. recipe, .. data, "--batch", "2"]));
        Failed("training has diverged", (2, [.. recipe, .. data, "--batch", "3", "--lr", "1e20"]));
        // One that does not come so far ends the others.
        Failed(
            "error: process 1 of 2: There is no folder and no archive at",
            (1, [.. recipe, .. data, "--batch", "3"]), (1, [.. recipe, "--batch", "3", "--data", _folder["nowhere"]]));
        Assert.IsFalse(File.Exists(_folder["run/last.safetensors"]));

        void Failed(string sentence, params (int Processes, string[] Arguments)[] commands)
        {
            Mpi.Result failed = Mpi.Finish(Mpi.Start(mpi, commands));
            Assert.AreNotEqual(0, failed.ExitCode, failed.Output);
            Assert.AreEqual(1, failed.Output.Split("error: ").Length - 1, failed.Output);
            StringAssert.Contains(failed.Output, sentence);
            Assert.IsLessThan(Soon, failed.Time);
        }
    }

    [TestMethod]
    [DataRow("mpich")]
    [DataRow("openmpi")]
    public async Task A_killed_process_ends_all_and_a_request_to_end_is_heard_by_all(string mpi)
    {
        Mpi.Require(mpi);
        string[] recipe =
        [
            "train", "-n", "alexnet", "--data", _folder["colours"], "--epochs", "100000", "--batch", "3", "--device",
            "cpu", "--threads", "1", "--resume", "auto", "-o", _folder["run"],
        ];
        await End("KILL", 1);
        Assert.IsTrue(File.Exists(_folder["run/last.safetensors"]));
        int step = Last("run").State.Step;
        Assert.IsGreaterThan(0, step);
        // One is asked, and all end after the same step.
        StringAssert.Contains(await End("TERM", 0), "Terminated.");
        Assert.IsGreaterThan(step, Last("run").State.Step);

        async Task<string> End(string signal, int index)
        {
            using Process process = Mpi.Start(mpi, [(2, recipe)]);
            Task<string> error = process.StandardError.ReadToEndAsync();
            for (int epochs = 0; epochs < 3 && await process.StandardOutput.ReadLineAsync() is { } line;)
                epochs += line.Contains(": train loss", StringComparison.Ordinal) ? 1 : 0;
            string[] processes = (await ReadAsync("pgrep", "-f", $"^dotnet .*{_folder["run"]}")).Split(
                '\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.HasCount(2, processes, await ReadAsync("ps", "aux"));
            var time = Stopwatch.StartNew();
            await ReadAsync("kill", $"-{signal}", processes[index]);
            string output = await process.StandardOutput.ReadToEndAsync() + await error;
            await process.WaitForExitAsync();
            Assert.AreNotEqual(0, process.ExitCode, output);
            Assert.IsLessThan(Soon, time.Elapsed);
            return output;
        }

        static async Task<string> ReadAsync(string program, params string[] arguments)
        {
            using Process process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            string output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return output;
        }
    }

    private Checkpoint Last(string run) => new RunFolder(_folder[run]).ReadLast();

    private List<EpochResult> Epochs(string run) => Last(run).State.Epochs;
}
