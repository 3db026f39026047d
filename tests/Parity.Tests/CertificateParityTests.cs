using SoftPool.Trainer.Data;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Verification;

namespace SoftPool.Verification.Tests;

/// <summary>What torch certifies, a device holds; on each family of networks, on small pictures.</summary>
[TestClass]
public sealed class CertificateParityTests
{
    private static readonly ImageSet Pictures = ProceduralImages.Create(trainCount: 10, testCount: 40).Test;

    [TestMethod]
    [DataRow("alexnet-softpool", 96)]
    [DataRow("vgg11", 64)]
    [DataRow("resnet18-softpool", 64)]
    [DataRow("resnet50", 64)]
    [DataRow("resnext50-softpool", 64)]
    [DataRow("densenet121", 64)]
    [DataRow("googlenet-softpool", 64)]
    public void Every_family_s_certificate_holds_and_takes_at_most_2_MB(string network, int size)
    {
        Model model = TorchCertificate.AddTo(
            RandomWeights.Create(NetworkCatalog.Create(network, 10, size), NetworkCatalog.Cifar10Classes, seed: 1),
            Pictures);
        Assert.AreEqual(4, model.Certificate!.Pictures);
        Assert.IsTrue(model.Certificate.Document.Layers.All(layer => layer.RoundingNmse is < 1e-11));
        using var folder = new TemporaryFolder();
        model.Save(folder["certified.safetensors"]);
        new Model(model.Graph, model.Weights, model.ClassNames, model.Preprocessing).Save(folder["bare.safetensors"]);
        long bytes = new FileInfo(folder["certified.safetensors"]).Length
            - new FileInfo(folder["bare.safetensors"]).Length;
        Assert.IsLessThanOrEqualTo(2_000_000, bytes);

        using InferenceSession session = TestDevices.Software.CreateSession(
            Model.Load(folder["certified.safetensors"]), new SessionOptions { Batch = 3 });
        ParityReport report = session.Verify();
        Assert.IsNull(report.Failure);
        Assert.AreEqual(6, report.Items);
    }
}
