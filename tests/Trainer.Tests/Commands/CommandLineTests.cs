using SoftPool.Operators;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Tests.Reports;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>The program as a user starts it: what it prints, and one sentence and status 1 for what it cannot
/// do.</summary>
[TestClass]
public sealed class CommandLineTests
{
    [TestMethod]
    public void Devices_lists_the_software_driver()
    {
        Command command = Softpool.Run("devices");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "Cpu");
    }

    [TestMethod]
    [DataRow("alexnet")]
    [DataRow("alexnet-softpool")]
    [DataRow("alexnet-softpool-shared")]
    public void Summary_shows_every_layer_and_the_number_of_parameters(string network)
    {
        Command command = Softpool.Run("summary", network);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        foreach (string text in
            (string[])["features.0", "48x56x56", "128x13x13", "4608", "9,439,232", "14,601,930 parameters"])
            StringAssert.Contains(command.Output, text);
    }

    [TestMethod]
    public void Summary_shows_the_memory_of_a_batch()
    {
        Command command = Softpool.Run("summary", "alexnet", "--memory", "--batch", "8");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        // The first convolution's input, 3x224x224, and its output, 48x56x56, are all that is alive at once there.
        // Weights are packed in whole tiles: the last layer takes 64 rows for its 10 classes. A GPU's convolutions of
        // 3x3 are Winograd's, with 36 weights for 9 (3.38, 5.06 and 3.38 MiB for 0.84, 1.27 and 0.84), and that of 5x5
        // with 64 for 25 (1.50 for 0.59).
        string[] storages = command.Output.Split("device memory in ");
        Assert.HasCount(3, storages, command.Output);
        foreach (string text in
            (string[])["fp32 at batch 8", "9.19 MiB", "1.000 times", "weights, "
                + "packed            66.02 MiB", "55.70 MiB in the file"])
            StringAssert.Contains(storages[1], text);
        // In half the memory but for Winograd's weights, 13.32 MiB: these and biases stay in 32 bits, and so does the
        // input, before and beside its copy in 16.
        foreach (string text in
            (string[])["fp16 at batch 8", "6.89 MiB", "weights, packed            39.73 MiB", "55.70 MiB in the file"])
            StringAssert.Contains(storages[2], text);
    }

    [TestMethod]
    [DataRow("summary lenet", "no network 'lenet'")]
    [DataRow("summary alexnet --memory --batch 2000000000", "batches of 1 to")]
    [DataRow("train --network lenet --output {0}/run", "no network 'lenet'")]
    [DataRow("train --batch 0 --output {0}/run", "at least 1; got 0")]
    [DataRow("train --steps 1 --lr -1 --output {0}/run", "learning rate is positive; got -1")]
    [DataRow("train --steps 1 --batch 1 --lr 1e30 --output {0}/run", "The validation loss after step 1 is")]
    [DataRow("train --lr 0,001 --output {0}/run", "--lr takes a plain number such as 0.001, with a point; got 0,001")]
    [DataRow("train --lr 1e400 --output {0}/run", "--lr takes a plain number such as 0.001, with a point; got 1e400")]
    [DataRow("train --weight-decay 0,01 --output {0}/run", "--weight-decay takes a plain number such as 0.001, "
        + "with a point; got 0,01")]
    [DataRow("train --label-smoothing 0,1 --output {0}/run", "--label-smoothing takes a plain number such as 0.001, "
        + "with a point; got 0,1")]
    [DataRow("augment --rotation 1,5 --preview {0}/sheet.png", "--rotation takes a plain number such as 0.001, "
        + "with a point; got 1,5")]
    [DataRow("train --epochs 1,000 --output {0}/run", "--epochs takes a whole number of at least 1; got 1,000")]
    [DataRow("train --seed 1,000 --output {0}/run", "--seed takes a plain whole number such as 1000; got 1,000")]
    [DataRow("train --steps 1,000 --output {0}/run", "--steps takes a plain whole number such as 1000; got 1,000")]
    [DataRow("train --warm-up 1,0 --output {0}/run", "--warm-up takes a plain whole number such as 1000; got 1,0")]
    [DataRow("train --threads 1,0 --output {0}/run", "--threads takes a plain whole number such as 1000; got 1,0")]
    [DataRow("augment --seed 4,2 --preview {0}/sheet.png", "--seed takes a plain whole number such as 1000; got 4,2")]
    [DataRow("export --network alexnet --random-weights 1,0 -o {0}/x.safetensors", "--random-weights takes a plain "
        + "whole number such as 1000; got 1,0")]
    [DataRow("bench {0}/tiny/model.safetensors --batch 1 1,000", "--batch takes a plain whole number "
        + "such as 1000; got 1,000")]
    [DataRow("train --epochs 2000000000 --output {0}/run", "at most 2147483647 steps; got "
        + "186000000000 in 2000000000 epochs")]
    [DataRow("train --steps 100 --warm-up 390 --output {0}/run", "warm-up ends before the last of 100 steps; got 390")]
    [DataRow("train --mixup 1e-11 --output {0}/run", "--mixup takes 0 or a number from 0.01 to 4; got 1E-11")]
    [DataRow("train --data {0}/nowhere --output {0}/run", "nowhere")]
    [DataRow("export {0}/nowhere.safetensors", "nowhere.safetensors")]
    [DataRow("export {0}/tiny/model.safetensors", "a model is already exported")]
    [DataRow("export {0}/tiny/model.safetensors --network alexnet", "a model is already exported")]
    [DataRow("export {0}/tiny/model.safetensors -o ", "--output takes a value; got an empty one")]
    [DataRow("train --output ", "--output takes a value; got an empty one")]
    [DataRow("compare  {0}/tiny", "<runs> takes a value; got an empty one")]
    [DataRow("augment --preview ", "--preview takes a value; got an empty one")]
    [DataRow("augment --variations 101 --preview {0}/sheet.png", "from 1 to 100; got 101")]
    [DataRow("summary {0}/tiny/model.safetensors --classes 3", "is a file, which has its own")]
    [DataRow("export {0} --network alexnet", "for a file of weights")]
    [DataRow("export {0} --classes a b", "for a file of weights")]
    [DataRow("export {0}/nowhere.safetensors --network alexnet", "nowhere.safetensors")]
    [DataRow("verify {0}/damaged.safetensors", "no valid safetensors file")]
    [DataRow("run {0}/damaged.safetensors x.png", "no valid safetensors file")]
    [DataRow("bench {0}/nowhere.safetensors", "nowhere.safetensors")]
    [DataRow("bench {0}/tiny/model.safetensors --batch 1 0", "from 1 to 178956965 for 'tiny'; got 0")]
    [DataRow("bench {0}/tiny/model.safetensors --batch 1 200000000", "from 1 to 178956965 for 'tiny'; got 200000000")]
    public void What_cannot_be_done_is_one_sentence_and_status_1_and_leaves_nothing(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("damaged.safetensors", "not a model at all");
        Directory.CreateDirectory(folder["tiny"]);
        TinyRun.Model("a", "b", "c").Save(folder["tiny/model.safetensors"]);
        Command command = Softpool.Run(arguments.Replace("{0}", folder.Path, StringComparison.Ordinal).Split(' '));
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, expected);
        Assert.DoesNotContain("   at ", command.Output, "There is a stack trace.");
        Assert.HasCount(3, Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void Summary_shows_a_model_file_too()
    {
        using var folder = new TemporaryFolder();
        TinyRun.Model("a", "b", "c").Save(folder["model.safetensors"]);
        Command command = Softpool.Run("summary", folder["model.safetensors"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        foreach (string text in (string[])["tiny, input 3x2x2", "Flatten", "Linear", "39 parameters"])
            StringAssert.Contains(command.Output, text);
    }

    [TestMethod]
    public void Bench_times_torch_and_a_device_at_each_batch()
    {
        using var folder = new TemporaryFolder();
        TinyRun.Model("a", "b", "c").Save(folder["model.safetensors"]);
        Command command =
            Softpool.Run("bench", folder["model.safetensors"], "--batch", "1", "2", "--seconds", "1", "--strict");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        foreach (string batch in (string[])["1", "2"])
            foreach (string runner in (string[])["torch, CPU.*", "Vulkan, (?!.*strict).*", "Vulkan, .*, strict"])
                StringAssert.Matches(command.Output, new($@"{runner} +{batch} +[0-9.]+ +[0-9.,]+ +[0-9,]+ %"));
    }

    [TestMethod]
    public void Memory_that_runs_out_is_one_sentence_and_status_1()
    {
        using var folder = new TemporaryFolder();
        // What comes out of the first layer takes 170 TB at this batch, more than a process can address; its input 320
        // kB.
        RandomWeights.Create(
            new ModelGraph("wide", new TensorShape(1, 1, 1),
                [new("conv", new Conv2d(1, 8, 1, 1, 4095)), new("pool", new GlobalAvgPool())]),
            [], seed: 1, new Preprocessing([0], [1])).Save(folder["wide.safetensors"]);
        TinyRun.Model("a", "b", "c").Save(folder["tiny.safetensors"]);
        foreach (Command command in (Command[])
            [
                Softpool.Run("bench", folder["wide.safetensors"], "--batch", "80000"),
                Softpool.Run([("DOTNET_GCHeapHardLimit", "0x10000000")], "bench",
                    folder["tiny.safetensors"], "--batch", "100000000"),
            ])
        {
            Assert.AreEqual(1, command.ExitCode, command.Output);
            StringAssert.Matches(command.Output, new("^error: .*memory.*\n$"));
        }
    }

    [TestMethod]
    public void Without_a_driver_the_message_says_what_to_install()
    {
        // Older loaders know the second name only.
        (string, string)[] noDriver =
            [("VK_DRIVER_FILES", "/nonexistent.json"), ("VK_ICD_FILENAMES", "/nonexistent.json")];
        Command command = Softpool.Run(noDriver, "devices");
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "mesa-vulkan-drivers");
    }
}
