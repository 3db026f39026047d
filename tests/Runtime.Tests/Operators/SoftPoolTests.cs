using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>SoftPool on a device at exact values, and where other implementations overflow.</summary>
[TestClass]
public sealed class SoftPoolTests
{
    private static readonly Size2d Two = 2;

    [TestMethod]
    [DataRow(new[] { 1f, 2, 3, 4 }, 3.492653)]
    [DataRow(new[] { -1f, -2, -3, -4 }, -1.507347)]
    [DataRow(new[] { 88f, 88, 88, 88 }, 88)]
    [DataRow(new[] { 89f, 1, 2, 3 }, 89)]
    [DataRow(new[] { 100f, 90, 80, 70 }, 99.99955)]
    [DataRow(new[] { -90f, -91, -92, -93 }, -90.50735)]
    [DataRow(new[] { -104f, -105, -106, -107 }, -104.50735)]
    [DataRow(new[] { float.MaxValue, float.MaxValue, float.MaxValue, float.MaxValue }, float.MaxValue)]
    [DataRow(new[] { float.MinValue, float.MinValue, float.MinValue, float.MinValue }, float.MinValue)]
    [DataRow(new[] { float.MaxValue, float.MinValue, 0, 1 }, float.MaxValue)]
    [DataRow(new[] { float.Epsilon, 0, 0, 0 }, 0)]
    public void One_window_gives_the_exact_value_in_both_definitions(float[] cells, double expected)
    {
        foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
        {
            // With one channel, sharing the weights across channels changes nothing.
            float actual = Pool(cells, new(1, 2, 2), new SoftPool2d(Two, Two, 0, false, weights))[0];
            Assert.IsTrue(
                Math.Abs(actual - expected) <= 1e-6 * Math.Abs(expected) + 1e-30, $"{weights}: {actual:R}, not {expected:R}");
        }
    }

    [TestMethod]
    public void Overlapping_windows_give_the_exact_values()
    {
        float[] map = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        double[] expected = [4.5888, 5.5888, 7.5888, 8.5888];
        foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
        {
            float[] actual = Pool(map, new(1, 3, 3), new SoftPool2d(Two, 1, 0, false, weights));
            for (int i = 0; i < 4; i++)
                Assert.IsTrue(Math.Abs(actual[i] - expected[i]) <= 5e-5, $"{weights}: {actual[i]}, not {expected[i]}");
        }
    }

    [TestMethod]
    public void Windows_of_every_height_of_one_map_are_right()
    {
        // Tiles of windows share one shift where their cells allow it. Steps of 30 per column: some tiles do, some do
        // not.
        foreach ((SoftPoolWeighting weights, int padding) in
            from weights in Enum.GetValues<SoftPoolWeighting>() from padding in (int[])[0, 1] select (weights, padding))
            foreach (float step in (float[])[0.5f, 30, 1e30f])
                foreach (float bottom in (float[])[0, -300, 1e37f])
                {
                    float[] map = new float[4 * 15 * 20];
                    for (int i = 0; i < map.Length; i++)
                        map[i] = bottom + i % 20 / 5 * step + i * 7 % 11 * 0.25f;
                    Model model = OperatorCheck.ModelOf(new SoftPool2d(3, 2, padding, false, weights), new(4, 15, 20));
                    float[] expected = OperatorCheck.Reference(model, map), actual = OperatorCheck.Run(TestDevices.Software, model, map);
                    for (int i = 0; i < expected.Length; i++)
                        Assert.IsTrue(
                            Math.Abs((double)actual[i] - expected[i]) <= 1e-6 * Math.Abs((double)expected[i]) + 1e-6,
                            $"{weights}, padding {padding}, step {step}, bottom {bottom}, output {i}: {actual[i]:R}, not {expected[i]:R}");
                }
    }

    [TestMethod]
    public void The_ends_of_the_floats_stay_finite_in_every_tile()
    {
        foreach (float[] pattern in (float[][])[
            [float.MaxValue], [float.MinValue], [float.MaxValue, float.MinValue], [float.MinValue, 0, 1], [float.Epsilon, 0, -1e-40f]])
        {
            float[] map = [.. Enumerable.Range(0, 4 * 15 * 20).Select(i => pattern[i / 3 % pattern.Length])];
            foreach ((SoftPoolWeighting weights, int padding) in
                from weights in Enum.GetValues<SoftPoolWeighting>() from padding in (int[])[0, 1] select (weights, padding))
            {
                Model model = OperatorCheck.ModelOf(new SoftPool2d(3, 2, padding, false, weights), new(4, 15, 20));
                OperatorCheck.AssertClose(
                    OperatorCheck.Reference(model, map), OperatorCheck.Run(TestDevices.Software, model, map),
                    $"{weights}, padding {padding}: {string.Join(", ", pattern)}");
            }
        }
    }

    [TestMethod]
    public void NaN_reaches_the_windows_over_it_and_no_other()
    {
        foreach (Operator op in (Operator[])[
            new SoftPool2d(3, 2, 0, false, SoftPoolWeighting.PerChannel), new SoftPool2d(3, 2, 0, false, SoftPoolWeighting.SharedAcrossChannels),
            new AvgPool2d(3, 2, 0, false), new MaxPool2d(3, 2, 0, false), new MaxPool2d(3, 2, 1, false),
            new SoftPool2d(3, 2, 1, false, SoftPoolWeighting.PerChannel), new SoftPool2d(3, 2, 1, false, SoftPoolWeighting.SharedAcrossChannels)])
            // At 248 and 256 it is in the middle of a tile whose last row is padding.
            foreach (int place in (int[])[0, 2, 41, 151, 248, 256, 299, 310])
            {
                float[] map = [.. Enumerable.Range(0, 4 * 15 * 20).Select(i => i * 7 % 11 * 0.25f)];
                map[place] = BitConverter.UInt32BitsToSingle(0x7FC12345);  // one with a payload
                float[] actual = OperatorCheck.Run(TestDevices.Software, OperatorCheck.ModelOf(op, new(4, 15, 20)), map);
                (int padding, int rows, int columns) = actual.Length == 4 * 7 * 9 ? (0, 7, 9) : (1, 8, 10);
                for (int i = 0; i < actual.Length; i++)
                {
                    (int channel, int row, int column) = (i / (rows * columns), i / columns % rows, i % columns);
                    (int inRow, int inColumn) = (place % 300 / 20 - 2 * row + padding, place % 20 - 2 * column + padding);
                    // Shared weights are of all channels.
                    bool covers = (op is SoftPool2d { Weights: SoftPoolWeighting.SharedAcrossChannels } || place / 300 == channel)
                        && inRow is >= 0 and < 3 && inColumn is >= 0 and < 3;
                    Assert.AreEqual(covers, float.IsNaN(actual[i]), $"{op}, NaN at {place}, output {i}: {actual[i]}");
                }
            }
    }

    [TestMethod]
    public void Padding_takes_no_part()
    {
        foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
        {
            // The window at the corner holds four real cells and five of padding.
            float actual = Pool([3, 3, 3, 3], new(1, 2, 2), new SoftPool2d(3, 2, 1, false, weights))[0];
            Assert.AreEqual(3f, actual, $"{weights}");
        }
    }

    [TestMethod]
    public void Shared_weights_stay_finite_where_a_window_lies_far_below_the_rest_of_the_map()
    {
        // The right window is 200 below the left one: one shift for the whole map would give 0/0 there.
        float[] cells = [100, 100, -100, -101, 100, 100, -102, -103, 7, 8, 9, 10, 11, 12, 13, 14];
        var op = new SoftPool2d(Two, Two, 0, false, SoftPoolWeighting.SharedAcrossChannels);
        Model model = OperatorCheck.ModelOf(op, new(2, 2, 4));
        OperatorCheck.AssertClose(
            OperatorCheck.Reference(model, cells), OperatorCheck.Run(TestDevices.Software, model, cells), "shared");
    }

    [TestMethod]
    public void NaN_goes_through()
    {
        foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
            for (int place = 0; place < 4; place++)
            {
                float[] cells = [1, 2, 3, 4];
                cells[place] = float.NaN;
                float actual = Pool(cells, new(1, 2, 2), new SoftPool2d(Two, Two, 0, false, weights))[0];
                Assert.IsTrue(float.IsNaN(actual), $"{weights}, NaN at {place}: {actual}");
            }
    }

    private static float[] Pool(float[] input, TensorShape shape, SoftPool2d op) =>
        OperatorCheck.Run(TestDevices.Software, OperatorCheck.ModelOf(op, shape), input);
}
