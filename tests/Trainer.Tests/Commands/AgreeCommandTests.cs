using System.Text.RegularExpressions;
using SoftPool.Operators;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>agree: a line for each image, and after any end the same command goes on.</summary>
[TestClass]
public sealed class AgreeCommandTests : IDisposable
{
    private static readonly ModelGraph Graph = new("small", new TensorShape(3, 16, 16),
    [
        new("conv", new Conv2d(3, 4, 3, 2, 1)), new("relu", new ReLU()), new("flatten", new Flatten()),
        new("linear", new Linear(256, 10)),
    ]);

    private static readonly Model Small = RandomWeights.Create(Graph, NetworkCatalog.Cifar10Classes, seed: 1);

    private readonly TemporaryFolder _folder = new();

    public AgreeCommandTests() => Small.Save(_folder["small.safetensors"]);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void What_was_ended_half_way_goes_on_to_the_same_file()
    {
        Command command = Agree("whole.csv", "--count", "40", "--batch", "8");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "40 of 40, 100.000 %");
        // CIFAR-10's classes are not those of the figures.
        StringAssert.Contains(
            command.Output, "accuracy          unknown: the classes of 'small' are not those of procedural");
        string[] lines = File.ReadAllLines(_folder["whole.csv"]);
        Assert.HasCount(42, lines);
        StringAssert.StartsWith(lines[41], "39,");

        Assert.AreEqual(0, Agree("parts.csv", "--count", "16", "--batch", "8").ExitCode);
        // A kill in the midst of a line.
        File.AppendAllText(_folder["parts.csv"], "16,3,1");
        command = Agree("parts.csv", "--count", "40", "--batch", "8");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "16 were done before");
        CollectionAssert.AreEqual(lines, File.ReadAllLines(_folder["parts.csv"]));

        command = Agree("parts.csv", "--count", "40");
        StringAssert.Contains(command.Output, "40 were done before");
        CollectionAssert.AreEqual(lines, File.ReadAllLines(_folder["parts.csv"]));
    }

    [TestMethod]
    public void The_accuracy_is_told_where_the_classes_are_those_of_the_data()
    {
        new Model(Graph, Small.Weights, [.. ProceduralImages.Create(10, 10).ClassNames], Small.Preprocessing)
            .Save(_folder["small.safetensors"]);
        Command command = Agree("a.csv", "--count", "8");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Matches(command.Output, new Regex("accuracy +torch [0-9.]+"));
    }

    [TestMethod]
    [DataRow("\n1,", "\n1,x", "not the numbers of image 1")]
    [DataRow("\n1,", "\n7,", "not the numbers of image 1")]
    [DataRow("# small", "# large", "belongs to another run than small")]
    public void A_file_that_is_not_its_own_is_left_as_it_is(string old, string replacement, string expected)
    {
        Assert.AreEqual(0, Agree("a.csv", "--count", "8").ExitCode);
        string text = File.ReadAllText(_folder["a.csv"]);
        string damaged = text.Replace(old, replacement, StringComparison.Ordinal);
        File.WriteAllText(_folder["a.csv"], damaged);
        Command command = Agree("a.csv", "--count", "8");
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, expected);
        Assert.AreEqual(damaged, File.ReadAllText(_folder["a.csv"]));
    }

    [TestMethod]
    public void Classes_that_differ_are_status_1()
    {
        Assert.AreEqual(0, Agree("a.csv", "--count", "8").ExitCode);
        // As if the device had answered the first image otherwise.
        string[] lines = File.ReadAllLines(_folder["a.csv"]);
        string[] fields = lines[2].Split(',');
        fields[3] = fields[3] == "0" ? "1" : "0";
        lines[2] = string.Join(',', fields);
        File.WriteAllText(_folder["a.csv"], string.Join('\n', lines) + "\n");
        Command command = Agree("a.csv", "--count", "16");
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "15 of 16, 93.750 %");
        StringAssert.Contains(command.Output, "they do NOT agree");
    }

    [TestMethod]
    public void NaN_is_status_1()
    {
        float[] bias = Small.Weights["linear.bias"].Data.ToArray();
        bias[3] = float.NaN;
        new Model(
            Graph, new Dictionary<string, Tensor>(Small.Weights) { ["linear.bias"] = new(new TensorShape(10), bias) },
            Small.ClassNames, Small.Preprocessing).Save(_folder["small.safetensors"]);
        Command command = Agree("a.csv", "--count", "8");
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "8 images have logits that are not finite");
    }

    [TestMethod]
    public void Parts_in_any_order_make_the_file_of_one_process()
    {
        Assert.AreEqual(0, Agree("whole.csv", "--count", "20", "--batch", "8").ExitCode);
        // One by its launcher's variables; 20 images in 3 parts are 7, 7 and 6.
        Command command = Softpool.Run(
            [("OMPI_COMM_WORLD_RANK", "2"), ("OMPI_COMM_WORLD_SIZE", "3")], "agree", _folder["small.safetensors"],
            "-o", _folder["parts"], "--count", "20", "--batch", "4");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(
            command.Output, "part 2/3 (OMPI_COMM_WORLD_RANK and OMPI_COMM_WORLD_SIZE): 6 of 20 images");
        Assert.AreEqual(0, Agree("parts", "--count", "20", "--shard", "0/3").ExitCode);
        Refused("of 3 parts these are missing: 1");
        Assert.AreEqual(0, Agree("parts", "--count", "20", "--shard", "1/3").ExitCode);
        string[] lines = File.ReadAllLines(_folder["parts/shard-1-of-3.csv"]);
        Assert.HasCount(9, lines);
        CollectionAssert.AreEqual(
            new[] { 1, 4, 7, 10, 13, 16, 19 }, lines[2..].Select(line => int.Parse(line.Split(',')[0])).ToArray());

        // A kill in the midst of a line: not whole, until the same command has gone on.
        File.WriteAllText(_folder["parts/shard-1-of-3.csv"], string.Join('\n', lines[..5]) + "\n10,3");
        Refused("part 1/3 has 3 of 7 images");
        StringAssert.Contains(Agree("parts", "--count", "20", "--shard", "1/3").Output, "3 were done before");
        CollectionAssert.AreEqual(lines, File.ReadAllLines(_folder["parts/shard-1-of-3.csv"]));

        command = Gather("--count", "20");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "20 of 20, 100.000 %");
        // Batches of other sizes may round otherwise: what they answer is the same.
        CollectionAssert.AreEqual(Answers("whole.csv"), Answers("all.csv"));
        File.Delete(_folder["all.csv"]);

        Refused("part 1/3 has 7 of 6 images", "--count", "19");
        Refused("is of small, sha256 ", "--count", "20", "--fp16");
        Assert.AreEqual(0, Agree("parts", "--count", "20", "--shard", "0/2").ExitCode);
        Refused("part 0/3 is one of 3 parts, not of 2");
        File.Delete(_folder["parts/shard-0-of-2.csv"]);
        // As if the device had answered the first image otherwise: the parts' verdict is the whole's.
        string first = _folder["parts/shard-0-of-3.csv"];
        string[] fields = (lines = File.ReadAllLines(first))[2].Split(',');
        lines[2] = $"0,{fields[1]},{fields[2]},{(fields[2] == "0" ? "1" : "0")},{fields[4]},{fields[5]}";
        File.WriteAllText(first, string.Join('\n', lines) + "\n");
        command = Gather("--count", "20");
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "19 of 20, 95.000 %");
        command = Softpool.Run("merge", _folder["parts"], "-o", _folder["merged.csv"]);
        Assert.AreEqual(1, command.ExitCode);
        StringAssert.Contains(command.Output, "holds parts of agree or report");

        void Refused(string reason, params string[] arguments)
        {
            Command refused = Gather(arguments.Length > 0 ? arguments : ["--count", "20"]);
            Assert.AreEqual(1, refused.ExitCode, refused.Output);
            StringAssert.Contains(refused.Output, reason);
            Assert.IsFalse(File.Exists(_folder["all.csv"]));
        }

        Command Gather(params string[] arguments) => Agree("all.csv", ["--parts", _folder["parts"], .. arguments]);

        string[] Answers(string file) =>
            [.. File.ReadAllLines(_folder[file]).Select(line => string.Join(',', line.Split(',').Take(4)))];
    }

    [TestMethod]
    [DataRow("--shard computes a part, and --parts reads all: give one of them.", "--shard", "0/2", "--parts", ".")]
    [DataRow("--shard takes i/n with i from 0 to n - 1, such as 0/4; got 2/2.", "--shard", "2/2")]
    [DataRow("Part 8/9 (--shard) of 8 pictures is empty: take 8 parts at most.", "--shard", "8/9")]
    [DataRow("holds no part: the same command with --shard i/n writes them.", "--parts", ".")]
    [DataRow("There is no folder ", "--parts", "nowhere")]
    public void Parts_that_are_none_are_refused(string message, params string[] arguments)
    {
        Command command = Agree(
            "out", ["--count", "8", .. arguments.Select(each => each is "." or "nowhere" ? _folder[each] : each)]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, message);
        Assert.IsFalse(Path.Exists(_folder["out"]));
    }

    private Command Agree(string output, params string[] arguments) =>
        Softpool.Run(["agree", _folder["small.safetensors"], "-o", _folder[output], .. arguments]);
}
