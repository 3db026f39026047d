using System.Diagnostics;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Trainer.Networks;
using SoftPool.Trainer.Reports;

namespace SoftPool.Trainer.Tests.Networks;

[TestClass]
public sealed class MemoryTests
{
    /// <summary>Every network of the catalogue.</summary>
    public static IEnumerable<object[]> Networks => NetworkCatalog.Names.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Activations_take_at_most_a_quarter_more_than_what_is_alive_at_once(string network)
    {
        ModelGraph graph = NetworkCatalog.Create(network, classes: 1000);
        foreach (int batch in new[] { 1, 8 })
        {
            ExecutionPlan plan = ExecutionPlan.Create(
                graph, _ => throw new UnreachableException(), new PlanOptions(batch));
            var arena = new ArenaPlan(plan, MemoryTable.Alignment, keepLayerOutputs: false);
            Assert.IsLessThanOrEqualTo(1.25, (double)arena.ByteCount / arena.LowerBound, $"{network}, batch {batch}");
        }
    }
}
