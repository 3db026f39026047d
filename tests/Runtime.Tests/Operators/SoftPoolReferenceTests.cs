using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

[TestClass]
public sealed class SoftPoolReferenceTests
{
    private const double Tolerance = 1e-6;
    private const SoftPoolWeighting PerChannel = SoftPoolWeighting.PerChannel;
    private const SoftPoolWeighting Shared = SoftPoolWeighting.SharedAcrossChannels;

    [TestMethod]
    [DataRow(3.492652734585769, 1f, 2f, 3f, 4f)]
    [DataRow(-1.5073472654142301, -1f, -2f, -3f, -4f)]
    [DataRow(88d, 88f, 88f, 88f, 88f)]
    [DataRow(89d, 89f, 1f, 2f, 3f)]
    [DataRow(99.9995459800899, 100f, 90f, 80f, 70f)]
    [DataRow(-90.50734726541424, -90f, -91f, -92f, -93f)]
    [DataRow(-104.50734726541424, -104f, -105f, -106f, -107f)]
    [DataRow((double)float.MaxValue, float.MaxValue, -float.MaxValue, 0f, 1f)]
    [DataRow((double)float.MaxValue, float.MaxValue, float.MaxValue, float.MaxValue, float.MaxValue)]
    [DataRow(-(double)float.MaxValue, -float.MaxValue, -float.MaxValue, -float.MaxValue, -float.MaxValue)]
    [DataRow((double)float.Epsilon, float.Epsilon, float.Epsilon, float.Epsilon, float.Epsilon)]
    public void One_window_of_one_channel_has_its_exact_value_in_both_definitions(
        double expected, float a, float b, float c, float d)
    {
        foreach (SoftPoolWeighting weights in Enum.GetValues<SoftPoolWeighting>())
            TestModels.AssertClose(
                [expected],
                TestModels.Compute(Square(2, 1, weights), new TensorShape(1, 2, 2), [a, b, c, d]), Tolerance);
    }

    [TestMethod]
    public void Overlapping_windows_each_have_their_own_weights() => TestModels.AssertClose(
        [4.5887809590973045, 5.588780959097305, 7.588780959097305, 8.588780959097305],
        TestModels.Compute(Square(2, 1, PerChannel), new TensorShape(1, 3, 3), TestModels.Counting(9)), Tolerance);

    // Logarithms make the exponentials whole: exp gives 1, 2 in the first channel and 3, 1 in the second.
    private static readonly float[] TwoChannels = [0, (float)Math.Log(2), (float)Math.Log(3), 0];

    [TestMethod]
    public void Per_channel_each_channel_weighs_its_own_cells() => TestModels.AssertClose(
        [2 * Math.Log(2) / 3, 3 * Math.Log(3) / 4],
        TestModels.Compute(Pair(PerChannel), new TensorShape(2, 1, 2), TwoChannels), Tolerance);

    [TestMethod]
    public void Shared_all_channels_weigh_a_cell_by_the_sum_of_their_exponentials() => TestModels.AssertClose(
        // Weights (1 + 3) / 7 and (2 + 1) / 7.
        [3 * Math.Log(2) / 7, 4 * Math.Log(3) / 7],
        TestModels.Compute(Pair(Shared), new TensorShape(2, 1, 2), TwoChannels), Tolerance);

    [TestMethod]
    public void Shared_a_window_far_below_the_rest_of_the_map_keeps_its_value() => TestModels.AssertClose(
        [0, -200, 1, -201],
        TestModels.Compute(
            new SoftPool2d(new Size2d(1, 2), new Size2d(1, 2), 0, false, Shared), new TensorShape(2, 1, 4),
            [0, 0, -200, -200, 1, 1, -201, -201]), Tolerance);

    [TestMethod]
    public void Shared_a_channel_far_below_another_takes_the_other_s_weights() => TestModels.AssertClose(
        // exp(FLT_MAX) dwarfs all else: the first cell has the whole weight in both channels.
        [float.MaxValue, -5],
        TestModels.Compute(Pair(Shared), new TensorShape(2, 1, 2), [float.MaxValue, -float.MaxValue, -5, 7]),
        Tolerance);

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void Padding_takes_no_part(SoftPoolWeighting weights) => TestModels.AssertSequence<float>(
        // Four cells of 3 and five of padding give exactly 3.
        [3],
        TestModels.Compute(
            new SoftPool2d(3, 2, 1, false, weights), new TensorShape(1, 2, 2), [3, 3, 3, 3]));

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void A_window_of_ceil_mode_counts_its_real_cells_only(SoftPoolWeighting weights) => TestModels.AssertClose(
        // 1 2 3 / 4 5 6 / 7 8 9 in windows of 2: {1,2,4,5}, {3,6}, {7,8}, {9}.
        [4.5887809590973045, (3 * Math.Exp(-3) + 6) / (Math.Exp(-3) + 1), (7 / Math.E + 8) / (1 / Math.E + 1), 9],
        TestModels.Compute(
            new SoftPool2d(2, 2, 0, true, weights), new TensorShape(1, 3, 3), TestModels.Counting(9)), Tolerance);

    [TestMethod]
    public void Takes_sizes_that_are_not_square() => TestModels.AssertClose(
        // 1 2 3 4 / 5 6 7 8 in windows of 2x3, rows -1 to 0 then 1 to 2, columns 0 to 2 then 1 to 3: {1,2,3}, {2,3,4},
        // {5,6,7}, {6,7,8}; each is a shift of the first.
        [2.5752103826044412, 3.5752103826044412, 6.5752103826044412, 7.5752103826044412],
        TestModels.Compute(
            new SoftPool2d(new Size2d(2, 3), new Size2d(2, 1), new Size2d(1, 0), false, PerChannel),
            new TensorShape(1, 2, 4), TestModels.Counting(8)), Tolerance);

    [TestMethod]
    public void Shared_among_equal_channels_is_per_channel()
    {
        float[] channel = RandomNumbers.Uniform(new Random(3), 5 * 7);
        var shape = new TensorShape(3, 5, 7);
        float[] input = [.. channel, .. channel, .. channel];
        float[] expected = TestModels.Compute(Square(3, 2, PerChannel), shape, input);
        TestModels.AssertClose(
            [.. expected.Select(value => (double)value)],
            TestModels.Compute(Square(3, 2, Shared), shape, input), Tolerance);
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void Lies_within_the_window_for_any_finite_input(SoftPoolWeighting weights)
    {
        var random = new Random(4);
        var shape = new TensorShape(2, 2, 2);
        for (int round = 0; round < 1000; round++)
        {
            float[] input = [.. Enumerable.Range(0, 8).Select(_ => RandomFinite(random))];
            float[] output = TestModels.Compute(Square(2, 1, weights), shape, input);
            for (int c = 0; c < 2; c++)
            {
                float[] window = input[(4 * c)..(4 * c + 4)];
                Assert.IsTrue(
                    output[c] >= window.Min() && output[c] <= window.Max(),
                    $"{output[c]} of {string.Join(", ", window)}");
            }
        }
    }

    /// <summary>Any bits but those of infinities and NaN.</summary>
    private static float RandomFinite(Random random)
    {
        float value;
        do
            value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
        while (!float.IsFinite(value));
        return value;
    }

    private static SoftPool2d Square(int kernel, int stride, SoftPoolWeighting weights) =>
        new(kernel, stride, 0, false, weights);

    /// <summary>A window over two neighbours of one row.</summary>
    private static SoftPool2d Pair(SoftPoolWeighting weights) => new(new Size2d(1, 2), 1, 0, false, weights);
}
