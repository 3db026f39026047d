using SoftPool.Operators;
using SoftPool.Trainer.Augmentation;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.StateDicts;
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

        command = Softpool("train", "--resume", folder.Path, "--threads", "5", "--steps", "2");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, ", 5 threads");
        Assert.AreEqual(2, folder.ReadLast().State.Step);
    }

    [TestMethod]
    public void A_finished_training_says_so_and_a_larger_number_of_epochs_prolongs_it()
    {
        Pictures.WriteColours(_folder["colours"]);
        var folder = new RunFolder(_folder["run"]);
        Command command = Softpool(
            "train", "-n", "alexnet", "--data", _folder["colours"], "--epochs", "1", "--batch", "3", "-o", folder.Path);
        Assert.AreEqual(0, command.ExitCode, command.Output);

        byte[] before = File.ReadAllBytes(folder.LastPath);
        command = Softpool("train", "--resume", folder.Path);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "is finished: 1 epoch; --epochs M");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(folder.LastPath));

        command = Softpool("train", "--resume", folder.Path, "--epochs", "3");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Checkpoint last = folder.ReadLast();
        Assert.AreEqual((3, 1), (last.Run.Options.Epochs, last.Run.LengthChangedAt!.Value));
        // The cosine spans all three steps: the second is not at 0, where the first training ended.
        var schedule = new CosineSchedule(last.Run.Options.LearningRate, Steps: 3, WarmUpSteps: 0);
        CollectionAssert.AreEqual(
            (double[])[schedule.At(0), schedule.At(1), schedule.At(2)],
            last.State.Epochs.Select(epoch => epoch.LearningRate).ToArray());

        before = File.ReadAllBytes(folder.LastPath);
        command = Softpool("train", "--resume", folder.Path, "--epochs", "2");
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(
            command.Output,
            $"{folder.Path} has done 3 steps, 3 epochs; it cannot end after --epochs 2, which is 2 steps.");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(folder.LastPath));
    }

    [TestMethod]
    public void Resume_auto_begins_goes_on_and_refuses_another_command()
    {
        Pictures.WriteColours(_folder["colours"]);
        var folder = new RunFolder(_folder["run"]);
        string[] line =
        [
            "train", "-n", "alexnet", "--data", _folder["colours"], "--batch", "3", "--resume", "auto",
            "-o", folder.Path, "--checkpoint-every", "1h",
        ];
        foreach (int epochs in (int[])[1, 2])
        {
            Command begun = Softpool([.. line, "--epochs", $"{epochs}"]);
            Assert.AreEqual(0, begun.ExitCode, begun.Output);
            Assert.AreEqual(epochs, folder.ReadLast().State.Step);
        }
        StringAssert.Contains(Softpool([.. line, "--epochs", "2"]).Output, "is finished: 2 epochs");
        Command refused = Softpool([.. line, "--epochs", "2", "--lr", "0.1", "--flip", "0"]);
        Assert.AreEqual(1, refused.ExitCode);
        StringAssert.Contains(refused.Output, "another command began: LearningRate, Augmentation differ.");
        // As a kill at the end of the first epoch leaves it.
        File.Delete(folder.LastPath);
        int best = folder.ReadBest().State.Step;
        Command command = Softpool([.. line, "--epochs", "3"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Assert.AreEqual((3, 3), (folder.ReadLast().State.Step, folder.ReadLast().State.Epochs.Count));
        Assert.AreEqual(best, folder.ReadLast().Run.LengthChangedAt!.Value);
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
        StringAssert.Contains(command.Output, "already holds a training");
        Assert.AreEqual(resumable, command.Output.Contains("--resume", StringComparison.Ordinal), command.Output);
        Assert.AreEqual(_folder[$"run/{only}"], Directory.GetFileSystemEntries(_folder["run"]).Single());
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Paths_are_printed_as_they_are()
    {
        string data = _folder["[red]:fire:"], run = _folder[":cat:[/]"];
        Pictures.WriteColours(data);
        Command command =
            Softpool("train", "-n", "alexnet", "--data", data, "--epochs", "1", "--batch", "3", "-o", run);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "3 images of [red]:fire:");
        StringAssert.Contains(command.Output.ReplaceLineEndings(""), ":cat:[/]");
        Assert.DoesNotContain("\uE03A", command.Output);
    }

    [TestMethod]
    public void The_size_that_pictures_were_read_at_is_the_runs_for_good()
    {
        const string ReadAt = "pictures are read at 2x3, height by width";
        Pictures.WriteColours(_folder["colours"]);
        Command command = Softpool(
            "train", "-n", "alexnet", "--data",
            _folder["colours"], "--image-size", "2x3", "--epochs", "1", "--batch", "3",
            "-o", _folder["run"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        foreach (string[] later in (string[][])
            [
                ["train", "--resume", _folder["run"], "--epochs", "2"],
                ["report", _folder["run"], "--no-bench"],
                ["export", _folder["run"], "-o", _folder["model.safetensors"]],
                ["verify", _folder["model.safetensors"], "--data", _folder["colours"], "--image-size", "2x3"],
            ])
        {
            command = Softpool(later);
            Assert.AreEqual(0, command.ExitCode, command.Output);
            StringAssert.Contains(command.Output, ReadAt);
        }
        Assert.AreEqual(new Size2d(2, 3), new RunFolder(_folder["run"]).ReadLast().Run.ImageSize);
    }

    [TestMethod]
    public void A_model_of_other_classes_is_tuned_with_its_own_preprocessing()
    {
        Pictures.WriteColours(_folder["colours"]);
        Preprocessing preprocessing = Preprocessing.ImageNet with { Resize = new CenterCrop(8) };
        Model before = RandomWeights.Create(
            NetworkCatalog.Create("squeezenet", 2), ["cat", "dog"], seed: 1, preprocessing);
        before.Save(_folder["pets.safetensors"]);
        Command command = Softpool(
            "train", "--weights", _folder["pets.safetensors"], "--freeze", "features.*", "--new-lr", "0.01", "--data",
            _folder["colours"], "--steps", "1", "--batch", "3", "-o", _folder["run"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "pets.safetensors, which are of 2 classes");
        StringAssert.Contains(command.Output, "new for 3 other classes: classifier.1.weight, classifier.1.bias");
        StringAssert.Contains(command.Output, "frozen by features.*: features.0.weight, features.0.bias, ");
        CheckWeights();

        command = Softpool("train", "--resume", _folder["run"], "--steps", "2");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Assert.AreEqual(2, new RunFolder(_folder["run"]).ReadLast().State.Step);
        CheckWeights();

        void CheckWeights()
        {
            Checkpoint after = new RunFolder(_folder["run"]).ReadLast();
            Assert.AreEqual("squeezenet", after.Run.Network);
            Assert.AreEqual(new CenterCrop(8), after.Model.Preprocessing.Resize);
            Assert.AreEqual(_folder["pets.safetensors"], after.Run.FineTuning!.Weights);
            foreach ((string name, Tensor tensor) in after.Model.Weights)
                Assert.AreEqual(
                    name.StartsWith("features.", StringComparison.Ordinal),
                    tensor.Data.Span.SequenceEqual(before.Weights[name].Data.Span), name);
        }
    }

    /// <summary>A file of another program, read as export reads it.</summary>
    [TestMethod]
    public void A_training_begins_with_what_torch_has_saved()
    {
        Pictures.WriteColours(_folder["colours"]);
        Model before = RandomWeights.Create(NetworkCatalog.Create("squeezenet", 3), [], seed: 1);
        var saved = before.Weights.ToDictionary(entry => $"module.{entry.Key}", entry => entry.Value);
        saved.Add("module.aux.weight", new Tensor(new TensorShape(2), new float[2]));
        TorchFileWriter.Write(_folder["net.pth"], saved);
        string[] train =
        [
            "train", "--weights", _folder["net.pth"], "--freeze", "features.*", "--data", _folder["colours"], "--steps",
            "1", "--batch", "3", "-o", _folder["run"],
        ];
        Command command = Softpool(train);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "net.pth, which is no model, needs --network");
        command = Softpool([.. train, "-n", "squeezenet"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "  unexpected  aux.weight");
        Assert.IsFalse(Directory.Exists(_folder["run"]));
        command = Softpool([.. train, "-n", "squeezenet", "--ignore", "aux"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "the tensor names begin with module.: the prefix is left out");
        StringAssert.Contains(command.Output, $"begins with 52 tensors of {_folder["net.pth"]}");
        foreach ((string name, Tensor tensor) in new RunFolder(_folder["run"]).ReadLast().Model.Weights)
            Assert.AreEqual(
                name.StartsWith("features.", StringComparison.Ordinal),
                tensor.Data.Span.SequenceEqual(before.Weights[name].Data.Span), name);
    }

    [TestMethod]
    public void Weights_of_another_network_are_a_table()
    {
        RandomWeights.Create(NetworkCatalog.Create("squeezenet", 3), ["a", "b", "c"], seed: 1)
            .Save(_folder["weights.safetensors"]);
        Pictures.WriteColours(_folder["colours"]);
        Command command = Softpool(
            "train", "--weights", _folder["weights.safetensors"], "-n", "alexnet", "--data", _folder["colours"],
            "--steps", "1", "--batch", "3", "-o", _folder["run"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "weights.safetensors does not fit alexnet, in 64 of its weights:");
        StringAssert.Contains(command.Output, "unexpected     features.3.squeeze.weight");
        Assert.DoesNotContain("   at ", command.Output);
        Assert.IsFalse(Directory.Exists(_folder["run"]));
    }

    [TestMethod]
    public void Overwrite_begins_anew()
    {
        Pictures.WriteColours(_folder["colours"]);
        TinyRun.Write(_folder["run"], _folder["colours"]);
        Command command = Softpool(
            "train", "--overwrite", "-n", "alexnet", "--data",
            _folder["colours"], "--steps", "1", "--batch", "3", "-o", _folder["run"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        var run = new RunFolder(_folder["run"]);
        foreach (Checkpoint checkpoint in (Checkpoint[])[run.ReadLast(), run.ReadBest()])
        {
            Assert.AreEqual("alexnet", checkpoint.Run.Network);
            Assert.AreEqual(1, checkpoint.State.Step);
            Assert.HasCount(1, checkpoint.State.Epochs);
        }
        Assert.HasCount(2, File.ReadAllLines(_folder["run/history.csv"]));
        StringAssert.StartsWith(File.ReadAllLines(_folder["run/losses.csv"])[1], "1,");
    }

    [TestMethod]
    [DataRow("train|--steps|2|--epochs|50|-o|{0}/run", "--steps and --epochs")]
    [DataRow("train|--steps|0|-o|{0}/run", "--steps takes a whole number of at least 1; got 0.")]
    [DataRow("train|--image-size|0|-o|{0}/run", "--image-size takes a height and a width from 1 to 4096, as HxW, or "
        + "one number for both; got 0.")]
    [DataRow("train|--image-size|5x5x5|-o|{0}/run", "as HxW, or one number for both; got 5x5x5.")]
    [DataRow("train|--image-size|12x|-o|{0}/run", "as HxW, or one number for both; got 12x.")]
    [DataRow("train|--image-size|-3|-o|{0}/run", "as HxW, or one number for both; got -3.")]
    [DataRow("train|--image-size|1x4097|-o|{0}/run", "as HxW, or one number for both; got 1x4097.")]
    [DataRow("train|--image-size||-o|{0}/run", "--image-size takes a value; got an empty one.")]
    [DataRow("train|--image-size|16|-o|{0}/run", "procedural has images of 32x32, and an image size is for "
        + "image folders; got 16x16.")]
    [DataRow("train|--resume|", "--resume takes a value; got an empty one.")]
    [DataRow("train|-n|alexnet|--data|{0}/colours|--steps|1|--batch|3|-o|{0}/file", "A training "
        + "needs a folder to write to")]
    [DataRow("train|--freeze|features.*|-o|{0}/run", "--ignore are for a training that begins with --weights.")]
    [DataRow("train|--new-lr|0.1|-o|{0}/run", "--ignore are for a training that begins with --weights.")]
    [DataRow("train|--key|model|-o|{0}/run", "--ignore are for a training that begins with --weights.")]
    [DataRow("train|--weights|{0}/tiny|--ignore|a|-o|{0}/run", "--ignore is for a file of weights;")]
    [DataRow("train|--weights|{0}/tiny|--key|a|-o|{0}/run", "--key chooses an entry of a checkpoint of torch.save;")]
    [DataRow("train|--weights|{0}/mine.safetensors|-o|{0}/run",
        "/mine.safetensors is of the network 'mine', which train does not have; it has alexnet, ")]
    [DataRow("train|--weights|{0}/none.safetensors|-o|{0}/run", "none.safetensors")]
    [DataRow("train|--weights|{0}/file|-o|{0}/run", "file")]
    [DataRow("train|--resize|crop|-o|{0}/run", "--resize crop and --resize-size are given together, or neither.")]
    [DataRow("train|--resize-size|256|-o|{0}/run", "--resize crop and --resize-size are given together, or neither.")]
    [DataRow("train|--resize|crop|--resize-size|0|-o|{0}/run", "the shorter edge takes 1 to 65536 pixels; got 0.")]
    [DataRow("train|--fill|3|-o|{0}/run", "--fill is for --resize letterbox.")]
    [DataRow("train|--resize|letterbox|--fill|256|-o|{0}/run", "--fill takes a value of 0 to 255; got 256.")]
    [DataRow("train|--interpolation|bicubic|--no-antialias|-o|{0}/run", "bicubic interpolation is antialiased")]
    [DataRow("quickstart|-o|", "--output takes a value; got an empty one.")]
    [DataRow("quickstart|-o|{0}/tiny", "holds a training that quickstart did not start")]
    public void What_would_fail_at_the_end_or_cost_another_training_fails_at_the_beginning(
        string arguments, string expected)
    {
        Pictures.WriteColours(_folder["colours"]);
        TinyRun.Write(_folder["tiny"], _folder["colours"]);
        _folder.Write("file", "the user's");
        var graph = new ModelGraph("mine", new TensorShape(3), [new Layer("it", new ReLU())]);
        new Model(graph, new Dictionary<string, Tensor>(), [], Preprocessing.ImageNet)
            .Save(_folder["mine.safetensors"]);
        string[] before = Contents();
        Command command = Softpool(arguments.Replace("{0}", _folder.Path, StringComparison.Ordinal).Split('|'));
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, expected);
        Assert.DoesNotContain("   at ", command.Output, "There is a stack trace.");
        Assert.DoesNotContain("epoch 1", command.Output);
        CollectionAssert.AreEquivalent(before, Contents());

        string[] Contents() => [.. Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories)
            .Select(file => $"{file} {Convert.ToHexString(File.ReadAllBytes(file))}")];
    }

    [TestMethod]
    public void Quickstart_goes_over_its_own_training_also_a_resumed_one()
    {
        TrainingOptions recipe = new()
        {
            Steps = 700,
            BatchSize = 16,
            LearningRate = 5e-4,
            WarmUpSteps = 70,
            Threads = 3,
            Device = "cpu",
            Augmentation = AugmentationOptions.None with { Flip = 0.5 },
        };
        RunDescription run = TinyRun.Description(_folder["gone"]) with
        {
            Network = "alexnet-softpool",
            Options = recipe,
        };
        new RunFolder(_folder["run"]).Write(new Checkpoint(
            run, TinyRun.State(), TinyRun.Model("blue", "green", "red"), new Dictionary<string, Tensor>()));
        // What stops it comes after the look at the folder.
        Command command = Softpool("quickstart", "--data", _folder["gone"], "-o", _folder["run"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        Assert.DoesNotContain("holds a training", command.Output);
        StringAssert.Contains(command.Output, "gone");
    }

    private static Command Softpool(params string[] arguments) =>
        Command.Dotnet([Path.Combine(AppContext.BaseDirectory, "softpool.dll"), .. arguments]);
}
