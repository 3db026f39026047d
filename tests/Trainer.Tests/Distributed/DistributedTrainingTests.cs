using System.Diagnostics;
using SoftPool.Trainer.Networks;
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
            // The first loss is of the weights before any gradient. Each step of Adam makes more of the other order of
            // sums, how much more depends on the processor; the bits are compared below.
            Assert.AreEqual(epoch.TrainLoss, other.TrainLoss, (epoch.Epoch == 1 ? 1e-6 : 1e-3) * epoch.TrainLoss);
            Assert.AreEqual(epoch.TrainAccuracy, other.TrainAccuracy);
            Assert.AreEqual(epoch.ValidationLoss, other.ValidationLoss, 1e-3 * epoch.ValidationLoss);
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

    /// <summary>A process that computes two parts and adds up their gradients adds the same two numbers as two
    /// processes do, so that the exchange has to give the same bits; one that computes the whole batch at once adds in
    /// another order. Both libraries add four processes' numbers in pairs of neighbours.</summary>
    [TestMethod]
    [DataRow("mpich", 2)]
    [DataRow("mpich", 4)]
    [DataRow("openmpi", 2)]
    [DataRow("openmpi", 4)]
    public void Processes_give_the_bits_of_half_as_many_that_add_up_two_parts_each(string mpi, int processes)
    {
        Mpi.Require(mpi);
        if (processes > 2 && Environment.ProcessorCount < processes)
            Assert.Inconclusive($"{processes} processes that wait for each other need as many processors.");
        Pictures.WriteNoise(_folder["noise"], perClass: 8);
        string[] recipe =
        [
            "train", "-n", "alexnet-softpool", "--data", _folder["noise"], "--steps", "4", "--batch", "7",
            "--threads", "1", "--device", "cpu", "-o",
        ];
        Mpi.Result half = Mpi.Run(mpi, processes / 2, [.. recipe, _folder["half"], "--accumulate", "2"]);
        Assert.AreEqual(0, half.ExitCode, half.Output);
        Mpi.Result all = Mpi.Run(mpi, processes, [.. recipe, _folder["all"]]);
        Assert.AreEqual(0, all.ExitCode, all.Output);
        Checkpoint expected = Last("half"), actual = Last("all");
        Assert.AreEqual(4, actual.State.Step);
        CollectionAssert.AreEqual(
            expected.State.Epochs.Select(epoch => epoch.TrainLoss).ToArray(),
            actual.State.Epochs.Select(epoch => epoch.TrainLoss).ToArray());
        foreach ((string name, Tensor tensor) in expected.Model.Weights.Concat(expected.Moments))
            CollectionAssert.AreEqual(
                tensor.Data.ToArray(), (actual.Model.Weights.GetValueOrDefault(name) ?? actual.Moments[name]).Data.ToArray(),
                name);
    }

    [TestMethod]
    public void Norms_of_the_whole_batch_and_gradients_in_bfloat16_give_the_gradients_of_one_process()
    {
        Mpi.Require("mpich");
        Pictures.WriteNoise(_folder["noise"], perClass: 4);
        string[] recipe =
        [
            "train", "-n", "resnet18", "--data", _folder["noise"], "--steps", "1", "--batch", "12", "--threads", "1",
            "--device", "cpu", "--mixup", "0", "-o",
        ];
        Command one = Softpool.Run([.. recipe, _folder["one"]]);
        Assert.AreEqual(0, one.ExitCode, one.Output);
        (double Loss, double Gradients) synchronised = Difference("one", Train("two", "--sync-batch-norm")),
            local = Difference("one", Train("local")),
            rounded = Difference("two", Train("rounded", "--sync-batch-norm", "--wire", "bf16"));
        string found = $"{synchronised}, {local}, {rounded}";
        // Roundings of 6e-8, of some hundred operations one behind the other, come to no more than 1e-5. Of inputs of a
        // ReLU as many are so near to 0 that this changes their sign, and their gradients are then there or not: a
        // share of 1e-5 of the elements is a share of the square root of that of the length, for each of 17 ReLUs.
        Assert.IsTrue(synchronised.Loss <= 1e-5, found);
        Assert.IsTrue(synchronised.Gradients <= 17 * Math.Sqrt(1e-5), found);
        // Statistics of each half are others, which is what the tolerance has to tell.
        Assert.IsTrue(local.Loss > 1e-3, found);
        Assert.IsTrue(local.Gradients > 0.5, found);
        // The loss is that of the weights before any gradient. A rounding to 8 bits is one of 2^-9 at most; each
        // process rounds, and so does the sum.
        Assert.AreEqual(0, rounded.Loss, found);
        Assert.IsTrue(rounded.Gradients is > 1e-4 and <= 1.0 / 128, found);

        string Train(string run, params string[] options)
        {
            Mpi.Result several = Mpi.Run("mpich", 2, [.. recipe, _folder[run], .. options]);
            Assert.AreEqual(0, several.ExitCode, several.Output);
            return run;
        }

        // Relative; of the gradients, of which Adam's first moment is a tenth, the length of the difference.
        (double Loss, double Gradients) Difference(string one, string other)
        {
            Checkpoint expected = Last(one), actual = Last(other);
            double difference = 0, length = 0;
            foreach ((string name, Tensor moment) in expected.Moments)
                if (name.StartsWith(Checkpoint.FirstMoment, StringComparison.Ordinal))
                    foreach ((float left, float right) in moment.Data.ToArray().Zip(actual.Moments[name].Data.ToArray()))
                        (difference, length) =
                            (difference + Math.Pow(left - right, 2), length + Math.Pow(left, 2));
            return (
                Math.Abs(actual.State.Epochs[0].TrainLoss / expected.State.Epochs[0].TrainLoss - 1),
                Math.Sqrt(difference / length));
        }
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
        Pictures.WriteNoise(_folder["other/colours"], perClass: 1);
        Failed(
            "error: The processes do not train the same: the data set of process 1 is not that of process 0, colours",
            (1, [.. recipe, .. data, "--batch", "3"]),
            (1, [.. recipe, "--data", _folder["other/colours"], "--batch", "3"]));
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
            string[] processes = (await ReadAsync("pgrep", "-f", $"^[^ ]*dotnet .*{_folder["run"]}")).Split(
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

    [TestMethod]
    [DataRow("mpich")]
    [DataRow("openmpi")]
    public void A_loss_that_is_not_finite_on_one_process_ends_all(string mpi)
    {
        Mpi.Require(mpi);
        Pictures.WriteNoise(_folder["noise"], perClass: 3);
        foreach (string name in (string[])["green", "blue"])
            File.Delete(_folder[$"noise/train/{name}/2.png"]);
        // The first class cannot be answered: with two of its three images the sum of losses is too large for a float,
        // and of seven images only one process has two of them.
        string[] classes = ["blue", "green", "red"];
        Model model = RandomWeights.Create(NetworkCatalog.Create("shufflenet_v2_x1_0", 3), classes, seed: 1);
        var weights = new Dictionary<string, Tensor>(model.Weights)
        {
            ["fc.bias"] = new(new TensorShape(3), new[] { 0, 0, -2.5e38f }),
        };
        new Model(model.Graph, weights, classes, model.Preprocessing).Save(_folder["start.safetensors"]);
        Mpi.Result failed = Mpi.Finish(
            Mpi.Start(
                mpi,
                [
                    (2,
                    [
                        "train", "--weights", _folder["start.safetensors"], "--data", _folder["noise"], "--steps", "1",
                        "--batch", "7", "--device", "cpu", "--threads", "1", "--mixup", "0", "-o", _folder["run"],
                    ]),
                ]),
            after: "processes, each with");
        Assert.AreNotEqual(0, failed.ExitCode, failed.Output);
        Assert.AreEqual(1, failed.Output.Split("error: ").Length - 1, failed.Output);
        StringAssert.Contains(failed.Output, "training has diverged");
        Assert.IsLessThan(Soon, failed.Time);
    }

    [TestMethod]
    [DataRow("mpich")]
    [DataRow("openmpi")]
    [OSCondition(OperatingSystems.Linux)]
    public void A_full_disk_under_the_first_process_ends_all_and_the_last_checkpoint_stays_whole(string mpi)
    {
        Mpi.Require(mpi);
        // The checkpoints of an epoch, the latest and the best, take 9 MB each; in the second epoch one is written
        // beside both.
        string mount = $"mount -t tmpfs -o size=20m none '{_folder.Path}/disk'";
        Directory.CreateDirectory(_folder["disk"]);
        Directory.CreateDirectory(_folder["kept"]);
        using (Process allowed = Process.Start(
            new ProcessStartInfo("unshare", ["-rm", "sh", "-c", mount]) { RedirectStandardError = true })!)
        {
            allowed.WaitForExit();
            if (allowed.ExitCode != 0)
                Assert.Inconclusive(
                    $"No disk of its own can be mounted here: {allowed.StandardError.ReadToEnd().Trim()}");
        }
        Process process = Mpi.Start(
            mpi,
            [
                (2,
                [
                    "train", "-n", "squeezenet", "--data", _folder["colours"], "--epochs", "100", "--batch", "3",
                    "--device", "cpu", "--threads", "1", "-o", _folder["disk/run"],
                ]),
            ],
            "unshare", "-rm", "sh", "-c",
            $"{mount} && \"$@\"; status=$?; cp -r '{_folder.Path}/disk/run' '{_folder.Path}/kept'; exit $status", "sh");
        Mpi.Result failed = Mpi.Finish(process, after: "epoch 1: ");
        Assert.AreNotEqual(0, failed.ExitCode, failed.Output);
        Assert.AreEqual(1, failed.Output.Split("error: ").Length - 1, failed.Output);
        StringAssert.Contains(failed.Output, "error: process 0 of 2: No space left on device");
        Assert.IsLessThan(Soon, failed.Time);
        Checkpoint last = Last("kept/run");
        Assert.IsGreaterThan(0, last.State.Step);
        Assert.IsEmpty(Directory.GetFiles(_folder["kept/run"], "*.tmp"));
    }

    private Checkpoint Last(string run) => new RunFolder(_folder[run]).ReadLast();

    private List<EpochResult> Epochs(string run) => Last(run).State.Epochs;
}
