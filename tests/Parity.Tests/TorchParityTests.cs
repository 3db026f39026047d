using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Verification;
using TorchSharp;

namespace SoftPool.Parity.Tests;

/// <summary>Torch and Vulkan compute the same, layer by layer; and a difference is found.</summary>
[TestClass]
public sealed class TorchParityTests
{
    [TestMethod]
    [DataRow("alexnet")]
    [DataRow("alexnet-softpool")]
    [DataRow("alexnet-softpool-shared")]
    public void Every_layer_of_a_network_holds_on_a_software_device(string network) =>
        AssertHolds(network, TestDevices.Software);

    [TestMethod]
    [DataRow("alexnet")]
    [DataRow("alexnet-softpool")]
    [DataRow("alexnet-softpool-shared")]
    public void Every_layer_of_a_network_holds_on_a_hardware_GPU(string network) =>
        AssertHolds(network, TestDevices.Hardware);

    private static void AssertHolds(string network, GpuDevice device)
    {
        torch.manual_seed(1);
        using var torchNetwork = new TorchNetwork(NetworkCatalog.Create(network, 10));
        Model model = torchNetwork.ToModel([], Preprocessing.ImageNet);
        ImageSet images = ProceduralImages.Create(trainCount: 10, testCount: 10).Test;

        // Five images in batches of three: the last batch is not full.
        ParityReport report = TorchParity.Check(model, device, images, count: 5, batch: 3);
        Assert.AreEqual(5, report.Items);
        Assert.HasCount(model.Graph.Layers.Count, report.Layers);
        foreach (LayerParity layer in report.Layers)
        {
            Assert.IsTrue(layer.Passed, $"{layer.Layer}: NMSE {layer.Comparison.Nmse}, error {layer.Comparison.RelativeError}");
            Assert.AreEqual(5L * layer.Shape.Count, layer.Comparison.Count, layer.Layer);
        }
        Assert.IsTrue(report.Passed);
    }
}
