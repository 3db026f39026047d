using SoftPool.Operators;
using SoftPool.Trainer.Networks;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Networks;

/// <summary>Import and certificates compute in 64 bits: the modules of operators with parameters can be
/// converted.</summary>
[TestClass]
public sealed class WideNetworkTests
{
    [TestMethod]
    public void Each_operator_with_parameters_computes_in_64_bits()
    {
        foreach (OperatorCase row in OperatorCases.All.Where(row => row.Layers[^1].Operator.Parameters.Count > 0)
                     .DistinctBy(row => row.Layers[^1].Operator.GetType()))
        {
            using var scope = torch.NewDisposeScope();
            using var network = new TorchNetwork(new ModelGraph("wide", row.Input, row.Layers));
            network.to(torch.ScalarType.Float64);
            torch.Tensor input = torch.ones([2, .. row.Input.Extents.ToArray()], torch.ScalarType.Float64);
            network.Infer(input, (_, output) => Assert.AreEqual(
                torch.ScalarType.Float64, output.dtype, row.Layers[^1].Operator.ToString()));
        }
    }
}
