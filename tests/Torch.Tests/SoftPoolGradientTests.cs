using SoftPool.Verification;
using TorchSharp;
using RuntimeWeighting = SoftPool.Operators.SoftPoolWeighting;

namespace SoftPool.Torch.Tests;

[TestClass]
public sealed class SoftPoolGradientTests
{
    [TestMethod]
    public void The_gradient_equals_finite_differences()
    {
        torch.manual_seed(3);
        foreach (PoolingCase windows in PoolingCase.All)
        {
            using var scope = torch.NewDisposeScope();
            torch.Tensor x = torch.randn([1, .. windows.Input], torch.float64);
            AssertGradient(windows.Pool, x, $"{windows}");
            // So far apart that each window has an origin of its own.
            x[0].flatten()[0] = 200.0;
            AssertGradient(windows.Pool, x, $"{windows}, far apart");
        }
    }

    [TestMethod]
    [DataRow(SoftPoolWeighting.PerChannel)]
    [DataRow(SoftPoolWeighting.SharedAcrossChannels)]
    public void The_gradient_of_a_global_pool_equals_finite_differences(SoftPoolWeighting weighting)
    {
        using var scope = torch.NewDisposeScope();
        AssertGradient(
            x => SoftPoolFunctional.global_soft_pool(x, weighting),
            torch.randn([2, 2, 3, 19], torch.float64), "global");
    }

    [TestMethod]
    [DataRow(RuntimeWeighting.PerChannel, SoftPoolWeighting.PerChannel)]
    [DataRow(RuntimeWeighting.SharedAcrossChannels, SoftPoolWeighting.SharedAcrossChannels)]
    public void Torch_and_the_runtimes_reference_agree(RuntimeWeighting weights, SoftPoolWeighting weighting)
    {
        using var scope = torch.NewDisposeScope();
        foreach ((Size2d kernel, Size2d stride, Size2d padding, bool ceilMode) in new (Size2d, Size2d, Size2d, bool)[]
            { (3, 2, 0, false), (new(3, 2), new(1, 3), 1, true), (new(2, 5), 2, new(1, 2), true), (2, 3, 0, false) })
        {
            torch.Tensor x = torch.randn(3, 7, 8);
            var op = new Operators.SoftPool2d(kernel, stride, padding, ceilMode, weights);
            var graph = new ModelGraph("pool", new TensorShape(3, 7, 8), [new Layer("pool", op)]);
            var model = new Model(graph, new Dictionary<string, Tensor>(), [], Preprocessing.ImageNet);
            torch.Tensor actual = SoftPoolFunctional.soft_pool2d(
                x, (kernel.Height, kernel.Width), (stride.Height, stride.Width),
                (padding.Height, padding.Width), ceilMode,
                weighting);
            float[] expected = ReferenceNetwork.Run(model, Tensors.Values(x))[0];
            Tensors.AssertClose(torch.tensor(expected, actual.shape), actual, 1e-6);
        }
    }

    [TestMethod]
    [DataRow(SoftPoolWeighting.PerChannel)]
    [DataRow(SoftPoolWeighting.SharedAcrossChannels)]
    public void At_the_ends_of_float_what_has_no_weight_has_no_gradient(SoftPoolWeighting weighting)
    {
        using var scope = torch.NewDisposeScope();
        foreach (int channels in (int[])[1, 4, 64])
        {
            // Of either sign, so that sums over the channels overflow to both sides.
            torch.Tensor direction = torch.linspace(2, channels == 1 ? 2 : -2, channels).reshape(1, channels, 1);
            torch.Tensor expected = torch.cat([direction, torch.zeros_like(direction)], 2);
            torch.Tensor x = torch.tensor(new float[] { 3e38f, -3e38f }).expand(1, channels, 2).contiguous();
            // One window over each map, and two.
            foreach (long count in (long[])[1, 2])
            {
                var windows = new PoolingCase([channels, 2 * count], [2], [2], [0], CeilMode: false, weighting);
                foreach (Func<torch.Tensor, torch.Tensor> pool in
                    (Func<torch.Tensor, torch.Tensor>[])[windows.Pool, windows.Compose])
                    Tensors.AssertClose(
                        expected.repeat(1, 1, count),
                        Tensors.GradientOf(pool, x.repeat(1, 1, count), direction.repeat(1, 1, count)), 0);
            }
        }
    }

    [TestMethod]
    public void The_gradient_of_the_gradient_equals_finite_differences()
    {
        torch.manual_seed(4);
        foreach (PoolingCase windows in
            PoolingCase.All.Where(windows => windows.Input.Aggregate((a, b) => a * b) < 150))
            foreach (Func<torch.Tensor, torch.Tensor> pool in
                (Func<torch.Tensor, torch.Tensor>[])[windows.Pool, windows.Compose])
            {
                using var scope = torch.NewDisposeScope();
                torch.Tensor x = torch.randn([1, .. windows.Input], torch.float64);
                torch.Tensor direction = torch.randn_like(pool(x));
                // Squared, so that the gradient depends on x through the output's gradient too.
                AssertGradient(
                    input =>
                    {
                        torch.Tensor leaf = input.requires_grad ? input : input.detach().requires_grad_();
                        torch.Tensor y = pool(leaf);
                        return torch.autograd.grad([y * y], [leaf], [direction], create_graph: true)[0];
                    },
                    x, $"{windows}");
            }
    }

    [TestMethod]
    [DataRow(SoftPoolWeighting.PerChannel, torch.ScalarType.Float32, 1e-5)]
    [DataRow(SoftPoolWeighting.SharedAcrossChannels, torch.ScalarType.Float32, 1e-5)]
    [DataRow(SoftPoolWeighting.PerChannel, torch.ScalarType.BFloat16, 0.02)]
    [DataRow(SoftPoolWeighting.SharedAcrossChannels, torch.ScalarType.BFloat16, 0.02)]
    public void With_create_graph_the_gradient_is_the_same_and_has_a_gradient(
        SoftPoolWeighting weighting, torch.ScalarType type, double tolerance)
    {
        using var scope = torch.NewDisposeScope();
        var windows = new PoolingCase([2, 5, 5], [3, 3], [2, 2], [1, 1], CeilMode: false, weighting);
        foreach (Func<torch.Tensor, torch.Tensor> pool in
            (Func<torch.Tensor, torch.Tensor>[])[windows.Pool, windows.Compose])
        {
            torch.Tensor x = torch.randn([1, 2, 5, 5], type).requires_grad_();
            torch.Tensor Loss(torch.Tensor input) => pool(input).pow(torch.tensor(2f)).sum();
            torch.Tensor gradient = torch.autograd.grad([Loss(x)], [x], create_graph: true)[0];
            Tensors.AssertClose(Tensors.GradientOf(Loss, x, torch.tensor(1f).to(type)), gradient, tolerance);
            Assert.IsTrue(gradient.requires_grad);
        }
    }

    private static void AssertGradient(Func<torch.Tensor, torch.Tensor> pool, torch.Tensor x, string what)
    {
        const double Step = 1e-5;
        torch.Tensor direction = torch.randn_like(pool(x));
        double[] gradient = [.. Tensors.GradientOf(pool, x, direction).contiguous().data<double>()];
        torch.Tensor flat = x.flatten();
        for (int i = 0; i < gradient.Length; i++)
        {
            using var scope = torch.NewDisposeScope();
            double At(double shift)
            {
                torch.Tensor moved = flat.clone();
                moved[i] = moved[i].Plus(shift);
                return (pool(moved.reshape(x.shape)) * direction).sum().item<double>();
            }
            double difference = (At(Step) - At(-Step)) / (2 * Step);
            Assert.IsTrue(
                Math.Abs(gradient[i] - difference) <= 1e-6,
                $"{what} at {i}: {gradient[i]} came, {difference} is right.");
        }
    }
}
