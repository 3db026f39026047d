using SoftPool.Operators;
using SoftPool.Trainer.Files;
using SoftPool.Trainer.Tests.Data;
using SoftPool.Trainer.Tests.Reports;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>run as a user starts it, with a model that sums the four pixels of each colour.</summary>
[TestClass]
public sealed class RunCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RunCommandTests() => TinyRun.Model("red", "green", "blue").Save(_folder["tiny.safetensors"]);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_picture_gives_a_table_with_the_likeliest_class_first()
    {
        Pictures.WriteColours(_folder["colours"]);
        Command command = Run(_folder["colours/test/green/0.png"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        // Logits of 0, 4 and 0; among equals the first class comes first.
        StringAssert.Matches(
            command.Output, new(@"green +96\.5 % +4\.000\s+red +1\.8 % +0\.000\s+blue +1\.8 % +0\.000"));
    }

    [TestMethod]
    public void An_array_gives_an_array()
    {
        NpyFile.Write(_folder["in.npy"], new Tensor(
            new TensorShape(2, 3, 2, 2), Enumerable.Range(0, 24).Select(i => (float)i).ToArray()));
        Command command = Run(_folder["in.npy"], "--output", _folder["out.npy"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Tensor logits = NpyFile.Read(_folder["out.npy"]);
        Assert.AreEqual(new TensorShape(2, 3), logits.Shape);
        CollectionAssert.AreEqual((float[])[6, 22, 38, 54, 70, 86], logits.Data.ToArray());
    }

    [TestMethod]
    [DataRow()]
    [DataRow("--batch", "7")]
    [DataRow("--batch", "300")]
    public void An_array_of_many_items_runs_in_batches(params string[] options)
    {
        float[] input = [.. Enumerable.Range(0, 300 * 12).Select(i => (float)(i % 601))];
        NpyFile.Write(_folder["in.npy"], new Tensor(new TensorShape(300, 3, 2, 2), input));
        Command command = Run([_folder["in.npy"], "--output", _folder["out.npy"], .. options]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        CollectionAssert.AreEqual(
            input.Chunk(4).Select(pixels => pixels.Sum()).ToArray(), NpyFile.Read(_folder["out.npy"]).Data.ToArray());
    }

    [TestMethod]
    public void Probabilities_are_not_made_probabilities_again_and_indices_are_numbers()
    {
        Save(new("soft", new Softmax(1)), new("flat", new Flatten()));
        NpyFile.Write(_folder["in.npy"], new Tensor(new TensorShape(3, 1, 1), new[] { 0f, MathF.Log(2), 0 }));
        StringAssert.Matches(Run(_folder["in.npy"]).Output, new(@"class +probability\s[^%]*\b1 +50\.0 %\s+0 +25\.0 %"));
        Save(new Layer("largest", new ArgMax(1, Keepdim: false)), new("flat", new Flatten()));
        StringAssert.Matches(Run(_folder["in.npy"]).Output, new(@"class +value\s[^%]*\b0 +1\s"));

        void Save(params Layer[] layers) => new Model(
            new ModelGraph("tiny", new TensorShape(3, 1, 1), layers), new Dictionary<string, Tensor>(), [],
            new Preprocessing([0, 0, 0], [1, 1, 1])).Save(_folder["tiny.safetensors"]);
    }

    [TestMethod]
    public void A_map_keeps_its_shape()
    {
        new Model(
            new ModelGraph("tiny", new TensorShape(3, 2, 2), [new("relu", new ReLU())]),
            new Dictionary<string, Tensor>(), [], new Preprocessing([0, 0, 0], [1, 1, 1]))
            .Save(_folder["tiny.safetensors"]);
        NpyFile.Write(_folder["in.npy"], new Tensor(new TensorShape(2, 3, 2, 2), new float[24]));
        Command command = Run(_folder["in.npy"], "--output", _folder["out.npy"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Assert.AreEqual(new TensorShape(2, 3, 2, 2), NpyFile.Read(_folder["out.npy"]).Shape);
    }

    [TestMethod]
    public void An_array_of_another_shape_is_status_1()
    {
        NpyFile.Write(_folder["in.npy"], new Tensor(new TensorShape(3, 2, 3), new float[18]));
        Command command = Run(_folder["in.npy"], "--output", _folder["out.npy"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "'tiny' takes arrays of 3x2x2 or Nx3x2x2");
        CollectionAssert.AreEqual((string[])["in.npy", "tiny.safetensors"], _folder.FileNames);
    }

    private Command Run(params string[] arguments) => Softpool.Run(["run", _folder["tiny.safetensors"], .. arguments]);
}
