using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Verification;

/// <summary>What running sums make of a layer: much where many equal terms are added, nothing that counts
/// elsewhere.</summary>
[TestClass]
public sealed class RunningSumsTests
{
    private const int Channels = 4096;

    [TestMethod]
    public void Equal_terms_add_their_roundings_up()
    {
        // 0.1 * 0.1, 4096 times: the sum grows to 41, whose last bit is 2^-18, and each of the later terms is rounded
        // to it in the same direction.
        double equal = Nmse((_, _) => 0.1f);
        Assert.IsTrue(equal is > 1e-11 and < 1e-8, $"{equal}");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public void Of_different_terms_the_roundings_do_not_count(int seed)
    {
        var random = new Random(seed);
        Assert.AreEqual(0, Nmse((_, _) => (float)(random.NextDouble() - 0.5)));
    }

    [TestMethod]
    public void A_layer_that_adds_nothing_up_has_none()
    {
        Model model = TestModels.WithWeights(TestModels.Sequential(new TensorShape(4), new ReLU(), new Linear(4, 2)));
        var sums = new RunningSums(model, [new float[] { 1, -2, 3, 4 }]);
        Assert.AreEqual(0, sums.NmseOf(0, [1, 0, 3, 4]));
        Assert.AreEqual(0, sums.NmseOf(1, [1, 2]));
    }

    /// <summary>That of a convolution of 1x1, by the values of its weights and its
    /// input.</summary>
    private static double Nmse(Func<string, int, float> value)
    {
        var graph = new ModelGraph(
            "sums", new TensorShape(Channels, 2, 2), [new("conv", new Conv2d(Channels, 4, 1, 1, 0))]);
        var weights = graph.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => new Tensor(
                parameter.Shape,
                Enumerable.Range(0, parameter.Shape.ElementCount).Select(i => value(parameter.Name, i)).ToArray()));
        var model = new Model(
            graph, weights, [], new Preprocessing(new float[Channels], Enumerable.Repeat(1f, Channels).ToArray()));
        float[] input = [.. Enumerable.Range(0, Channels * 4).Select(i => value("input", i))];
        return new RunningSums(model, [input]).NmseOf(0, new float[16]);
    }
}
