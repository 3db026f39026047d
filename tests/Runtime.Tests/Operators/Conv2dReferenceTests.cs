using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Values worked out by hand; all are whole or half, so they are exact.</summary>
[TestClass]
public sealed class Conv2dReferenceTests
{
    [TestMethod]
    public void Correlates_without_turning_the_kernel_and_adds_the_bias() => TestModels.AssertSequence<float>(
        [37.5f, 47.5f, 67.5f, 77.5f],
        TestModels.Compute(
            new Conv2d(1, 1, 2, 1, 0), new TensorShape(1, 3, 3), TestModels.Counting(9), [1, 2, 3, 4], [0.5f]));

    [TestMethod]
    public void Pads_with_zeros() => TestModels.AssertSequence<float>(
        [12, 16, 24, 28],
        TestModels.Compute(
            new Conv2d(1, 1, 3, 2, 1), new TensorShape(1, 3, 3), TestModels.Counting(9),
            [1, 1, 1, 1, 1, 1, 1, 1, 1], [0]));

    [TestMethod]
    public void Takes_a_kernel_stride_and_padding_that_are_not_square() => TestModels.AssertSequence<float>(
        [210, 432, 650, 876],
        TestModels.Compute(
            new Conv2d(1, 1, new Size2d(1, 3), new Size2d(1, 2), new Size2d(0, 1)), new TensorShape(1, 2, 4),
            TestModels.Counting(8), [1, 10, 100], [0]));

    [TestMethod]
    public void Steps_down_the_rows_by_the_stride_s_height() => TestModels.AssertSequence<float>(
        // Rows -1 and 0, then rows 2 and 3, of a map whose rows are (1, 2), (3, 4), (5, 6), (7, 8).
        [10, 20, 75, 86],
        TestModels.Compute(
            new Conv2d(1, 1, new Size2d(2, 1), new Size2d(3, 1), new Size2d(1, 0)), new TensorShape(1, 4, 2),
            TestModels.Counting(8), [1, 10], [0]));

    [TestMethod]
    public void Sums_over_the_input_s_channels_for_each_of_its_own() => TestModels.AssertSequence<float>(
        [121, 142, 243, 286],
        TestModels.Compute(
            new Conv2d(2, 2, 1, 1, 0), new TensorShape(2, 1, 2), [1, 2, 10, 20], [1, 2, 3, 4], [100, 200]));

    [TestMethod]
    public void Reads_the_weight_as_out_in_height_width()
    {
        // One weight of 1 at a time copies one cell of the input: o = 1 looks at channel 1, row 1, column 2 of 2x2x3.
        var weight = new float[2 * 2 * 2 * 3];
        weight[((1 * 2 + 1) * 2 + 1) * 3 + 2] = 1;
        TestModels.AssertSequence<float>(
            [0, 12],
            TestModels.Compute(
                new Conv2d(2, 2, new Size2d(2, 3), 1, 0), new TensorShape(2, 2, 3), TestModels.Counting(12), weight,
                [0, 0]));
    }

    [TestMethod]
    public void A_window_may_lie_in_the_padding_whole() => TestModels.AssertSequence<float>(
        [7, 7, 7, 7, 12, 7, 7, 7, 7],
        TestModels.Compute(new Conv2d(1, 1, 1, 1, 1), new TensorShape(1, 1, 1), [5], [1], [7]));

    [TestMethod]
    public void Sums_in_double() => TestModels.AssertSequence<float>(
        [1],
        TestModels.Compute(
            new Conv2d(1, 1, new Size2d(1, 3), 1, 0), new TensorShape(1, 1, 3), [1e8f, 1, -1e8f], [1, 1, 1], [0]));
}
