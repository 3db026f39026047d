using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Trainer.Networks;
using TorchSharp;

namespace SoftPool.Verification.Tests;

/// <summary>Every operator's torch counterpart against its reference: the same cases on which the kernels are held
/// against the reference too.</summary>
[TestClass]
public sealed class OperatorParityTests
{
    [TestMethod]
    public void Torch_matches_the_reference()
    {
        foreach ((Layer[] layers, TensorShape inputShape, int batch) in OperatorCases.All)
        {
            using var scope = torch.NewDisposeScope();
            var random = new Random(20260701);
            var graph = new ModelGraph("test", inputShape, layers);
            int channels = inputShape[0];
            var model = new Model(
                graph,
                graph.Parameters.ToDictionary(
                    parameter => parameter.Name,
                    parameter => new Tensor(parameter.Shape, RandomNumbers.Weights(random, parameter))),
                [], new Preprocessing(new float[channels], [.. Enumerable.Repeat(1f, channels)]));
            float[] input = RandomNumbers.Normal(random, batch * inputShape.ElementCount, 3);
            using var network = new TorchNetwork(graph);
            network.LoadWeights(model.Weights);
            float[] actual = [];
            network.Infer(
                torch.tensor(input, [batch, .. inputShape.Extents.ToArray().Select(extent => (long)extent)]),
                (layer, output) => actual = layer == "layer" ? output.contiguous().data<float>().ToArray() : []);
            string what = $"{layers[^1].Operator} on {inputShape}, batch {batch}, in torch";
            Assert.HasCount(batch * graph.OutputShape.ElementCount, actual, what);
            OperatorCheck.AssertClose(OperatorCheck.Reference(model, input), actual, what);
        }
    }
}
