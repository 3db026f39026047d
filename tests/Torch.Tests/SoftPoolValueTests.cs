using TorchSharp;

namespace SoftPool.Torch.Tests;

[TestClass]
public sealed class SoftPoolValueTests
{
    private const SoftPoolWeighting PerChannel = SoftPoolWeighting.PerChannel;
    private const SoftPoolWeighting Shared = SoftPoolWeighting.SharedAcrossChannels;

    [TestMethod]
    [DataRow(new[] { 1f, 2, 3, 4 }, 3.492653)]
    [DataRow(new[] { -1f, -2, -3, -4 }, -1.507347)]
    [DataRow(new[] { 88f, 88, 88, 88 }, 88.0)]
    [DataRow(new[] { 89f, 1, 2, 3 }, 89.0)]
    [DataRow(new[] { 100f, 90, 80, 70 }, 99.99955)]
    [DataRow(new[] { -90f, -91, -92, -93 }, -90.50735)]
    [DataRow(new[] { -104f, -105, -106, -107 }, -104.50735)]
    [DataRow(new[] { 1e6f, 999_999, 999_998, 999_997 }, 999_999.492653)]
    [DataRow(new[] { float.MaxValue, float.MaxValue, float.MaxValue, float.MaxValue }, float.MaxValue)]
    [DataRow(new[] { float.MinValue, float.MinValue, float.MinValue, float.MinValue }, float.MinValue)]
    [DataRow(new[] { float.MaxValue, float.MinValue, 0, float.MinValue }, float.MaxValue)]
    public void One_window_has_the_exact_value(float[] cells, double expected)
    {
        using var scope = torch.NewDisposeScope();
        foreach (SoftPoolWeighting weighting in new[] { PerChannel, Shared })
        {
            torch.Tensor flat = torch.tensor(cells);
            Func<torch.Tensor>[] calls =
            [
                () => SoftPoolFunctional.soft_pool1d(flat.reshape(1, 4), 4, weighting: weighting),
                () => SoftPoolFunctional.soft_pool2d(flat.reshape(1, 1, 2, 2), 2, weighting: weighting),
                () => SoftPoolFunctional.soft_pool3d(flat.reshape(1, 1, 2, 2, 1), (2, 2, 1), weighting: weighting),
                () => SoftPoolFunctional.global_soft_pool(flat.reshape(1, 1, 2, 2), weighting),
                // The first of two windows, so that none covers its map.
                () => SoftPoolFunctional.soft_pool1d(
                    torch.cat([flat, flat]).reshape(1, 8), 4, weighting: weighting)[0, 0],
            ];
            foreach (Func<torch.Tensor> call in calls)
            {
                foreach (torch.Tensor result in new[] { call(), PoolingCase.Composed(call) })
                {
                    double actual = result.item<float>();
                    Assert.IsTrue(Math.Abs(actual - expected) <= 1e-6 * Math.Abs(expected), $"{weighting}: {actual}");
                }
            }
        }
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void Overlapping_windows_have_the_exact_values(SoftPoolWeighting weighting)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = TensorArithmetic.Range(9).Plus(1).reshape(1, 3, 3);
        torch.Tensor expected = torch.tensor(new[] { 4.5888f, 5.5888f, 7.5888f, 8.5888f }, 1, 2, 2);
        Tensors.AssertClose(expected, SoftPoolFunctional.soft_pool2d(x, 2, stride: 1, weighting: weighting), 1e-5);
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void Padding_takes_no_part(SoftPoolWeighting weighting)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.ones(1, 2, 2, 2).Times(3);
        foreach (float y in Tensors.Values(SoftPoolFunctional.soft_pool2d(x, 3, 2, 1, weighting: weighting)))
            Assert.AreEqual(3f, y);
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void Windows_of_zeros_stay_zero_beside_large_values(SoftPoolWeighting weighting)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.zeros(1, 2, 4, 4);
        x[0, 0, 3, 3] = 70f;
        float[] y = Tensors.Values(SoftPoolFunctional.soft_pool2d(x, 2, weighting: weighting));
        CollectionAssert.AreEqual(new float[] { 0, 0, 0 }, y[..3]);
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void Windows_far_below_the_rest_of_their_map_have_exact_values(SoftPoolWeighting weighting)
    {
        using var scope = torch.NewDisposeScope();
        foreach (float above in new[] { 50f, 103f, 1e4f, 3e38f })
        {
            torch.Tensor x = torch.tensor(new[] { 1f, 2, 3, 4, above, above }, 1, 1, 6);
            torch.Tensor y = SoftPoolFunctional.soft_pool1d(x, 4, 2, weighting: weighting);
            Tensors.AssertClose(torch.tensor(new[] { 3.492653f, above }, 1, 1, 2), y, 1e-6, $"{above}");
        }
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void Every_finite_input_gives_a_finite_result_within_its_window(SoftPoolWeighting weighting)
    {
        using var scope = torch.NewDisposeScope();
        float[] ends = [float.MaxValue, float.MinValue, 3e38f, -3e38f, 103, -104, 88, 1e-45f, 0];
        var random = new Random(5);
        torch.Tensor x = torch.tensor(
            Enumerable.Range(0, 2 * 5 * 9 * 7).Select(_ => ends[random.Next(ends.Length)]).ToArray(), 2, 5, 9, 7);
        var windows = new PoolingCase([5, 9, 7], [3, 2], [2, 1], [1, 1], true, weighting);
        foreach (torch.Tensor y in new[] { windows.Pool(x), windows.Compose(x) })
        {
            Assert.IsTrue(y.isfinite().all().item<bool>());
            Assert.IsTrue(
                (y <= windows.MaxPool(x)).all().item<bool>() && (y >= -windows.MaxPool(-x)).all().item<bool>());
        }
        foreach (Func<torch.Tensor, torch.Tensor> pool in new[] { windows.Pool, windows.Compose })
        {
            torch.Tensor gradient = Tensors.GradientOf(pool, x, torch.ones_like(pool(x)).Times(1e-3));
            Assert.IsFalse(gradient.isnan().any().item<bool>());
        }
    }

    [TestMethod]
    [DataRow(PerChannel, float.NaN)]
    [DataRow(Shared, float.NaN)]
    [DataRow(PerChannel, float.PositiveInfinity)]
    [DataRow(Shared, float.PositiveInfinity)]
    public void NaN_and_infinity_reach_their_windows_only(SoftPoolWeighting weighting, float value)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.zeros(1, 1, 4, 4);
        x[0, 0, 1, 1] = value;
        var windows = new PoolingCase([1, 4, 4], [2, 2], [2, 2], [0, 0], false, weighting);
        foreach (torch.Tensor y in new[] { windows.Pool(x), windows.Compose(x) })
            CollectionAssert.AreEqual(
                new[] { true, false, false, false }, y.isnan().flatten().data<bool>().ToArray());
        torch.Tensor Whole() => SoftPoolFunctional.global_soft_pool(x, weighting);
        foreach (torch.Tensor y in new[] { Whole(), PoolingCase.Composed(Whole) })
            Assert.IsTrue(y.isnan().item<bool>());
    }
}
