using TorchSharp;

namespace SoftPool.Torch.Tests;

[TestClass]
public sealed class TorchLoadsTests
{
    /// <summary>Fails on Debian 12 and Ubuntu 22.04 when this project got the package's own
    /// libLibTorchSharp.so.</summary>
    [TestMethod]
    public void The_native_library_loads_and_computes()
    {
        using var scope = torch.NewDisposeScope();
        Assert.AreEqual(3f, torch.ones(3).sum().item<float>());
    }
}
