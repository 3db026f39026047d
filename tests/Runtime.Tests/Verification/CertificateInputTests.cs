using SoftPool.Operators;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Verification;

/// <summary>The inputs, the samples' places and the statistics, against what docs/format.md says of them.</summary>
[TestClass]
public sealed class CertificateInputTests
{
    [TestMethod]
    public void The_generator_is_SplitMix64()
    {
        // As published with the generator, from seed 0.
        TestModels.AssertSequence<ulong>(
            [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F],
            Enumerable.Range(0, 3).Select(place => SplitMix.At(0, place)));
    }

    [TestMethod]
    public void A_seed_gives_the_upper_24_bits_as_floats_from_minus_2_to_2()
    {
        var input = new float[100_000];
        CertificateInput.Draw(0, input);
        Assert.AreEqual((0xE220A8 - 0x800000) / 4194304f, input[0]);
        Assert.AreEqual((0x6E789E - 0x800000) / 4194304f, input[1]);
        Assert.IsTrue(input.All(value => value is >= -2 and < 2));
        Assert.AreEqual(0, input.Average(), 0.02);
    }

    [TestMethod]
    public void A_picture_of_the_network_s_size_is_only_normalised()
    {
        byte[] rgb = [0, 10, 20, 255, 128, 64];
        var model = new Model(
            TestModels.Sequential(new TensorShape(3, 1, 2), new ReLU()), new Dictionary<string, Tensor>(), [],
            new Preprocessing([0.5f, 0.25f, 0], [0.5f, 0.25f, 1]));
        ReadOnlyMemory<float> input =
            new CertificateInput(Picture: new CertificatePicture(2, 1, rgb)).ToItems(model).Single();
        TestModels.AssertSequence<float>(
            [
                -1, 1, (float)((10.0 / 255 - 0.25) / 0.25),
                (float)((128.0 / 255 - 0.25) / 0.25), (float)(20.0 / 255), (float)(64.0 / 255),
            ],
            input.ToArray());
    }

    [TestMethod]
    public void A_picture_is_resized_as_the_device_does()
    {
        var graph = new ModelGraph(
            "identity", new TensorShape(3, 40, 20), [new Layer("pool", new MaxPool2d(1, 1, 0, false))]);
        var model = new Model(graph, new Dictionary<string, Tensor>(), [], Preprocessing.ImageNet);
        var rgb = new byte[31 * 33 * 3];
        new Random(1).NextBytes(rgb);
        float[] expected =
            [.. new CertificateInput(Picture: new CertificatePicture(31, 33, rgb)).ToItems(model).Single().Span];
        var actual = new float[expected.Length];
        using InferenceSession session = TestDevices.Software.CreateSession(model);
        session.Run([new Image(rgb, 31, 33)], actual);
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - actual[i]) <= 2e-6))
                Assert.Fail($"Element {i} is {actual[i]:R} on the device, and {expected[i]:R} here.");
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(7, 7)]
    [DataRow(1000, 64)]
    [DataRow(1001, 999)]
    public void There_is_one_sample_in_each_equal_part_however_the_values_come(int count, int samples)
    {
        float[] values = [.. Enumerable.Range(0, count).Select(i => (float)i)];
        var whole = new LayerDigest(count, samples);
        whole.Add(values);
        var pieces = new LayerDigest(count, samples);
        foreach (float[] piece in values.Chunk(13))
            pieces.Add(piece);
        TestModels.AssertSequence(whole.Samples, pieces.Samples.ToArray());
        Assert.AreEqual(whole.Statistics, pieces.Statistics);
        for (int i = 0; i < samples; i++)
            Assert.IsTrue(
                whole.Samples[i] >= (long)count * i / samples && whole.Samples[i] < (long)count * (i + 1) / samples);
    }

    [TestMethod]
    public void A_sample_s_place_is_drawn_by_the_generator()
    {
        var digest = new LayerDigest(10, 2);
        digest.Add([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        TestModels.AssertSequence<float>(
            [0xE220A8397B1DCDAF % 5, 5 + 0x6E789E6AA1B965F4 % 5], digest.Samples.ToArray());
    }

    [TestMethod]
    public void Statistics_are_of_the_finite_values()
    {
        var digest = new LayerDigest(6, 6);
        digest.Add([3, float.NaN, -4]);
        digest.Add([0, float.PositiveInfinity, float.NegativeInfinity]);
        Assert.AreEqual(new LayerStatistics(-4, 3, -1 / 3.0, 5, 3), digest.Statistics);
        var none = new LayerDigest(1, 1);
        none.Add([float.NaN]);
        Assert.AreEqual(new LayerStatistics(0, 0, 0, 0, 1), none.Statistics);
        Assert.ThrowsExactly<ShapeMismatchException>(() => none.Add([1]));
    }

    [TestMethod]
    [DataRow(0, 0, true)]
    [DataRow(0.9e-5, 0, true)]
    [DataRow(1.1e-5, 0, false)]
    [DataRow(0, 1, false)]
    public void Statistics_pass_where_a_layer_within_the_gate_could_have_them(double off, int nonFinite, bool passes)
    {
        // A norm of 10 over 100 values, and a gate of 1e-10: the norm may be off by 1e-4, the mean by 1e-5.
        var expected = new LayerStatistics(-4, 4, 0.5, 10, 0);
        Assert.AreEqual(
            passes,
            new StatisticsComparison(expected, expected with { Norm = 10 + 10 * off, NonFinite = nonFinite }, 100)
                .Passes(1e-10, negligible: 0));
        Assert.AreEqual(
            passes,
            new StatisticsComparison(expected, expected with { Mean = 0.5 - off, NonFinite = nonFinite }, 100)
                .Passes(1e-10, negligible: 0));
        Assert.AreEqual(
            passes,
            new StatisticsComparison(
                expected, expected with { Max = (float)(4 + 10 * off), NonFinite = nonFinite }, 100)
                .Passes(1e-10, negligible: 0));
        Assert.AreEqual(
            passes,
            new StatisticsComparison(
                expected, expected with { Min = (float)(-4 - 10 * off), NonFinite = nonFinite }, 100)
                .Passes(1e-10, negligible: 0));
    }
}
