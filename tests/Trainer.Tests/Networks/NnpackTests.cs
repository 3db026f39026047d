using SoftPool.Trainer.Networks;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Networks;

[TestClass]
public sealed class NnpackTests
{
    [TestMethod]
    public void Libtorch_is_asked_for_NNPACK_with_warnings_off_and_warns_as_before_afterwards()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("libtorch has these names on Linux.");
        Assert.IsTrue(Nnpack.Ask());
        Assert.IsTrue(Nnpack.Ask());
        using torch.Tensor x = torch.ones(1, 1, 3, 3), w = torch.ones(1, 1, 3, 3);
        using torch.Tensor y = torch.nn.functional.conv2d(x, w);
        Assert.AreEqual(9f, y.item<float>());
    }
}
