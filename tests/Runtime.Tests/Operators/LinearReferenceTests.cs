using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

[TestClass]
public sealed class LinearReferenceTests
{
    [TestMethod]
    public void Multiplies_by_the_weight_s_rows_and_adds_the_bias() => TestModels.AssertSequence<float>(
        [-1.5f, 19],
        TestModels.Compute(
            new Linear(3, 2), new TensorShape(3), [1, 2, 3], [1, 0, -1, 2, 3, 4], [0.5f, -1]));

    [TestMethod]
    public void Sums_in_double() => TestModels.AssertSequence<float>(
        [1.5f],
        TestModels.Compute(new Linear(3, 1), new TensorShape(3), [1e8f, 1, -1e8f], [1, 1, 1], [0.5f]));

    [TestMethod]
    public void Passes_NaN_on() => Assert.IsTrue(float.IsNaN(
        TestModels.Compute(new Linear(2, 1), new TensorShape(2), [float.NaN, 1], [0, 1], [0])[0]));
}
