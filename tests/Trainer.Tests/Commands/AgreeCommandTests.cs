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
    [DataRow("# small", "# large", "belongs to another comparison")]
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

    private Command Agree(string output, params string[] arguments) =>
        Softpool.Run(["agree", _folder["small.safetensors"], "-o", _folder[output], .. arguments]);
}
