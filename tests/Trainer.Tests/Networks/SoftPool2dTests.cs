using SoftPool.Operators;
using SoftPool.Reference;
using SoftPool.Trainer.Networks;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Networks;

[TestClass]
public sealed class SoftPool2dTests
{
    private const SoftPoolWeights PerChannel = SoftPoolWeights.PerChannel;
    private const SoftPoolWeights Shared = SoftPoolWeights.SharedAcrossChannels;

    [TestMethod]
    [DataRow(new[] { 1f, 2, 3, 4 }, 3.492653)]
    [DataRow(new[] { -1f, -2, -3, -4 }, -1.507347)]
    [DataRow(new[] { 88f, 88, 88, 88 }, 88.0)]
    [DataRow(new[] { 89f, 1, 2, 3 }, 89.0)]
    [DataRow(new[] { 100f, 90, 80, 70 }, 99.99955)]
    [DataRow(new[] { -90f, -91, -92, -93 }, -90.50735)]
    [DataRow(new[] { -104f, -105, -106, -107 }, -104.50735)]
    [DataRow(new[] { float.MaxValue, float.MaxValue, float.MaxValue, float.MaxValue }, float.MaxValue)]
    [DataRow(new[] { float.MinValue, float.MinValue, float.MinValue, float.MinValue }, float.MinValue)]
    [DataRow(new[] { float.MaxValue, float.MinValue, 0, float.MinValue }, float.MaxValue)]
    public void One_window_has_the_exact_value(float[] cells, double expected)
    {
        using var scope = torch.NewDisposeScope();
        foreach (SoftPoolWeights weights in new[] { PerChannel, Shared })
        {
            using torch.Tensor x = torch.tensor(cells, 1, 1, 2, 2);
            double actual = SoftPoolFunctional.soft_pool2d(x, 2, weights: weights).item<float>();
            Assert.IsTrue(Math.Abs(actual - expected) <= 1e-6 * Math.Abs(expected), $"{weights}: {actual}");
        }
    }

    [TestMethod]
    public void Overlapping_windows_have_the_exact_values()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.arange(1, 10, dtype: torch.float32).reshape(1, 3, 3);
        foreach (SoftPoolWeights weights in new[] { PerChannel, Shared })
        {
            float[] y = Values(SoftPoolFunctional.soft_pool2d(x, 2, stride: 1, weights: weights));
            AssertClose([4.5888f, 5.5888f, 7.5888f, 8.5888f], y, 1e-5);
        }
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void Padding_takes_no_part(SoftPoolWeights weights)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.full([1, 2, 2, 2], 3f);
        foreach (float y in Values(SoftPoolFunctional.soft_pool2d(x, 3, 2, 1, weights: weights)))
            Assert.AreEqual(3f, y);
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void Every_finite_input_gives_a_finite_result_within_its_window(SoftPoolWeights weights)
    {
        using var scope = torch.NewDisposeScope();
        float[] ends = [float.MaxValue, float.MinValue, 3e38f, -3e38f, 103, -104, 88, 1e-45f, 0];
        var random = new Random(5);
        var values = new float[2 * 5 * 9 * 7];
        for (int i = 0; i < values.Length; i++)
            values[i] = ends[random.Next(ends.Length)];
        torch.Tensor x = torch.tensor(values, 2, 5, 9, 7);
        torch.Tensor y = SoftPoolFunctional.soft_pool2d(x, new Size2d(3, 2), new Size2d(2, 1), 1, true, weights);
        Assert.IsTrue(y.isfinite().all().item<bool>());
        torch.Tensor high = torch.nn.functional.max_pool2d(x, [3, 2], [2, 1], [1, 1], ceil_mode: true);
        torch.Tensor low = -torch.nn.functional.max_pool2d(-x, [3, 2], [2, 1], [1, 1], ceil_mode: true);
        Assert.IsTrue((y <= high).all().item<bool>() && (y >= low).all().item<bool>());
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void NaN_goes_through_to_its_windows_only(SoftPoolWeights weights)
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.zeros(1, 1, 4, 4);
        x[0, 0, 1, 1] = float.NaN;
        bool[] expected = [true, false, false, false];
        CollectionAssert.AreEqual(
            expected, SoftPoolFunctional.soft_pool2d(x, 2, weights: weights).isnan().flatten().data<bool>().ToArray());
    }

    [TestMethod]
    [DataRow(PerChannel, 3, 3, 2, 2, 0, 0, false)]
    [DataRow(PerChannel, 3, 2, 1, 3, 1, 1, true)]
    [DataRow(PerChannel, 2, 5, 2, 2, 1, 2, true)]
    [DataRow(PerChannel, 2, 2, 3, 3, 0, 0, false)]
    [DataRow(Shared, 3, 3, 2, 2, 0, 0, false)]
    [DataRow(Shared, 3, 2, 1, 3, 1, 1, true)]
    [DataRow(Shared, 2, 5, 2, 2, 1, 2, true)]
    [DataRow(Shared, 2, 2, 3, 3, 0, 0, false)]
    public void Equals_the_reference_and_its_gradient_finite_differences(
        SoftPoolWeights weights, int kernelHeight, int kernelWidth, int strideHeight, int strideWidth, int padHeight,
        int padWidth, bool ceilMode)
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(3);
        (Size2d kernel, Size2d stride, Size2d padding) =
            (new(kernelHeight, kernelWidth), new(strideHeight, strideWidth), new(padHeight, padWidth));
        torch.Tensor x = torch.randn(2, 3, 7, 8, torch.float64);
        torch.Tensor Pool(torch.Tensor input) =>
            SoftPoolFunctional.soft_pool2d(input, kernel, stride, padding, ceilMode, weights);

        var op = new Operators.SoftPool2d(kernel, stride, padding, ceilMode, weights);
        var graph = new ModelGraph("pool", new TensorShape(3, 7, 8), [new Layer("pool", op)]);
        var model = new Model(graph, new Dictionary<string, Tensor>(), [], new Preprocessing([0, 0, 0], [1, 1, 1]));
        torch.Tensor single = x.to(torch.float32);
        float[] expected = [.. Enumerable.Range(0, 2).SelectMany(n => ReferenceNetwork.Run(model, Values(single[n]))[0])];
        AssertClose(expected, Values(Pool(single)), 1e-6);

        torch.Tensor direction = torch.randn_like(Pool(x)), leaf = x.clone().requires_grad_();
        (Pool(leaf) * direction).sum().backward();
        torch.Tensor gradient = leaf.grad!.flatten(), flat = x.flatten();
        for (long i = 0; i < flat.shape[0]; i++)
        {
            const double Step = 1e-5;
            double At(double shift)
            {
                torch.Tensor moved = flat.clone();
                moved[i] += shift;
                return (Pool(moved.reshape(x.shape)) * direction).sum().item<double>();
            }
            double difference = (At(Step) - At(-Step)) / (2 * Step);
            Assert.IsTrue(Math.Abs(gradient[i].item<double>() - difference) <= 1e-7, $"{i}: {difference}");
        }
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void Equals_the_plain_composition_where_that_is_safe(SoftPoolWeights weights)
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(4);
        // More items than are computed at once, and a number that they do not divide.
        torch.Tensor x = torch.randn(131, 6, 13, 11), plain = x.clone().requires_grad_(), ours = x.clone().requires_grad_();
        torch.Tensor e = weights == PerChannel ? plain.exp() : plain.exp().sum(1, keepdim: true);
        torch.Tensor expected = torch.nn.functional.avg_pool2d(plain * e, 3, 2) / torch.nn.functional.avg_pool2d(e, 3, 2);
        torch.Tensor actual = SoftPoolFunctional.soft_pool2d(ours, 3, 2, weights: weights);
        AssertClose(Values(expected), Values(actual), 1e-6);
        torch.Tensor direction = torch.randn_like(expected);
        expected.backward([direction]);
        actual.backward([direction]);
        AssertClose(Values(plain.grad!), Values(ours.grad!), 1e-6);
    }

    [TestMethod]
    public void Bad_input_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        Assert.ThrowsExactly<ShapeMismatchException>(() => SoftPoolFunctional.soft_pool2d(torch.zeros(3, 3), 2));
        Assert.ThrowsExactly<ShapeMismatchException>(() => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 1, 2, 2), 3));
        Assert.ThrowsExactly<ShapeMismatchException>(
            () => SoftPoolFunctional.soft_pool2d(torch.zeros(1, 1, 4, 4), 3, padding: 2));
        Assert.ThrowsExactly<ArgumentException>(
            () => SoftPoolFunctional.soft_pool2d(torch.zeros([1, 1, 4, 4], torch.int32), 2));
    }

    [TestMethod]
    [DataRow(PerChannel)]
    [DataRow(Shared)]
    public void A_step_leaves_no_tensor_behind(SoftPoolWeights weights)
    {
        void Step()
        {
            using var scope = torch.NewDisposeScope();
            torch.Tensor x = torch.randn(2, 3, 8, 8).requires_grad_();
            using var pool = new Trainer.Networks.SoftPool2d(3, 2, weights: weights);
            pool.call(x).sum().backward();
        }
        Step();
        long before = torch.Tensor.TotalCount;
        for (int i = 0; i < 5; i++)
            Step();
        Assert.AreEqual(before, torch.Tensor.TotalCount);
    }

    private static float[] Values(torch.Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
            Assert.IsTrue(
                Math.Abs(actual[i] - (double)expected[i]) <= tolerance * Math.Max(Math.Abs(expected[i]), 1),
                $"{i}: {expected[i]} expected, {actual[i]} came.");
    }
}
