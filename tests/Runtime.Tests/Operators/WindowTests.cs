using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>PyTorch's rule: floor((H + 2p - k) / s) + 1; in ceil mode rounded up, less a window that would begin beyond
/// the input and its leading padding.</summary>
[TestClass]
public sealed class WindowTests
{
    [TestMethod]
    // AlexNet's
    [DataRow(224, 11, 4, 5, false, 56)]
    [DataRow(56, 3, 2, 0, false, 27)]
    [DataRow(27, 5, 1, 2, false, 27)]
    [DataRow(27, 3, 2, 0, false, 13)]
    [DataRow(13, 3, 1, 1, false, 13)]
    [DataRow(13, 3, 2, 0, false, 6)]
    // Worked out by hand
    [DataRow(1, 1, 1, 0, false, 1)]
    [DataRow(1, 1, 1, 0, true, 1)]
    [DataRow(6, 3, 2, 0, false, 2)]
    [DataRow(6, 3, 2, 0, true, 3)]
    [DataRow(7, 2, 2, 0, false, 3)]
    [DataRow(7, 2, 2, 0, true, 4)]
    [DataRow(4, 2, 3, 0, false, 1)]
    [DataRow(4, 2, 3, 0, true, 2)]
    [DataRow(4, 3, 2, 1, false, 2)]
    [DataRow(4, 3, 2, 1, true, 3)]
    [DataRow(10, 3, 3, 1, true, 4)]
    // The window that rounding up adds would begin in the trailing padding, and is dropped
    [DataRow(3, 2, 2, 1, true, 2)]
    [DataRow(2, 1, 3, 0, true, 1)]
    [DataRow(1, 2, 2, 1, true, 1)]
    [DataRow(11, 3, 3, 1, true, 4)]
    public void Counts_places_as_PyTorch(int input, int kernel, int stride, int padding, bool ceilMode, int expected)
    {
        Assert.AreEqual(
            new TensorShape(2, expected, 1, 1),
            Window.Of(new Size3d(kernel, 5, 5), new(stride, 1, 1), new(padding, 0, 0), ceilMode)
                .OutputShape(2, new TensorShape(1, input, 5, 5)));
        Assert.AreEqual(
            new TensorShape(2, expected, 1),
            Window.Of(new Size2d(kernel, 5), new(stride, 1), new(padding, 0), ceilMode)
                .OutputShape(2, new TensorShape(1, input, 5)));
        Assert.AreEqual(
            new TensorShape(2, 1, expected),
            Window.Of(new Size2d(5, kernel), new(1, stride), new(0, padding), ceilMode)
                .OutputShape(2, new TensorShape(1, 5, input)));
        Assert.AreEqual(
            new TensorShape(2, expected),
            Window.Of(kernel, stride, padding, ceilMode).OutputShape(2, new TensorShape(1, input)));
    }

    [TestMethod]
    [DataRow(7, 3, 1, 0, 2, 3)]
    [DataRow(7, 3, 2, 2, 2, 4)]
    [DataRow(9, 1, 2, 0, 5, 5)]
    [DataRow(5, 2, 1, 0, 4, 1)]
    public void Dilation_spreads_the_kernel(
        int input, int kernel, int stride, int padding, int dilation, int expected) =>
        Assert.AreEqual(
            new TensorShape(1, expected, expected),
            Window.Of(kernel, stride, padding, false, (Size2d)dilation)
                .OutputShape(1, new TensorShape(1, input, input)));

    [TestMethod]
    public void Agrees_with_counting_window_by_window_on_all_small_sizes()
    {
        for (int input = 1; input <= 12; input++)
            for (int kernel = 1; kernel <= 5; kernel++)
                for (int stride = 1; stride <= 4; stride++)
                    for (int padding = 0; 2 * padding <= kernel; padding++)
                        if (kernel <= input + 2 * padding)
                        {
                            var shape = new TensorShape(1, input, input);
                            string what = $"input {input}, kernel {kernel}, stride {stride}, padding {padding}";
                            Assert.AreEqual(
                                CountFloor(input, kernel, stride, padding),
                                Window.Of((Size2d)kernel, stride, padding, false).OutputShape(1, shape)[1], what);
                            Assert.AreEqual(
                                CountCeil(input, kernel, stride, padding),
                                Window.Of((Size2d)kernel, stride, padding, true).OutputShape(1, shape)[2], what);
                        }
    }

    /// <summary>Windows that lie within the padded input.</summary>
    private static int CountFloor(int input, int kernel, int stride, int padding)
    {
        int places = 0;
        for (int begin = -padding; begin + kernel <= input + padding; begin += stride)
            places++;
        return places;
    }

    /// <summary>Windows until the end of the padded input is covered, none of which begins behind the input.</summary>
    private static int CountCeil(int input, int kernel, int stride, int padding)
    {
        int places = 0;
        for (int begin = -padding, covered = -padding; covered < input + padding && begin < input; begin += stride)
        {
            covered = begin + kernel;
            places++;
        }
        return places;
    }
}
