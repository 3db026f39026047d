using System.Runtime.InteropServices;
using System.Text;
using SoftPool.Files;
using SoftPool.Trainer.Networks;
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
        StringAssert.Contains(command.Output, "all tensor names begin with module._orig_mod.");
        AssertEqualWeights(weights, Model.Load(_folder["model.safetensors"]));
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
