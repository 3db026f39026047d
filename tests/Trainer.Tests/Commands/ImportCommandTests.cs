using SoftPool.Runtime.Tests.Onnx.Import;
using SoftPool.Trainer.Tests.StateDicts;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>import as a user starts it: a model under a certificate, or a list and nothing written.</summary>
[TestClass]
public sealed class ImportCommandTests : IDisposable
{
    private static readonly long[] Square3 = [3, 3];

    private readonly TemporaryFolder _folder = new();

    private static GraphWriter Network =>
        new GraphWriter().Input("x", "N", 3, "height", "width").Output("y").Some("w", 4, 3, 3, 3)
        .Some("f", 4, 2).Node("Conv", "x w", "a").Node("Sigmoid", "a", "s")
        .Node("Mul", "a s", "b").Node("GlobalAveragePool", "b", "p")
        .Node("Flatten", "p", "q").Node("Gemm", "q f", "y");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_file_becomes_a_model_that_was_compared_with_ONNX_Runtime()
    {
        string onnx = Write(Network);
        File.WriteAllText(_folder["classes.txt"], "cat\ndog\n");
        Command command = Softpool.Run(
            "import", onnx, "-o",
            _folder["model.safetensors"], "--shape", "height=8", "--shape", "width=6", "--classes",
            _folder["classes.txt"],
            "--mean", "0.5", "0.4", "0.3", "--std", "0.1", "0.2", "0.3");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "compared with ONNX Runtime");
        Assert.DoesNotContain("[0, 1]", command.Output);
        Model model = Model.Load(_folder["model.safetensors"]);
        Assert.AreEqual(new TensorShape(3, 8, 6), model.Graph.InputShape);
        CollectionAssert.AreEqual(new[] { "cat", "dog" }, model.ClassNames.ToArray());
        CollectionAssert.AreEqual(new[] { 0.1f, 0.2f, 0.3f }, model.Preprocessing.StandardDeviation.ToArray());
        Assert.AreEqual(4, model.Certificate?.Inputs);
    }

    [TestMethod]
    public void A_file_that_does_not_say_how_pictures_were_normalised_gets_a_word_about_it()
    {
        Command command = Softpool.Run(
            "import", Write(Network), "-o", _folder["m.safetensors"], "--shape", "height=8", "--shape", "width=6");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "pictures are scaled to [0, 1] and no more");
    }

    [TestMethod]
    public void A_folder_a_file_of_nothing_and_a_model_file_named_as_ONNX_get_one_sentence()
    {
        File.WriteAllBytes(_folder["empty.onnx"], []);
        StringAssert.Contains(Refused(_folder.Path), "is a folder; an ONNX file is expected.");
        StringAssert.Contains(Refused(_folder["empty.onnx"]), "is an empty file, not an ONNX model");
        string other = _folder["other.ONNX"];
        StringAssert.Contains(
            Refused(Write(Network), "--shape", "height=8", "--shape", "width=6", "-o", other), "which would pass for");
        Assert.IsFalse(File.Exists(other));

        static string Refused(params string[] arguments)
        {
            Command command = Softpool.Run(["import", .. arguments]);
            Assert.AreEqual(1, command.ExitCode, command.Output);
            return string.Join(' ', command.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [TestMethod]
    public void Several_inputs_and_outputs_keep_their_names_in_every_command()
    {
        GraphWriter network = new GraphWriter().Input("left", "N", 3, 8, 6).Input("right", "N", 3, 8, 6)
            .Output("distance").Output("map").Some("w", 4, 3, 3, 3).Node("Conv", "left w", "a")
            .Node("Conv", "right w", "b").Node("Sub", "a b", "map").Node("Relu", "map", "r")
            .Node("GlobalAveragePool", "r", "p").Node("Flatten", "p", "distance");
        string path = _folder["model.safetensors"];
        StringAssert.Contains(
            Output(0, "import", Write(network), "-o", path),
            "inputs left 3x8x6, right 3x8x6, outputs distance 4 of n5, map 4x6x4 of n2");
        Model model = Model.Load(path);
        CollectionAssert.AreEqual(
            new[] { "left", "right" }, model.Graph.Inputs.Select(input => input.Name).ToArray());
        CollectionAssert.AreEqual(
            new[] { "distance", "map" }, model.Graph.Outputs.Select(output => output.Name).ToArray());
        StringAssert.Contains(Output(0, "summary", path), "inputs left 3x8x6, right 3x8x6");
        StringAssert.Contains(Output(0, "verify", path), "n2");
        StringAssert.Contains(Output(0, "bench", path, "--batch", "2", "--seconds", "1"), "torch");
        StringAssert.Contains(
            Output(1, "run", path, _folder["a.png"]),
            "run takes one picture or array, and 'small' has the inputs left, right");

        // Lines are wrapped where the console ends.
        static string Output(int exitCode, params string[] arguments)
        {
            Command command = Softpool.Run(arguments);
            Assert.AreEqual(exitCode, command.ExitCode, command.Output);
            return string.Join(' ', command.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [TestMethod]
    public void The_certificate_can_be_left_out()
    {
        Command command = Softpool.Run(
            "import", Write(Network), "--shape", "x=1x3x8x6", "--no-certificate", "-o", _folder["model.safetensors"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Assert.IsNull(Model.Load(_folder["model.safetensors"]).Certificate);
    }

    [TestMethod]
    public void A_dry_run_prints_the_layers_and_writes_nothing()
    {
        Command command = Softpool.Run("import",
            Write(Network), "--shape", "x=1x3x8x6", "--dry-run", "-o", _folder["model.safetensors"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "GlobalAvgPool");
        Assert.IsFalse(File.Exists(_folder["model.safetensors"]));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void What_is_not_supported_is_listed_with_status_1_and_nothing_is_written(bool dry)
    {
        string onnx = Write(new GraphWriter().Input("x", 1, 3, 8, 8).Output("y").Node("Acos", "x", "a")
            .Node("AveragePool", "a", "y", ("kernel_shape", Square3), ("glue", 1)));
        string[] arguments = ["import", onnx, "-o", _folder["model.safetensors"]];
        Command command = Softpool.Run(dry ? [.. arguments, "--dry-run"] : arguments);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "  Acos: the operator is not supported (1 node: n0)");
        StringAssert.Contains(
            command.Output, "  AveragePool: attribute glue is not supported (1 node: n1)");
        Assert.IsFalse(File.Exists(_folder["model.safetensors"]));
    }

    [TestMethod]
    [DataRow("--shape", "x=1x3xwide", "--shape: A shape is a name and extents, such as x=1x3x640x640 or "
        + "height=640; got x=1x3xwide.")]
    [DataRow("--mean", "0,5", "--mean takes plain numbers such as 0.485 0.456 0.406; got 0,5.")]
    [DataRow("--classes", "nowhere.txt", "nowhere.txt")]
    public void Bad_values_are_refused(string option, string value, string expected)
    {
        Command command = Softpool.Run("import", Write(Network), option, value, "-o", _folder["model.safetensors"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, expected);
        Assert.IsFalse(File.Exists(_folder["model.safetensors"]));
    }

    [TestMethod]
    public void What_is_no_ONNX_file_is_said_to_be_none()
    {
        File.WriteAllText(_folder["a.onnx"], "hello");
        Command command = Softpool.Run("import", _folder["a.onnx"], "-o", _folder["model.safetensors"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "a.onnx is no valid ONNX model");
        command = Softpool.Run("import", TorchFiles.Made("plain.pth"), "-o", _folder["model.safetensors"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(
            command.Output, "plain.pth is a PyTorch checkpoint (a zip archive), not an ONNX model; 'softpool export ");
        CollectionAssert.AreEqual((string[])["a.onnx"], _folder.FileNames);
    }

    [TestMethod]
    [DataRow("", "an empty file")]
    [DataRow("version https://git-lfs.github.com/spec/v1\nsize 1\n", "a pointer of Git LFS")]
    [DataRow("\u0002\0\0\0\0\0\0\0{}", "a safetensors file")]
    public void What_is_often_taken_for_an_ONNX_file_is_called_what_it_is(string content, string kind)
    {
        File.WriteAllText(_folder["a.onnx"], content);
        Command command = Softpool.Run("import", _folder["a.onnx"], "-o", _folder["model.safetensors"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, $"a.onnx is {kind}, not an ONNX model; ");
        CollectionAssert.AreEqual((string[])["a.onnx"], _folder.FileNames);
    }

    [TestMethod]
    [DataRow("--mean", "0.5")]
    [DataRow("--interpolation", "bicubic")]
    public void Options_for_pictures_are_refused_where_the_network_reads_none(string option, string value)
    {
        string onnx = Write(new GraphWriter().Input("x", 1, 5).Output("y").Node("Relu", "x", "y"));
        Command command = Softpool.Run("import", onnx, option, value, "-o", _folder["model.safetensors"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "are for a network that reads pictures; ");
        StringAssert.Contains(command.Output, "small.onnx has the input 5.");
        CollectionAssert.AreEqual((string[])["small.onnx"], _folder.FileNames);
    }

    private string Write(GraphWriter graph)
    {
        File.WriteAllBytes(_folder["small.onnx"], graph.ToArray());
        return _folder["small.onnx"];
    }
}
