using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Verification;

[TestClass]
public sealed class TensorComparisonTests
{
    [TestMethod]
    public void Measures_are_those_of_the_definition()
    {
        var comparison = new TensorComparison();
        comparison.Add([3, -4], [3, -4.5f]);
        comparison.Add([0], [0.25f]);
        Assert.AreEqual(3, comparison.Count);
        Assert.AreEqual(0.5, comparison.MaxError);
        Assert.AreEqual(4, comparison.MaxValue);
        Assert.AreEqual(0.125, comparison.RelativeError);
        Assert.AreEqual((0.25 + 0.0625) / 25, comparison.Nmse, 1e-15);
    }

    [TestMethod]
    public void Equal_zeros_have_no_error()
    {
        var comparison = new TensorComparison();
        comparison.Add(new float[4], new float[4]);
        Assert.AreEqual(0, comparison.RelativeError);
        Assert.AreEqual(0, comparison.Nmse);
    }

    [TestMethod]
    public void An_error_against_zeros_is_infinite()
    {
        var comparison = new TensorComparison();
        comparison.Add([0], [1]);
        Assert.AreEqual(double.PositiveInfinity, comparison.RelativeError);
        Assert.AreEqual(double.PositiveInfinity, comparison.Nmse);
    }

    [TestMethod]
    [DataRow(float.NaN, 1f)]
    [DataRow(1f, float.NaN)]
    [DataRow(float.NaN, float.NaN)]
    [DataRow(float.PositiveInfinity, float.PositiveInfinity)]
    [DataRow(1f, float.NegativeInfinity)]
    public void What_is_not_finite_makes_every_measure_NaN_wherever_it_stands(float expected, float actual)
    {
        foreach (float[] rest in (float[][])[[], [5]])
        {
            var comparison = new TensorComparison();
            comparison.Add([.. rest, expected, .. rest], [.. rest, actual, .. rest]);
            comparison.Add([1], [1]);
            Assert.IsTrue(double.IsNaN(comparison.MaxError));
            Assert.IsTrue(double.IsNaN(comparison.RelativeError));
            Assert.IsTrue(double.IsNaN(comparison.Nmse));
            Assert.IsTrue(double.IsNaN(comparison.MaxUlp));
        }
    }

    [TestMethod]
    [DataRow(1f, 1f, 0)]
    [DataRow(0f, -0f, 0)]
    [DataRow(1f, 1.0000001f, 1)]
    [DataRow(-1f, -1.0000001f, 1)]
    [DataRow(1.0000001f, 1f, 1)]
    [DataRow(float.Epsilon, -float.Epsilon, 2)]
    [DataRow(1f, 2f, 1 << 23)]
    public void An_ULP_is_a_step_from_one_float_to_the_next(float expected, float actual, double steps)
    {
        var comparison = new TensorComparison();
        comparison.Add([expected, 5], [actual, 5]);
        Assert.AreEqual(steps, comparison.MaxUlp);
    }

    [TestMethod]
    public void Samples_are_measured_against_the_whole_tensor()
    {
        // Two samples, both zeros of a ReLU, of a layer whose largest value is 4 and whose mean square is 2.
        var comparison = new TensorComparison(largestValue: 4, meanSquare: 2);
        comparison.Add([0, 0], [0, 0.5f]);
        Assert.AreEqual(0.125, comparison.RelativeError);
        Assert.AreEqual(0.25 / (2 * 2), comparison.Nmse);
    }

    [TestMethod]
    public void What_a_device_may_flush_to_zero_is_no_error()
    {
        var comparison = new TensorComparison();
        comparison.Add([4e-41f, -1e-37f], [0, 0]);
        Assert.AreEqual(0, comparison.RelativeError);
        Assert.AreEqual(0, comparison.Nmse);
        comparison.Add([2e-30f], [0]);
        Assert.AreEqual(1, comparison.RelativeError);
        Assert.AreEqual(1, comparison.Nmse, 1e-6);
    }

    [TestMethod]
    public void Lengths_must_be_equal() => Assert.ThrowsExactly<ShapeMismatchException>(
        () => new TensorComparison().Add(new float[2], new float[3]));
}
