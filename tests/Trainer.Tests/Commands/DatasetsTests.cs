using SoftPool.Trainer.Commands;
using SoftPool.Trainer.Data;

namespace SoftPool.Trainer.Tests.Commands;

[TestClass]
public sealed class DatasetsTests
{
    [TestMethod]
    public void Ctrl_C_while_the_figures_are_drawn_is_heard() => Assert.ThrowsExactly<OperationCanceledException>(
        () => Datasets.Load(DatasetSource.Procedural, cancel: new CancellationToken(canceled: true)));
}
