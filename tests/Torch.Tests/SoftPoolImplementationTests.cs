using SoftPool.Torch.Views;
using TorchSharp;

namespace SoftPool.Torch.Tests;

/// <summary>The CPU's kernels against torch's own operations, over shapes, ranges, types and strides.</summary>
[TestClass]
public sealed class SoftPoolImplementationTests
{
    private static readonly torch.ScalarType[] Types =
        [torch.ScalarType.Float64, torch.ScalarType.Float32, torch.ScalarType.Float16, torch.ScalarType.BFloat16];

    [TestMethod]
    public void Both_implementations_agree_in_values_and_gradients()
    {
        torch.manual_seed(1);
        foreach (PoolingCase windows in PoolingCase.All)
        {
            // Within reach of one origin for a map; around another origin; beyond reach.
            foreach ((double scale, double offset) in new[] { (1.0, 0.0), (8, 100), (100, 0) })
            {
                foreach (torch.ScalarType type in new[] { torch.ScalarType.Float64, torch.ScalarType.Float32 })
                {
                    using var scope = torch.NewDisposeScope();
                    torch.Tensor x = torch.randn([5, .. windows.Input]).Times(scale).Plus(offset).to(type);
                    torch.Tensor expected = windows.Compose(x), direction = torch.randn_like(expected);
                    double unit = Unit(type);
                    string what = $"{windows}, {type}, {scale} + {offset}";
                    Assert.AreEqual(type, windows.Pool(x).dtype);
                    // Cells of either sign cancel.
                    Tensors.AssertClose(expected, windows.Pool(x), Math.Max(scale, 10) * unit, what);
                    torch.Tensor gradient = Tensors.GradientOf(windows.Pool, x, direction);
                    Assert.AreEqual(type, gradient.dtype);
                    Tensors.AssertClose(
                        Tensors.GradientOf(windows.Compose, x, direction), gradient,
                        (offset + 10 * scale) * 20 * unit, what + ", gradient");
                }
            }
        }
    }

    [TestMethod]
    public void The_shape_is_that_of_torchs_max_pool()
    {
        foreach (PoolingCase windows in PoolingCase.All)
        {
            using var scope = torch.NewDisposeScope();
            torch.Tensor x = torch.zeros([2, .. windows.Input]);
            CollectionAssert.AreEqual(windows.MaxPool(x).shape, windows.Pool(x).shape, $"{windows}");
            CollectionAssert.AreEqual(windows.MaxPool(x[0]).shape, windows.Pool(x[0]).shape, $"{windows}");
            torch.Tensor none = torch.zeros([0, .. windows.Input]).requires_grad_();
            windows.Pool(none).sum().backward();
            Assert.AreEqual(0, none.grad!.shape[0]);
        }
    }

    [TestMethod]
    public void Strides_change_nothing()
    {
        torch.manual_seed(2);
        foreach (SoftPoolWeighting weighting in Enum.GetValues<SoftPoolWeighting>())
        {
            using var scope = torch.NewDisposeScope();
            var windows = new PoolingCase([6, 13, 11], [3, 3], [2, 2], [1, 1], false, weighting);
            torch.Tensor x = torch.randn(4, 6, 13, 11), direction = torch.randn_like(windows.Pool(x));
            torch.Tensor expected = windows.Pool(x), gradient = Tensors.GradientOf(windows.Pool, x, direction);
            torch.Tensor[] others =
            [
                x.transpose(2, 3).contiguous().transpose(2, 3),
                torch.cat([x, x], 3).narrow(3, 11, 11),
                x.repeat_interleave(2, 1).slice(1, 0, 12, 2),
            ];
            foreach (torch.Tensor other in others)
            {
                Assert.IsFalse(other.is_contiguous());
                Tensors.AssertClose(expected, windows.Pool(other), 0);
                Tensors.AssertClose(gradient, Tensors.GradientOf(windows.Pool, other, direction), 0);
                torch.Tensor turned = direction.transpose(2, 3).contiguous().transpose(2, 3);
                Tensors.AssertClose(gradient, Tensors.GradientOf(windows.Pool, other, turned), 0);
            }
            // A gradient of stride 0, as sum() hands it back.
            Tensors.AssertClose(
                Tensors.GradientOf(windows.Pool, x, torch.ones_like(expected)),
                Tensors.GradientOf(input => windows.Pool(input).sum(), x, torch.tensor(1f)), 0);
        }
    }

    [TestMethod]
    public void The_longest_stride_takes_the_first_window_alone()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.randn(2, 128, 3, 3);
        foreach (torch.Tensor maps in new[] { x, ChannelsLast(x) })
            Tensors.AssertClose(
                SoftPoolFunctional.soft_pool2d(maps, 2), SoftPoolFunctional.soft_pool2d(maps, 2, stride: 1 << 24), 0);
    }

    [TestMethod]
    public void Channels_last_stays_channels_last()
    {
        static bool IsChannelsLast(torch.Tensor x) => x.movedim([1], [-1]).is_contiguous() && !x.is_contiguous();
        torch.manual_seed(6);
        foreach (PoolingCase windows in PoolingCase.All.Where(windows => windows.Input[^1] > 1))
        {
            // Fewer channels than a vector has lanes, more than a block, and no multiple of either.
            foreach (long channels in new long[] { 3, 16, 45 })
            {
                foreach (torch.ScalarType type in Types)
                {
                    using var scope = torch.NewDisposeScope();
                    torch.Tensor x = torch.randn([3, channels, .. windows.Input[1..]]).to(type);
                    // One block whose windows need an origin each.
                    x[1, 2] = x[1, 2].Times(50);
                    torch.Tensor last = ChannelsLast(x), y = windows.Pool(last),
                        direction = ChannelsLast(torch.randn_like(y));
                    torch.Tensor gradient = Tensors.GradientOf(windows.Pool, last, direction);
                    if (windows.Weighting == SoftPoolWeighting.PerChannel)
                        Assert.IsTrue(IsChannelsLast(gradient) && (IsChannelsLast(y) || y.shape[^1] == 1));
                    // Wide ones against contiguous maps; short ones are the wide ones rounded once.
                    bool isShort = type is torch.ScalarType.Float16 or torch.ScalarType.BFloat16;
                    torch.Tensor other = isShort ? last.to(torch.float32) : x,
                        otherDirection = direction.to(other.dtype);
                    string what = $"{windows}, {channels} channels, {type}";
                    Tensors.AssertClose(windows.Pool(other).to(type), y, isShort ? 0 : 10 * Unit(type), what);
                    Tensors.AssertClose(
                        Tensors.GradientOf(windows.Pool, other, otherDirection).to(type), gradient,
                        isShort ? 0 : 100 * Unit(type), what + ", gradient");
                }
            }
        }
    }

    [TestMethod]
    public void A_global_pool_is_one_window_over_all_axes()
    {
        torch.manual_seed(3);
        foreach (SoftPoolWeighting weighting in Enum.GetValues<SoftPoolWeighting>())
        {
            foreach (long[] map in new long[][] { [1], [37], [5, 7], [3, 4, 21], [2, 3, 2, 5] })
            {
                using var scope = torch.NewDisposeScope();
                torch.Tensor x = torch.randn([3, 4, .. map], torch.float64);
                torch.Tensor e = x.exp();
                if (weighting == SoftPoolWeighting.SharedAcrossChannels)
                    e = e.sum(1, keepdim: true);
                long[] axes = [.. Enumerable.Range(2, map.Length).Select(axis => (long)axis)];
                using var pool = new GlobalSoftPool(weighting);
                Tensors.AssertClose((x * e).sum(axes, keepdim: true) / e.sum(axes, keepdim: true), pool.call(x), 1e-14);
            }
        }
    }

    [TestMethod]
    public void Both_implementations_agree_on_large_maps_pooled_whole()
    {
        torch.manual_seed(7);
        foreach (SoftPoolWeighting weighting in Enum.GetValues<SoftPoolWeighting>())
        {
            torch.Tensor Pool(torch.Tensor x) => SoftPoolFunctional.global_soft_pool(x, weighting);
            torch.Tensor Compose(torch.Tensor x) => PoolingCase.Composed(() => Pool(x));
            foreach ((double scale, double offset) in new[] { (1.0, 0.0), (8, 100), (100, 0) })
            {
                using var scope = torch.NewDisposeScope();
                torch.Tensor x = torch.randn([2, 3, 112, 112], torch.float64).Times(scale).Plus(offset);
                torch.Tensor expected = Pool(x), direction = torch.randn_like(expected);
                string what = $"{weighting}, {scale} + {offset}";
                Tensors.AssertClose(expected, Compose(x), 1e-13, what);
                torch.Tensor gradient = Tensors.GradientOf(Pool, x, direction);
                Tensors.AssertClose(gradient, Tensors.GradientOf(Compose, x, direction), 1e-12, what + ", gradient");
            }
        }
    }

    [TestMethod]
    public void Along_an_axis_that_one_window_covers_no_view_is_taken()
    {
        using var scope = torch.NewDisposeScope();
        static int Views(long[] kernel, long[] padding) =>
            new WindowCells(Windows.Of("test", [112, 112], kernel, [1, 1], padding, ceilMode: false))
                .Of(torch.zeros([1, 1, 1, 224, 224])).Length;
        Assert.AreEqual(1, Views([112, 112], [0, 0]));
        Assert.AreEqual(3, Views([112, 3], [0, 0]));
        Assert.AreEqual(2, Views([2, 112], [1, 0]));
        Assert.AreEqual(224, Views([2, 112], [1, 1]));
    }

    [TestMethod]
    public void Half_and_bfloat16_are_rounded_once()
    {
        torch.manual_seed(4);
        foreach (PoolingCase windows in PoolingCase.All)
        {
            foreach (torch.ScalarType type in new[] { torch.ScalarType.Float16, torch.ScalarType.BFloat16 })
            {
                using var scope = torch.NewDisposeScope();
                torch.Tensor x = torch.randn([3, .. windows.Input]).to(type), wide = x.to(torch.float32);
                torch.Tensor direction = torch.randn_like(windows.Pool(x));
                Tensors.AssertClose(windows.Pool(wide).to(type), windows.Pool(x), 0);
                Tensors.AssertClose(
                    Tensors.GradientOf(windows.Pool, wide, direction.to(torch.float32)).to(type),
                    Tensors.GradientOf(windows.Pool, x, direction), 0);
            }
        }
    }

    [TestMethod]
    public void Short_floats_keep_NaN_infinity_and_subnormal_numbers()
    {
        float[] values =
            [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-40f, -1e-7f, 65504, 0, -0f, 1.00390625f];
        foreach (torch.ScalarType type in new[] { torch.ScalarType.Float16, torch.ScalarType.BFloat16 })
        {
            // Long enough for vectors, and no multiple of them.
            using var scope = torch.NewDisposeScope();
            torch.Tensor x = torch.tensor(values).repeat(7).reshape(1, -1).to(type);
            torch.Tensor y = SoftPoolFunctional.soft_pool1d(x, 1);
            for (int i = 0; i < values.Length * 7; i++)
            {
                // One infinite cell has no mean.
                float right = Tensors.Values(x)[i], came = Tensors.Values(y)[i];
                Assert.AreEqual(float.IsInfinity(right) ? float.NaN : right, came);
            }
        }
    }

    [TestMethod]
    public void The_number_of_threads_changes_no_bit()
    {
        int threads = torch.get_num_threads();
        try
        {
            foreach (SoftPoolWeighting weighting in Enum.GetValues<SoftPoolWeighting>())
            {
                using var scope = torch.NewDisposeScope();
                torch.manual_seed(5);
                var windows = new PoolingCase([16, 27, 27], [3, 3], [2, 2], [0, 0], false, weighting);
                torch.Tensor x = torch.randn([37, .. windows.Input]);
                x[3] = x[3].Times(50);
                (torch.Tensor, torch.Tensor) Results(int number)
                {
                    torch.set_num_threads(number);
                    return (windows.Pool(x), Tensors.GradientOf(windows.Pool, x, torch.ones_like(windows.Pool(x))));
                }
                (torch.Tensor y, torch.Tensor gradient) = Results(1);
                foreach (int number in new[] { 2, 2, 5 })
                {
                    (torch.Tensor other, torch.Tensor otherGradient) = Results(number);
                    Tensors.AssertClose(y, other, 0);
                    Tensors.AssertClose(gradient, otherGradient, 0);
                }
            }
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    private static torch.Tensor ChannelsLast(torch.Tensor x) => x.movedim([1], [-1]).contiguous().movedim([-1], [1]);

    private static double Unit(torch.ScalarType type) => type == torch.ScalarType.Float64 ? 2.3e-16 : 1.2e-7;
}
