using SoftPool.Reference;
using SoftPool.Trainer.Networks;
using TorchSharp;

namespace SoftPool.Parity.Tests;

/// <summary>Every operator's torch counterpart against its reference: the same cases on which the kernels are held against
/// the reference too.</summary>
[TestClass]
public sealed class OperatorParityTests
{
    private const double Tolerance = 2e-6;

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
            float[] input = RandomNumbers.Normal(random, batch * inputShape.Count, 3);
            float[] expected =
                [.. input.Chunk(inputShape.Count).SelectMany(item => ReferenceNetwork.Run(model, item)[^1])];

            using var network = new TorchNetwork(graph);
            network.LoadWeights(model.Weights);
            float[] actual = [];
            network.Infer(
                torch.tensor(input, [batch, .. inputShape.Extents.ToArray().Select(extent => (long)extent)]),
                (layer, output) => actual = layer == "layer" ? output.contiguous().data<float>().ToArray() : []);
            AssertClose(expected, actual, $"{layers[^1].Operator} on {inputShape}, batch {batch}");
        }
    }

    private static void AssertClose(float[] expected, float[] actual, string what)
    {
        Assert.HasCount(expected.Length, actual, what);
        double largest = Math.Max(expected.Max(value => Math.Abs((double)value)), 1e-30);
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs((double)expected[i] - actual[i]) <= Tolerance * largest))
                Assert.Fail($"{what}: element {i} is {actual[i]:R} in torch, and should be {expected[i]:R}.");
    }
}
