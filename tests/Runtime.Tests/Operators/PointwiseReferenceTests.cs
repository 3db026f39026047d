using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

[TestClass]
public sealed class PointwiseReferenceTests
{
    [TestMethod]
    public void Keeps_what_is_not_negative_and_NaN() => TestModels.AssertSequence<float>(
        [0, 0, 0, 0, float.Epsilon, 2.5f, float.MaxValue, float.PositiveInfinity, float.NaN],
        TestModels.Compute(
            new ReLU(), new TensorShape(9),
            [
                float.NegativeInfinity, -float.MaxValue, -float.Epsilon, 0, float.Epsilon, 2.5f, float.MaxValue,
                float.PositiveInfinity, float.NaN,
            ]));
}
