using System.Text.Json;
using SoftPool.Operators;
using SoftPool.Trainer.Commands;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Verification;

namespace SoftPool.Trainer.Tests.Commands;

/// <summary>verify as a user starts it: status 0 where all is right, and 1, with the reason, wherever it is
/// not.</summary>
[TestClass]
public sealed class VerifyCommandTests : IDisposable
{
    private static readonly ModelGraph Graph = new("small", new TensorShape(3, 16, 16),
    [
        new("conv", new Conv2d(3, 8, 3, 1, 1)), new("norm", new BatchNorm2d(8)), new("relu", new ReLU()),
        new("pool", new SoftPool2d(3, 2, 0, false, SoftPoolWeighting.PerChannel)), new("flatten", new Flatten()),
        new("linear", new Linear(392, 10)),
    ]);

    private static readonly Model Certified = TorchCertificate.AddTo(
        RandomWeights.Create(Graph, NetworkCatalog.Cifar10Classes, seed: 1),
        ProceduralImages.Create(trainCount: 10, testCount: 40).Test);

    private readonly TemporaryFolder _folder = new();

    private string ModelPath => _folder["small.safetensors"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_certificate_holds_without_data_and_the_report_is_written()
    {
        Certified.Save(ModelPath);
        Command command = Verify("--json", _folder["report.json"], "--repeat", "20");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "the certificate holds");
        StringAssert.Contains(command.Output, "20 runs gave the same bits");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["report.json"]));
        JsonElement root = json.RootElement;
        Assert.IsTrue(root.GetProperty("passed").GetBoolean());
        Assert.AreEqual(Graph.Layers.Count, root.GetProperty("layers").GetArrayLength());
        StringAssert.StartsWith(root.GetProperty("certificate").GetProperty("framework").GetString(), "torch ");
        Assert.AreEqual(4, root.GetProperty("certificate").GetProperty("pictures").GetInt32());
        AssertFiles("report.json", "small.safetensors");
    }

    [TestMethod]
    [DataRow(4, false, 4, 1)]
    [DataRow(4, true, 4)] // A batch that was asked for is not another one.
    [DataRow(1, false, 1)]
    public void Without_memory_for_a_batch_one_item_is_taken_at_a_time(int batch, bool isChosen, params int[] tried)
    {
        var batches = new List<int>();
        int Run(SessionOptions options)
        {
            batches.Add(options.Batch);
            return batches.Count == 2 ? 0 : throw new OutOfDeviceMemoryException("no memory");
        }

        var options = new SessionOptions { Batch = batch };
        if (tried.Length == 2)
            Assert.AreEqual(0, VerifyCommand.InBatches(options, isChosen, Run));
        else
            Assert.ThrowsExactly<OutOfDeviceMemoryException>(() => VerifyCommand.InBatches(options, isChosen, Run));
        CollectionAssert.AreEqual(tried, batches);
    }

    [TestMethod]
    public void A_flipped_bit_of_a_weight_is_status_1_and_named()
    {
        Certified.Save(ModelPath);
        byte[] file = File.ReadAllBytes(ModelPath);
        file[^1] ^= 0x40; // The last tensor is linear.bias; its last value grows beyond all others.
        File.WriteAllBytes(ModelPath, file);
        Command command = Verify("--json", _folder["report.json"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "the weight linear.bias has changed since the certificate was made");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["report.json"]));
        Assert.IsFalse(json.RootElement.GetProperty("passed").GetBoolean());
        Assert.AreEqual("weight linear.bias", json.RootElement.GetProperty("changes")[0].GetString());
    }

    [TestMethod]
    public void NaN_is_status_1_and_null_in_the_report()
    {
        Certified.Save(ModelPath); // no certificate is made of such weights: these come later
        byte[] file = File.ReadAllBytes(ModelPath);
        BitConverter.TryWriteBytes(file.AsSpan(file.Length - sizeof(float)), float.NaN);
        File.WriteAllBytes(ModelPath, file);
        Command command = Verify("--json", _folder["report.json"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "layer linear is the first beyond its gate");
        Command withTorch = Verify("--data", "procedural", "--count", "3");
        Assert.AreEqual(1, withTorch.ExitCode, withTorch.Output);
        StringAssert.Contains(withTorch.Output, "parity FAILS");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["report.json"]));
        Assert.AreEqual(JsonValueKind.Null, json.RootElement.GetProperty("layers")[5].GetProperty("nmse").ValueKind);
        Assert.AreEqual("linear", json.RootElement.GetProperty("first_failing_layer").GetString());
    }

    [TestMethod]
    public void Without_a_certificate_it_is_status_1_unless_data_is_given()
    {
        new Model(Graph, Certified.Weights, Certified.ClassNames, Certified.Preprocessing).Save(ModelPath);
        Command command = Verify("--json", _folder["report.json"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "error: 'small' has no certificate");
        AssertFiles("small.safetensors");

        command = Verify("--data", "procedural", "--count", "3", "--json", _folder["report.json"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "parity holds");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(_folder["report.json"]));
        Assert.AreEqual(JsonValueKind.Null, json.RootElement.GetProperty("certificate").ValueKind);
        Assert.AreEqual(3, json.RootElement.GetProperty("items").GetInt32());
    }

    [TestMethod]
    public void Strict_numerics_give_the_bits_of_the_reference()
    {
        Certified.Save(ModelPath);
        Command command = Verify("--strict", "--count", "3", "--batch", "2");
        Assert.AreEqual(0, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "3 images");
        StringAssert.Contains(command.Output, "0 differing bits");
    }

    [TestMethod]
    public void A_report_that_cannot_be_written_is_status_1()
    {
        Certified.Save(ModelPath);
        Command command = Verify("--json", _folder["nowhere/report.json"]);
        Assert.AreEqual(1, command.ExitCode, command.Output);
        StringAssert.Contains(command.Output, "error: ");
    }

    [TestMethod]
    public void Export_writes_a_certificate_unless_told_not_to()
    {
        string[] export = ["export", "--network", "alexnet", "--random-weights", "1", "-o", ModelPath];
        Command command = Softpool.Run(export);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Assert.AreEqual(4, Model.Load(ModelPath).Certificate?.Inputs);
        command = Softpool.Run([.. export, "--no-certificate"]);
        Assert.AreEqual(0, command.ExitCode, command.Output);
        Assert.IsNull(Model.Load(ModelPath).Certificate);
    }

    /// <summary>Fails unless the folder holds these files and nothing half-written.</summary>
    private void AssertFiles(params string[] files) => CollectionAssert.AreEqual(files, _folder.FileNames);

    private Command Verify(params string[] arguments) => Softpool.Run(["verify", ModelPath, .. arguments]);
}
