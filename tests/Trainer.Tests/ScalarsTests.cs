namespace SoftPool.Trainer.Tests;

/// <summary>These tests keep every Scalar that they make too; Torch.Tests checks the rest.</summary>
[TestClass]
public sealed class ScalarsTests
{
    [TestMethod]
    public void No_scalar_is_let_go_before_its_call_returns()
    {
        using var loose = new LooseScalars();
        string[] found = loose.In("SoftPool.Trainer.Tests", _ => true);
        Assert.IsEmpty(found, string.Join('\n', found));
    }
}
