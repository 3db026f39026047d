using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Reference;
using SoftPool.Verification;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Strict numerics: what a device gives has the bits of the strict reference.</summary>
[TestClass]
public sealed class StrictTests
{
    [TestMethod]
    public void Kernels_give_the_bits_of_the_strict_reference()
    {
        // At 1e-14 products of two fall below TINY and sums cancel where drivers flush; at 1e-30 inputs themselves do;
        // at 1e38 sums reach infinity. One session computes all: compiling its kernels takes most of the time.
        foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
            OperatorCheck.MatchesStrictly(TestDevices.Software, layers, input, batch, [1, 1e-14, 1e-30, 1e38]);
    }

    [TestMethod]
    public void Kernels_that_read_storage_buffers_alone_give_the_same_bits()
    {
        foreach ((Layer[] layers, TensorShape input, int batch) in
            OperatorCases.All.Where(row => row.Layers is [{ Operator: Linear or Pooling }]))
            OperatorCheck.MatchesStrictly(
                TestDevices.Software, layers, input, batch, [1], plannedFor: DeviceTraits.Unknown);
    }

    [TestMethod]
    public void Every_variant_of_a_convolution_gives_the_same_bits()
    {
        GpuDevice device = TestDevices.Software;
        var tested = new HashSet<string>();
        foreach (Variant<Conv2d> variant in Conv2d.Variants.All)
            foreach ((Layer[] layers, TensorShape input, int batch) in
                OperatorCases.All.Where(row => row.Layers is [{ Operator: Conv2d }]))
            {
                var forced = new VariantChoice(variant.Name);
                string taken = ConvolutionVariantTests.Taken(
                    layers, input, batch, device.Vulkan.Traits, forced, numerics: Numerics.Strict);
                if (taken != variant.Name)
                    continue; // what is taken in its place is tried as itself
                tested.Add(taken);
                OperatorCheck.MatchesStrictly(device, layers, input, batch, [1], forced);
            }
        foreach (string name in ConvolutionVariantTests.MustRun(device, strict: true))
            Assert.Contains(name, tested);
    }

    [TestMethod]
    public void Fused_or_not_every_layer_of_a_network_has_the_reference_s_bits()
    {
        using var comparison = new StrictComparison(
            SessionTests.NetworkOfAllOperators(), TestDevices.Software, batch: 3);
        comparison.Add(SessionTests.Input(3));
        comparison.Add(SessionTests.Input(2));

        StrictReport report = comparison.Report;
        Assert.IsNull(report.FirstDifference?.Layer);
        Assert.IsTrue(report.Passed);
        Assert.AreEqual(5, report.Items);
        // Of two sessions, that without fusion keeps every layer.
        Assert.IsTrue(report.Layers.All(layer => layer.Comparison.Count >= 5L * layer.Shape.ElementCount));
        Assert.AreEqual(2L * 5 * 10, report.Outputs.Count);
    }

    [TestMethod]
    public void Tiny_numbers_and_minus_zero_become_plus_zero()
    {
        float below = MathF.BitDecrement(Strict.Tiny);
        float[] input = [-0f, float.Epsilon, -1e-40f, below, -below, Strict.Tiny, -Strict.Tiny, 1, -1, float.MaxValue];
        float[] expected = [0, 0, 0, 0, 0, Strict.Tiny, -Strict.Tiny, 1, -1, float.MaxValue];
        foreach (Operator op in
            (Operator[])[new Flatten(), new Dropout(0.5), new MaxPool1d(1, 1, 0, false), new LeakyReLU(1)])
        {
            Model model = OperatorCheck.ModelOf(op, new(1, 10));
            float[] actual = OperatorCheck.Run(TestDevices.Software, model, input, numerics: Numerics.Strict);
            CollectionAssert.AreEqual(
                Array.ConvertAll(expected, BitConverter.SingleToUInt32Bits),
                Array.ConvertAll(actual, BitConverter.SingleToUInt32Bits),
                $"{op}");
        }
    }

    [TestMethod]
    public void A_mean_over_more_cells_than_an_integer_counts_is_right_in_any_numerics()
    {
        // Each of its 8 windows has 4096 cells along each axis, all but one of them padding.
        Model model = OperatorCheck.ModelOf(new AvgPool3d(4096, 1, 2048, false), new(2, 1, 1, 1));
        float[] expected = [.. Enumerable.Repeat(3f, 8), .. Enumerable.Repeat(-0.75f, 8)];
        float[] input = [3 * MathF.Pow(2, 36), -0.75f * MathF.Pow(2, 36)];
        CollectionAssert.AreEqual(expected, ReferenceNetwork.Run(model, input)[^1]);
        CollectionAssert.AreEqual(expected, ReferenceNetwork.RunStrict(model, input)[^1]);
        foreach (Numerics numerics in Enum.GetValues<Numerics>())
            CollectionAssert.AreEqual(
                expected, OperatorCheck.Run(TestDevices.Software, model, input, numerics: numerics), $"{numerics}");
    }

    [TestMethod]
    public void Sixteen_bits_are_refused()
    {
        var e = Assert.ThrowsExactly<ArgumentException>(() => TestDevices.Software.CreateSession(
            SessionTests.NetworkOfAllOperators(), new SessionOptions { Fp16 = true, Numerics = Numerics.Strict }));
        Assert.Contains("Strict in 16 bits", e.Message);
        Assert.ThrowsExactly<ArgumentException>(() => TestDevices.Software.CreateSession(
            SessionTests.NetworkOfAllOperators(), new SessionOptions { Numerics = (Numerics)2 }));
    }

    [TestMethod]
    public void One_bit_that_differs_is_found_in_its_layer()
    {
        var report = new StrictReport(SessionTests.NetworkOfAllOperators().Graph);
        float[] values = [0, 1, float.NaN];
        foreach (LayerBits layer in report.Layers)
            report.AddLayer(layer.Layer, values, values);
        report.Outputs.Add(values, [0, 1, -float.NaN]);
        Assert.IsTrue(report.Passed);

        report.AddLayer("gate", values, [-0f, MathF.BitIncrement(1), 2]);
        Assert.IsFalse(report.Passed);
        Assert.AreEqual("gate", report.FirstDifference!.Layer);
        Assert.AreEqual(3, report.FirstDifference.Comparison.DifferingElements);
        Assert.IsFalse(new StrictReport(SessionTests.NetworkOfAllOperators().Graph).Passed, "nothing was compared");
    }
}
