using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

[TestClass]
public sealed class MaxPoolReferenceTests
{
    [TestMethod]
    public void Takes_the_largest_of_each_overlapping_window_channel_by_channel() => TestModels.AssertSequence<float>(
        [9, 7, 9, 8, -1, -2, -1, -1],
        TestModels.Compute(
            new MaxPool2d(2, 1, 0, false), new TensorShape(2, 3, 3),
            [
                1, 3, 2,
                9, 5, 7,
                4, 8, 6,

                -1, -3, -2,
                -9, -5, -7,
                -1, -8, -1,
            ]));

    [TestMethod]
    public void Padding_takes_no_part() => TestModels.AssertSequence<float>(
        [-5],
        TestModels.Compute(new MaxPool2d(3, 2, 1, false), new TensorShape(1, 2, 2), [-7, -6, -5, -8]));

    [TestMethod]
    public void A_window_of_ceil_mode_counts_its_real_cells_only() => TestModels.AssertSequence<float>(
        // 3x4 in windows of 2x3 with strides 2 and 2: the last row has one row, the last column two columns.
        [-5, -5, -9, -9],
        TestModels.Compute(
            new MaxPool2d(new Size2d(2, 3), 2, 0, true), new TensorShape(1, 3, 4),
            [
                -11, -12, -5, -20,
                -13, -14, -15, -16,
                -17, -18, -9, -10,
            ]));

    [TestMethod]
    public void Takes_sizes_that_are_not_square() => TestModels.AssertSequence<float>(
        // Rows -1 to 0, then 1 to 2; columns 0 to 2, then 1 to 3.
        [3, 4, 11, 12],
        TestModels.Compute(
            new MaxPool2d(new Size2d(2, 3), new Size2d(2, 1), new Size2d(1, 0), false), new TensorShape(1, 3, 4),
            TestModels.Counting(12)));

    [TestMethod]
    public void Holds_at_the_ends_of_the_range_and_passes_NaN_on()
    {
        var pair = new MaxPool2d(new Size2d(1, 2), 1, 0, false);
        var shape = new TensorShape(1, 1, 2);
        Assert.AreEqual(float.MaxValue, TestModels.Compute(pair, shape, [-float.MaxValue, float.MaxValue])[0]);
        Assert.AreEqual(-float.MaxValue, TestModels.Compute(pair, shape, [-float.MaxValue, -float.MaxValue])[0]);
        Assert.IsTrue(float.IsNaN(TestModels.Compute(pair, shape, [float.NaN, 1])[0]));
        Assert.IsTrue(float.IsNaN(TestModels.Compute(pair, shape, [1, float.NaN])[0]));
    }
}
