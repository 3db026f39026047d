using System.Buffers;
using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Verification;

namespace SoftPool.Verification.Tests;

/// <summary>Torch and Vulkan compute the same, layer by layer; and a difference is found.</summary>
[TestClass]
public sealed class TorchParityTests
{
    // Larger ones of a family, of which the plain one shows all that is new.
    private static readonly string[] PlainAlone = ["alexnet_torchvision", "vgg16", "resnet34", "resnet101"];

    /// <summary>Each family with its own pooling and with either SoftPool.</summary>
    private static IEnumerable<object[]> Networks =>
    [
        .. NetworkCatalog.Names
            .Where(name => !PlainAlone.Any(plain => name.StartsWith($"{plain}-", StringComparison.Ordinal)))
            .Select(name => new object[] { name }),
    ];

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Every_layer_of_a_network_holds_on_a_software_device(string network) =>
        AssertHolds(network, TestDevices.Software);

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Every_layer_of_a_network_holds_on_a_hardware_GPU(string network) =>
        AssertHolds(network, TestDevices.Hardware);

    [TestMethod]
    [DataRow("alexnet")]
    [DataRow("alexnet-softpool")]
    [DataRow("alexnet-softpool-shared")]
    [DataRow("resnet18-softpool")]
    public void Stored_in_16_bits_every_layer_is_near(string network)
    {
        Model model = RandomWeights.Create(NetworkCatalog.Create(network, 10), [], seed: 1);
        ImageSet images = ProceduralImages.Create(trainCount: 10, testCount: 10).Test;
        ParityReport report = TorchParity.Check(
            model, TestDevices.SoftwareWithFp16, images, count: 1, new SessionOptions { Fp16 = true });
        foreach (LayerParity layer in report.Layers)
            Assert.IsTrue(
                layer.Passed, $"{layer.Layer}: NMSE {layer.Comparison.Nmse}, error {layer.Comparison.RelativeError}");
        // It is 16 bits: in 32 they would be far nearer.
        Assert.IsGreaterThan(Tolerances.Fp32.LayerNmse, report.Layers[0].Comparison.Nmse);
    }

    [TestMethod]
    public void A_bias_that_the_device_reads_otherwise_than_torch_is_found_in_its_layer()
    {
        Model model = RandomWeights.Create(NetworkCatalog.Create("alexnet", 10), [], seed: 1);
        Tensor bias = model.Weights["features.3.bias"];
        float[] other = bias.Data.ToArray();
        other[5] += 0.01f;
        // Torch's network is the first to read the weights.
        using var memory = new ChangingMemory(bias.Data.ToArray(), other);
        var weights =
            new Dictionary<string, Tensor>(model.Weights) { ["features.3.bias"] = new(bias.Shape, memory.Memory) };
        model = new Model(model.Graph, weights, [], model.Preprocessing);
        ParityReport report = TorchParity.Check(
            model, TestDevices.Software, ProceduralImages.Create(trainCount: 10, testCount: 10).Test,
            count: 1, new SessionOptions());
        Assert.IsFalse(report.Passed);
        Assert.AreEqual("features.3", report.FirstFailure?.Layer);
    }

    private static void AssertHolds(string network, GpuDevice device)
    {
        Model model = RandomWeights.Create(NetworkCatalog.Create(network, 10), [], seed: 1);
        ImageSet images = ProceduralImages.Create(trainCount: 10, testCount: 10).Test;

        // Three images in batches of two, so that the last batch is not full; one of the networks that take much
        // longer.
        int count = network.StartsWith("alexnet", StringComparison.Ordinal) ? 3 : 1;
        ParityReport report = TorchParity.Check(model, device, images, count, new SessionOptions { Batch = 2 });
        Assert.AreEqual(count, report.Items);
        Assert.HasCount(model.Graph.Layers.Count, report.Layers);
        foreach (LayerParity layer in report.Layers)
        {
            Assert.IsTrue(
                layer.Passed, $"{layer.Layer}: NMSE {layer.Comparison.Nmse}, error {layer.Comparison.RelativeError}");
            Assert.AreEqual((long)count * layer.Shape.ElementCount, layer.Comparison.Count, layer.Layer);
        }
        Assert.IsTrue(report.Passed);
    }

    /// <summary>Some numbers for the first who reads them, others for all after.</summary>
    private sealed class ChangingMemory(float[] first, float[] then) : MemoryManager<float>
    {
        private int _reads;

        public override Memory<float> Memory => CreateMemory(first.Length);

        public override Span<float> GetSpan() => _reads++ == 0 ? first : then;

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
