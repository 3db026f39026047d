using SoftPool.Operators;

namespace SoftPool.Runtime.Tests;

[TestClass]
public sealed class ModelTests
{
    private static readonly ModelGraph Graph = TestModels.Sequential(
        new TensorShape(2, 3, 3), new Conv2d(2, 4, 3, 1, 0), new Flatten(), new Linear(4, 3));

    private static Dictionary<string, Tensor> Weights() => new()
    {
        ["0.weight"] = new(new TensorShape(4, 2, 3, 3), new float[72]),
        ["0.bias"] = new(new TensorShape(4), new float[4]),
        ["2.weight"] = new(new TensorShape(3, 4), new float[12]),
        ["2.bias"] = new(new TensorShape(3), new float[3]),
    };

    private static Model Create(
        Dictionary<string, Tensor>? weights = null, string[]? classes = null, Preprocessing? preprocessing = null) =>
        new(
            Graph, weights ?? Weights(), classes ?? ["a", "b", "c"],
            preprocessing ?? new Preprocessing([0, 0], [1, 1]));

    private static void AssertRefused(string why, Func<Model> create) =>
        StringAssert.Contains(Assert.ThrowsExactly<ModelFormatException>(create).Message, why);

    [TestMethod]
    public void Takes_exactly_the_graph_s_weights() => Assert.AreEqual(4, Create().Weights.Count);

    [TestMethod]
    public void Refuses_a_missing_weight()
    {
        Dictionary<string, Tensor> weights = Weights();
        weights.Remove("2.bias");
        AssertRefused("lack 2.bias (3)", () => Create(weights));
    }

    [TestMethod]
    public void Refuses_a_weight_of_no_layer()
    {
        Dictionary<string, Tensor> weights = Weights();
        weights["1.weight"] = weights["0.bias"];
        AssertRefused("1.weight", () => Create(weights));
    }

    [TestMethod]
    public void Refuses_a_weight_of_another_shape_though_of_as_many_elements()
    {
        Dictionary<string, Tensor> weights = Weights();
        weights["2.weight"] = new Tensor(new TensorShape(4, 3), new float[12]);
        AssertRefused("has shape 3x4; the weights have 4x3", () => Create(weights));
    }

    [TestMethod]
    public void Class_names_are_as_many_as_outputs_or_none()
    {
        Assert.IsEmpty(Create(classes: []).ClassNames);
        AssertRefused("3 outputs, but 2 class names", () => Create(classes: ["a", "b"]));
        AssertRefused("class name", () => Create(classes: ["a", null!, "c"]));
    }

    public static IEnumerable<object[]> BadPreprocessing =>
    [
        [new float[] { 0 }, new float[] { 1, 1 }],
        [new float[] { 0, 0 }, new float[] { 1, 1, 1 }],
        [new float[] { 0, 0 }, new float[] { 1, 0 }],
        [new float[] { 0, 0 }, new float[] { 1, -1 }],
        [new float[] { 0, 0 }, new[] { 1, float.PositiveInfinity }],
        [new float[] { 0, 0 }, new[] { 1, float.NaN }],
        [new[] { 0, float.NaN }, new float[] { 1, 1 }],
        [new[] { 0, float.NegativeInfinity }, new float[] { 1, 1 }],
    ];

    [TestMethod]
    [DynamicData(nameof(BadPreprocessing))]
    public void Preprocessing_has_a_finite_mean_and_a_positive_deviation_a_channel(float[] mean, float[] deviation) =>
        AssertRefused("preprocessing", () => Create(preprocessing: new Preprocessing(mean, deviation)));
}
