using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SoftPool.Files;
using SoftPool.Onnx;
using SoftPool.Operators;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.StateDicts;
using SoftPool.Trainer.Tests.Data;
using SoftPool.Trainer.Tests.Reports;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>export as a user starts it: of a run, of bare weights, and never over what it reads.</summary>
[TestClass]
public sealed class ExportCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_run_becomes_the_model_of_its_best_epoch()
    {
        Pictures.WriteColours(_folder["colours"]);
        TinyRun.Write(_folder["run"], _folder["colours"]);
        Command command = Softpool.Run("export", _folder["run"], "-o", _folder["model.safetensors"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Model expected = TinyRun.Model("blue", "green", "red"), actual = Model.Load(_folder["model.safetensors"]);
        CollectionAssert.AreEqual(expected.ClassNames.ToArray(), actual.ClassNames.ToArray());
        AssertEqualWeights(expected, actual);
        Assert.AreEqual(4, actual.Certificate?.Inputs);
    }

    [TestMethod]
    [DataRow("nowhere", "The run's record names its data by a relative path")]
    [DataRow("cifar10", "CIFAR-10 is not on this machine yet")]
    public void Data_that_is_not_here_leaves_the_pictures_out_and_nothing_is_downloaded(string data, string expected)
    {
        TinyRun.Write(_folder["run"], data);
        Command command = Softpool.Run(
            [("XDG_CACHE_HOME", _folder["cache"])], "export", _folder["run"], "-o", _folder["model.safetensors"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, $"no pictures in the certificate: {expected}");
        Assert.IsFalse(Directory.Exists(_folder["cache"]));
        Assert.AreEqual(4, Model.Load(_folder["model.safetensors"]).Certificate?.Inputs);
    }

    [TestMethod]
    public void Bare_weights_become_a_model_and_are_left_alone()
    {
        Model weights = RandomWeights.Create(NetworkCatalog.Create("alexnet", 2), ["a", "b"], seed: 1);
        new SafetensorsFile(weights.Weights, new Dictionary<string, string> { ["format"] = "pt" })
            .Write(_folder["alexnet.safetensors"]);
        string[] export = ["export", _folder["alexnet.safetensors"], "--no-certificate", "--classes", "a", "b"];

        Command nameless = Softpool.Run(export);
        Assert.AreEqual(1, nameless.ExitCode, nameless.Output);
        StringAssert.Contains(nameless.Output, "needs --network");

        export = [.. export, "--network", "alexnet", "--output"];
        Command over = Softpool.Run([.. export, _folder["nowhere/../alexnet.safetensors"]]);
        Assert.AreEqual(1, over.ExitCode, over.Output);
        StringAssert.Contains(over.Output, "would overwrite the file that it reads");
        Assert.IsEmpty(SafetensorsFile.Read(_folder["alexnet.safetensors"]).Metadata.Keys.Except(["format"]));

        Command command = Softpool.Run([.. export, _folder["model.safetensors"]]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Model actual = Model.Load(_folder["model.safetensors"]);
        CollectionAssert.AreEqual((string[])["a", "b"], actual.ClassNames.ToArray());
        AssertEqualWeights(weights, actual);
        CollectionAssert.AreEqual((string[])["alexnet.safetensors", "model.safetensors"], _folder.FileNames);
    }

    /// <summary>What torch.save_file makes of a network wrapped and compiled, with the counters of its batch
    /// norms.</summary>
    [TestMethod]
    public void A_state_dict_with_counters_and_prefixes_becomes_a_model()
    {
        Model weights = RandomWeights.Create(NetworkCatalog.Create("resnet18", 2), ["a", "b"], seed: 1);
        var header = new List<string>();
        using var data = new MemoryStream();
        foreach ((string name, Tensor weight) in weights.Weights)
        {
            byte[] floats = MemoryMarshal.AsBytes(weight.Data.Span).ToArray();
            header.Add(
                $"\"module._orig_mod.{name}\":{{\"dtype\":\"F32\","
                + $"\"shape\":[{weight.Shape.ToString().Replace('x', ',')}],"
                + $"\"data_offsets\":[{data.Length},{data.Length + floats.Length}]}}");
            data.Write(floats);
            if (!name.EndsWith(".running_var", StringComparison.Ordinal))
                continue;
            header.Add(
                $"\"module._orig_mod.{name.Replace("running_var", "num_batches_tracked")}\":"
                + $"{{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[{data.Length},{data.Length + 8}]}}");
            data.Write(BitConverter.GetBytes(1234L));
        }
        byte[] json = Encoding.UTF8.GetBytes($"{{{string.Join(',', header)}}}");
        File.WriteAllBytes(
            _folder["dict.safetensors"], [.. BitConverter.GetBytes((long)json.Length), .. json, .. data.ToArray()]);

        Command command = Softpool.Run(
            "export", _folder["dict.safetensors"], "--no-certificate", "-n", "resnet18", "--classes", "a", "b", "-o",
            _folder["model.safetensors"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "the tensor names begin with module._orig_mod.");
        AssertEqualWeights(weights, Model.Load(_folder["model.safetensors"]));
    }

    /// <summary>What torch.save makes of a classifier of ImageNet: the last weight says how many classes there
    /// are.</summary>
    [TestMethod]
    public void A_pth_becomes_a_model_with_as_many_classes_as_its_last_weight()
    {
        Model weights = RandomWeights.Create(NetworkCatalog.Create("squeezenet", 1000), [], seed: 1);
        TorchFileWriter.Write(
            _folder["net.pth"], weights.Weights.ToDictionary(entry => $"module.{entry.Key}", entry => entry.Value));
        string[] export = ["export", _folder["net.pth"], "--no-certificate", "-n", "squeezenet", "-o"];

        Command command = Softpool.Run([.. export, _folder["named.safetensors"], "--classes", "imagenet"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "the tensor names begin with module.: the prefix is left out");
        Model named = Model.Load(_folder["named.safetensors"]);
        AssertEqualWeights(weights, named);
        Assert.HasCount(1000, named.ClassNames);
        Assert.AreEqual("tench goldfish toilet tissue",
            $"{named.ClassNames[0]} {named.ClassNames[1]} {named.ClassNames[999]}");
        Assert.HasCount(1000, named.ClassNames.Distinct());

        command = Softpool.Run([.. export, _folder["bare.safetensors"]]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "the last weight has 1000 outputs, which have no names");
        Assert.IsEmpty(Model.Load(_folder["bare.safetensors"]).ClassNames);

        command = Softpool.Run([.. export, _folder["no.safetensors"], "--classes", _folder.Write("names", "a\nb\n")]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(
            command.Output, "has 1000 outputs, by module.classifier.1.weight, but 2 class names came");
        Assert.IsFalse(File.Exists(_folder["no.safetensors"]));
    }

    [TestMethod]
    public void Weights_of_another_network_are_refused_as_a_table_and_nothing_is_written()
    {
        Model weights = RandomWeights.Create(NetworkCatalog.Create("squeezenet", 3), [], seed: 1);
        var given = weights.Weights.ToDictionary(entry => entry.Key, entry => entry.Value);
        given["features.0.weigth"] = given["features.0.weight"];
        given.Remove("features.0.weight");
        TorchFileWriter.Write(_folder["net.pth"], given);
        string[] export =
            ["export", _folder["net.pth"], "--no-certificate", "-n", "squeezenet", "-o", _folder["model.safetensors"]];
        Command command = Softpool.Run(export);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(
            command.Output, $"error: {_folder["net.pth"]} does not fit squeezenet, in 2 of its weights:");
        StringAssert.Contains(
            command.Output, "  missing     features.0.weight  64x3x3x3            features.0.weigth");
        StringAssert.Contains(
            command.Output, "  unexpected  features.0.weigth            64x3x3x3  features.0.weight");
        CollectionAssert.AreEqual((string[])["net.pth"], _folder.FileNames);
    }

    [TestMethod]
    public void A_model_goes_back_to_PyTorch_and_ONNX()
    {
        Model model = RandomWeights.Create(
            NetworkCatalog.Create("squeezenet", 3, 64), ["a", "b", "ü"], seed: 1);
        model.Save(_folder["model.safetensors"]);
        string[] export = ["export", _folder["model.safetensors"], "--pth", _folder["back.pth"], "--onnx"];
        Command command = Softpool.Run([.. export, _folder["back.pth"]]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "export would write two files under one name");
        command = Softpool.Run([.. export, _folder["back.onnx"]]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        CollectionAssert.AreEqual((string[])["back.onnx", "back.pth", "model.safetensors"], _folder.FileNames);
        StringAssert.Contains(command.Output, "compared with ONNX Runtime ");
        StringAssert.Contains(command.Output, "back.onnx: squeezenet, any batch of 3x64x64, ");

        IReadOnlyDictionary<string, Tensor> weights = StateDict.Read(_folder["back.pth"]).Tensors;
        CollectionAssert.AreEqual(
            model.Graph.Parameters.Select(parameter => parameter.Name).ToArray(), weights.Keys.ToArray());
        foreach ((string name, Tensor weight) in weights)
            Assert.IsTrue(model.Weights[name].Data.Span.SequenceEqual(weight.Data.Span), name);
        using OnnxModel file = OnnxModel.Open(_folder["back.onnx"]);
        CollectionAssert.AreEqual(
            (string[])["a", "b", "ü"], JsonSerializer.Deserialize<string[]>(file.Metadata["softpool.classes"]));
        StringAssert.Contains(file.Metadata["softpool.preprocessing"], "0.485");
        Assert.AreEqual("batch", file.Graph.Inputs.Single().Type.Dimensions![0].Symbol);
    }

    [TestMethod]
    public void What_ONNX_cannot_hold_is_listed_and_nothing_is_written()
    {
        var graph = new ModelGraph("wide", new TensorShape(3, 40, 40),
        [
            new Layer("first", new SoftPool2d(17, 1, 0, CeilMode: false, SoftPoolWeighting.PerChannel)),
            new Layer("second", new SoftPool2d(18, 1, 0, CeilMode: false, SoftPoolWeighting.PerChannel)),
            new Layer("flatten", new Flatten()),
        ]);
        RandomWeights.Create(graph, [], seed: 1).Save(_folder["model.safetensors"]);
        Command command = Softpool.Run("export", _folder["model.safetensors"], "--onnx", _folder["back.onnx"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "error: wide cannot be written as ONNX:");
        StringAssert.Contains(command.Output, "  SoftPool2d: a window of 289 cells; at most 256 are written (first)");
        StringAssert.Contains(command.Output, "  SoftPool2d: a window of 324 cells; at most 256 are written (second)");
        CollectionAssert.AreEqual((string[])["model.safetensors"], _folder.FileNames);
    }

    /// <summary>Options that would change nothing, and paths that cannot be written, before anything is
    /// computed.</summary>
    [TestMethod]
    [DataRow("--no-certificate|--data|procedural", "are for the certificate, which --no-certificate leaves out.")]
    [DataRow("--no-certificate|--image-size|8", "are for the certificate, which --no-certificate leaves out.")]
    [DataRow("--image-size|8", "--image-size is for the pictures of --data, which is not given.")]
    [DataRow("--pth|{0}/a.pth|--no-certificate", "which --pth and --onnx do not write; --output does.")]
    [DataRow("--onnx|{0}/a.onnx|--data|procedural", "which --pth and --onnx do not write; --output does.")]
    [DataRow("--pth|{0}/a.pth|--interpolation|bicubic", "--resize is for a model file or ONNX file")]
    [DataRow("--pth|{0}/a.pth|--classes|a|b", "--classes is for a model file or ONNX file")]
    [DataRow("--classes|{0}/empty", "/empty has no names in it.")]
    [DataRow("--key|model", "/net.pth has no dictionary of tensors model; it has the whole file (52 tensors).")]
    [DataRow("--ignore|aux", "--ignore aux is the beginning of no name in the file.")]
    [DataRow("-o|{0}/none/m.safetensors", "/none/m.safetensors cannot be written: there is no folder {0}/none.")]
    [DataRow("--pth|{0}/none/m.pth", "/none/m.pth cannot be written: there is no folder {0}/none.")]
    [DataRow("-o|{0}", " is a folder; the name of a file is expected.")]
    public void What_has_no_effect_or_cannot_be_written_is_refused(string arguments, string expected)
    {
        Model model = RandomWeights.Create(NetworkCatalog.Create("squeezenet", 3), [], seed: 1);
        TorchFileWriter.Write(_folder["net.pth"], model.Weights);
        _folder.Write("empty", "\n \n");
        string[] given = arguments.Replace("{0}", _folder.Path, StringComparison.Ordinal).Split('|');
        Command command = Softpool.Run(["export", _folder["net.pth"], "-n", "squeezenet", .. given]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, expected.Replace("{0}", _folder.Path, StringComparison.Ordinal));
        Assert.HasCount(
            1, command.Output.Split('\n').Where(line => line.StartsWith("error: ", StringComparison.Ordinal)));
        CollectionAssert.AreEqual((string[])["empty", "net.pth"], _folder.FileNames);
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.MaxValue)]
    public void Values_that_are_not_finite_get_no_certificate_and_nothing_is_written(float weight)
    {
        Model model = RandomWeights.Create(NetworkCatalog.Create("squeezenet", 3), [], seed: 1);
        var given = model.Weights.ToDictionary(entry => entry.Key, entry => entry.Value);
        TensorShape shape = given["features.0.weight"].Shape;
        given["features.0.weight"] = new Tensor(shape, Enumerable.Repeat(weight, shape.ElementCount).ToArray());
        TorchFileWriter.Write(_folder["net.pth"], given);
        string[] export = ["export", _folder["net.pth"], "-n", "squeezenet", "-o", _folder["model.safetensors"]];
        Command command = Softpool.Run(export);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(
            command.Output, "squeezenet cannot have a certificate, because layer features.0 is the first whose values "
                + "are not all finite numbers; --no-certificate leaves it out.");
        CollectionAssert.AreEqual((string[])["net.pth"], _folder.FileNames);
        command = Softpool.Run([.. export, "--no-certificate"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
    }

    [TestMethod]
    [DataRow("last.safetensors")]
    [DataRow("best.safetensors")]
    public void A_run_keeps_its_checkpoints(string name)
    {
        TinyRun.Write(_folder["run"], "procedural");
        byte[] before = File.ReadAllBytes(_folder[$"run/{name}"]);
        Command command = Softpool.Run("export", _folder["run/"], "-o", _folder[$"run/{name}"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "would overwrite the file that it reads");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(_folder[$"run/{name}"]));
    }

    private static void AssertEqualWeights(Model expected, Model actual)
    {
        CollectionAssert.AreEquivalent(expected.Weights.Keys.ToArray(), actual.Weights.Keys.ToArray());
        foreach ((string name, Tensor weight) in expected.Weights)
            Assert.IsTrue(weight.Data.Span.SequenceEqual(actual.Weights[name].Data.Span), name);
    }
}
