using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>Attributes that make no sense, and inputs that do not fit, are refused in words that say what is expected
/// and what came. </summary>
[TestClass]
public sealed class AttributeTests
{
    private static readonly TensorShape Map = new(4, 5, 6);

    private static IEnumerable<(Operator Op, TensorShape Input, string Message)> Bad { get; } =
    [
        (new GELU((GeluApproximation)2), Map, "GELU takes an approximation of None or Tanh; got 2."),
        (new Hardtanh(1, -1), Map, "Hardtanh takes bounds that are finite as floats, the least first; got 1 and -1."),
        (new Hardtanh(double.NaN, 1), Map, "got NaN and 1."),
        (new Hardtanh(0, 1e39), Map, "got 0 and 1E+39."),
        (new CELU(0), Map, "CELU takes an alpha above 0 that is, like its reciprocal, a normal float; got 0."),
        (new CELU(-1), Map, "got -1."),
        (new CELU(1e-40), Map, "got 1E-40."),
        (new PReLU(2), Map, "PReLU takes one slope or one a channel; got 2 on 4x5x6."),
        (new PReLU(0), Map, "got 0 on 4x5x6."),
        (Nearest(default, default), Map,
            "Upsample takes for each axis a size or a scale factor above 0, or both where they differ by less than one "
            + "pixel; got Nearest by Floor, Asymmetric on 5."),
        (Nearest(-1, default), Map, "got to -1, Nearest by Floor, Asymmetric on 5."),
        (Nearest(default, -2), Map, "got times -2, Nearest by Floor, Asymmetric on 5."),
        (Nearest(default, double.NaN), Map, "got times NaN, Nearest by Floor, Asymmetric on 5."),
        (Nearest(default, double.PositiveInfinity), Map, "on 5."),
        (Nearest(new(10, 12), new(2, 3)), Map, "got to 10x12, times 2x3, Nearest by Floor, Asymmetric on 6."),
        (Nearest(default, 0.1), Map, "A shape needs positive extents"),
        (Nearest(default, 1e5), Map, "A shape needs positive extents and at most"),
        (Nearest(default, 2), new(4, 5), "Upsample takes (C, H, W); got 4x5."),
        (Nearest(default, 2) with { ExcludeOutside = true }, Map, "excludes what is outside in mode bicubic alone"),
        (Nearest(default, 2) with { NearestMode = (UpsampleRounding)4 }, Map, "that are defined"),
        (Nearest(default, 2) with { Mode = (UpsampleMode)3 }, Map, "that are defined"),
        (Nearest(default, 2) with { CubicCoeffA = double.PositiveInfinity }, Map, "a finite a"),
        (new ConvTranspose2d(4, 2, 0, 1, 0), Map,
            "ConvTranspose2d takes a kernel, a stride and a dilation of 1 to 4096; got 4 to 2, kernel 0, stride 1."),
        (new ConvTranspose2d(4, 2, 3, 1, -1), Map,
            "ConvTranspose2d takes paddings of 0 to 4096; got 4 to 2, kernel 3, stride 1, padding -1."),
        (new ConvTranspose2d(4, 2, 3, 2, 1) { OutputPadding = 2 }, Map,
            "an output padding below its stride or its dilation; got 4 to 2"),
        (new ConvTranspose2d(3, 2, 3, 2, 1), Map, "ConvTranspose2d takes (C, H, W) of 3 channels; got 4x5x6."),
        (new ConvTranspose2d(4, 2, 3, 2, 1) { Groups = 4 }, Map,
            "a number of groups that divides 4 and 2 channels; got 4."),
        (new ConvTranspose2d(4, 2, 3, 2, 1) { Groups = 0 }, Map,
            "a number of groups that divides 4 and 2 channels; got 0."),
        (new ConvTranspose2d(4, 2, 1, 1, 3), Map, "gives -1 by 0 pixels of 4x5x6."),
        (new ReflectionPad2d(0, 6, 0, 0), Map,
            "ReflectionPad2d takes paddings of 0 to 4 rows and 5 columns on 4x5x6; got left 0, right 6, "
            + "top 0, bottom 0."),
        (new ReplicationPad2d(0, 0, -1, 0), Map,
            "ReplicationPad2d takes paddings of 0 to 4096 rows and 4096 columns on 4x5x6; got left 0, right 0, top -1"),
        (new ReplicationPad2d(0, 0, 0, 0), new(4), "ReplicationPad2d takes (C, H, W); got 4."),
        (new Slice(0, 0, 1, 1), Map, "Slice takes an axis of 1 to 3 on 4x5x6; got axis 0, 1 from 0."),
        (new Slice(4, 0, 1, 1), Map, "Slice takes an axis of 1 to 3 on 4x5x6; got axis 4, 1 from 0."),
        (new Slice(2, 0, 6, 1), Map,
            "Slice takes at least one place, and none outside of 0 to 4; got axis 2, 6 from 0."),
        (new Slice(2, 0, 0, 1), Map, "got axis 2, 0 from 0."),
        (new Slice(2, 1, 3, 2), Map, "got axis 2, 3 from 1, step 2."),
        (new Slice(2, 1, 3, -1), Map, "got axis 2, 3 from 1, step -1."),
        (new Slice(2, 1, 1, 0), Map, "got axis 2, 1 from 1, step 0."),
        (new Slice(2, int.MaxValue, int.MaxValue, int.MaxValue), Map, "got axis 2"),
        (new Softmax(0), Map, "Softmax takes an axis of 1 to 3 on 4x5x6; got axis 0."),
        (new Softmax(4), Map, "Softmax takes an axis of 1 to 3 on 4x5x6; got axis 4."),
        (new LayerNorm(new(5)), Map, "LayerNorm over 5 takes an input of these last axes; got 4x5x6."),
        (new LayerNorm(new(1, 4, 5, 6)), Map, "LayerNorm over 1x4x5x6 takes an input of these last axes; got 4x5x6."),
        (new LayerNorm(new()), Map, "LayerNorm over scalar takes an input of these last axes; got 4x5x6."),
        (new LayerNorm(new(6), 0), Map, "LayerNorm takes an eps of at least 1E-12; got 0."),
        (new LayerNorm(new(6), double.NaN), Map, "LayerNorm takes an eps of at least 1E-12; got NaN."),
        (new Reduce(Reduction.Sum, [0], false), Map,
            "Reduce takes a defined kind and axes of 1 to 3, each once, on 4x5x6; got Sum over axes 0."),
        (new Reduce(Reduction.Mean, [2, 4], true), Map, "got Mean over axes 2, 4, which stay."),
        (new Reduce(Reduction.Mean, [2, 2], true), Map, "got Mean over axes 2, 2, which stay."),
        (new Reduce(Reduction.Mean, [], true), Map, "each once, on 4x5x6; got Mean over axes"),
        (new Reduce((Reduction)9, [1], false), Map, "got 9 over axes 1."),
        (new GroupNorm(3, 4), Map,
            "GroupNorm takes (C, ...) of 4 channels and a number of groups that divides them; got 4x5x6 and 3."),
        (new GroupNorm(0, 4), Map, "got 4x5x6 and 0."),
        (new GroupNorm(1, 5), Map, "of 5 channels and a number of groups that divides them; got 4x5x6 and 1."),
        (new GroupNorm(2, 4, 0), Map, "GroupNorm takes an eps of at least 1E-12; got 0."),
        (new Normalize(2, 4), Map, "Normalize takes an axis of 1 to 3 on 4x5x6; got axis 4."),
        (new Normalize(3, 1), Map, "Normalize takes a norm of order 1 or 2; got 3."),
        (new Normalize(2, 1, double.NaN), Map, "Normalize takes an eps of at least 1E-12; got NaN."),
        (new LogSoftmax(0), Map, "LogSoftmax takes an axis of 1 to 3 on 4x5x6; got axis 0."),
        (new ArgMax(0, true), Map, "ArgMax takes an axis of 1 to 3 on 4x5x6; got axis 0."),
        (new ArgMin(1, true), new((1 << 24) + 1),
            "ArgMin gives places as floats, and takes an axis of at most 16777216 elements for it; got 16777217."),
        (new TopKIndices(1, 2, true), new(1, (1 << 24) + 1), "TopKIndices gives places as floats"),
        (new TopK(7, 3, true), Map, "TopK takes 1 to 6 elements of axis 3; got 7."),
        (new TopK(0, 3, true), Map, "TopK takes 1 to 6 elements of axis 3; got 0."),
        (new TopKIndices(1, 4, true), Map, "TopKIndices takes an axis of 1 to 3 on 4x5x6; got axis 4."),
        (new Linear(5, 3), Map, "Linear takes 5 features along the last axis; got 4x5x6."),
    ];

    [TestMethod]
    public void Each_is_told_with_what_came()
    {
        foreach ((Operator op, TensorShape input, string message) in Bad)
        {
            var e = Assert.ThrowsExactly<ShapeMismatchException>(() => op.InferShape(input), $"{op} on {input}");
            StringAssert.Contains(e.Message, message);
        }
    }

    [TestMethod]
    public void A_product_takes_matrices_that_fit()
    {
        foreach ((TensorShape left, TensorShape right) in new (TensorShape, TensorShape)[]
        {
            (new(3, 5), new(3, 5)), (new(5), new(5, 3)), (new(5), new(5)), (new(2, 3, 5), new(5, 3)),
            (new(2, 3, 5), new(3, 5, 3)), (new(2, 1, 3, 5), new(1, 2, 5, 3)),
        })
        {
            var e = Assert.ThrowsExactly<ShapeMismatchException>(() => new MatMul().InferShape(left, right));
            StringAssert.Contains(
                e.Message, $"leading axes are the same, or 1 in one of them; got {left} and {right}.");
        }
        Assert.AreEqual(new TensorShape(2, 3, 4), new MatMul().InferShape(new(1, 3, 5), new(2, 5, 4)));
        Assert.AreEqual(new TensorShape(2, 3, 4), new MatMul().InferShape(new(2, 3, 5), new(1, 5, 4)));
        var single = Assert.ThrowsExactly<ShapeMismatchException>(() => new MatMul().InferShape(Map));
        StringAssert.Contains(single.Message, "two inputs; got 1.");
    }

    private static Upsample Nearest(Size2d size, Scale2d scale) =>
        new(size, scale, UpsampleMode.Nearest, UpsampleCoordinates.Asymmetric);
}
