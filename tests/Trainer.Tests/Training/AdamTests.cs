using SoftPool.Trainer.Training;
using TorchSharp;

namespace SoftPool.Trainer.Tests.Training;

[TestClass]
public sealed class AdamTests
{
    [TestMethod]
    [DataRow(0.0)]
    [DataRow(0.1)]
    public void Steps_are_the_papers(double weightDecay)
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(8);
        using TorchSharp.Modules.Linear linear = torch.nn.Linear(5, 3);
        using var adam = new Adam(linear, weightDecay);
        CollectionAssert.AreEqual(
            (string[])["weight", "bias"], adam.Parameters.Select(parameter => parameter.Name).ToArray());
        double[][] values = [.. adam.Parameters.Select(parameter => Values(parameter.Parameter))];
        double[][] first = [.. values.Select(value => new double[value.Length])],
            second = [.. values.Select(value => new double[value.Length])];
        for (int step = 1; step <= 20; step++)
        {
            double rate = 0.02 / step;
            adam.ZeroGradients();
            linear.call(torch.randn(4, 5)).pow(torch.tensor(2f)).sum().backward();
            for (int p = 0; p < values.Length; p++)
            {
                double[] gradient = Values(adam.Parameters[p].Parameter.grad!);
                for (int i = 0; i < gradient.Length; i++)
                {
                    // The lines of algorithm 1, with the L2 term in the gradient.
                    double g = gradient[i] + weightDecay * values[p][i];
                    first[p][i] = 0.9 * first[p][i] + (1 - 0.9) * g;
                    second[p][i] = 0.999 * second[p][i] + (1 - 0.999) * g * g;
                    double m = first[p][i] / (1 - Math.Pow(0.9, step)), v = second[p][i] / (1 - Math.Pow(0.999, step));
                    values[p][i] -= rate * m / (Math.Sqrt(v) + 1e-8);
                }
            }
            adam.Step(rate);
        }
        Assert.AreEqual(20, adam.Steps);
        for (int p = 0; p < values.Length; p++)
        {
            AssertClose(values[p], adam.Parameters[p].Parameter, 1e-6);
            AssertClose(first[p], adam.Parameters[p].First, 1e-5);
            AssertClose(second[p], adam.Parameters[p].Second, 1e-5);
        }
    }

    [TestMethod]
    public void Steps_give_the_weights_that_torch_optim_Adam_gives()
    {
        using var scope = torch.NewDisposeScope();
        using TorchSharp.Modules.Linear linear = torch.nn.Linear(1, 4, hasBias: false);
        using (torch.no_grad())
            linear.weight!.copy_(torch.tensor(new[] { 0.5f, -1.25f, 3e-3f, 7f }, 4, 1));
        using var adam = new Adam(linear, weightDecay: 1e-2);
        foreach (double rate in (double[])[1e-3, 5e-2, 2e-2])
        {
            adam.ZeroGradients();
            (linear.call(torch.tensor(new[] { 0.3f }, 1, 1))
                * torch.tensor(new[] { 1f, -2f, 1e-4f, 0f })).sum().backward();
            adam.Step(rate);
        }
        // Made with torch.optim.Adam of TorchSharp 0.107.
        AssertClose([0.42900124, -1.1790006, -0.03760948, 6.9290056], linear.weight!, 1e-7);
    }

    [TestMethod]
    public void Fresh_parameters_step_at_their_own_rate_and_frozen_ones_not_at_all()
    {
        using var scope = torch.NewDisposeScope();
        using TorchSharp.Modules.Linear linear = torch.nn.Linear(1, 2), frozen = torch.nn.Linear(2, 1);
        using TorchSharp.Modules.Sequential both = torch.nn.Sequential(("a", linear), ("b", frozen));
        using (torch.no_grad())
        {
            linear.weight!.copy_(torch.tensor(new[] { 0.5f, -1f }, 2, 1));
            linear.bias!.copy_(torch.tensor(new[] { 0.25f, 3f }));
            frozen.weight!.copy_(torch.tensor(new[] { 3f, -1f }, 1, 2));
        }
        foreach (TorchSharp.Modules.Parameter parameter in frozen.parameters())
            parameter.requires_grad = false;
        float[] kept = frozen.bias!.data<float>().ToArray();
        using var adam = new Adam(both, weightDecay: 0.1, ["a.bias"]);
        CollectionAssert.AreEqual(
            (string[])["a.weight", "a.bias"], adam.Parameters.Select(parameter => parameter.Name).ToArray());
        // y = 3 (2 w0 + b0) - (2 w1 + b1): the gradients are 6, -2 and 3, -1, and a tenth of the weights is added.
        double[] weight = [0.5, -1], bias = [0.25, 3];
        double[] first = new double[4], second = new double[4];
        foreach ((int step, double rate, double fresh) in ((int, double, double)[])[(1, 0.01, 0.2), (2, 0.02, 0.05)])
        {
            adam.ZeroGradients();
            both.call(torch.tensor(new[] { 2f }, 1, 1)).sum().backward();
            adam.Step(rate, fresh);
            Move(weight, [6, -2], 0, step, rate);
            Move(bias, [3, -1], 2, step, fresh);
        }
        AssertClose(weight, linear.weight!, 1e-6);
        AssertClose(bias, linear.bias!, 1e-6);
        Assert.IsNull(frozen.weight!.grad);
        CollectionAssert.AreEqual((float[])[3, -1], frozen.weight.data<float>().ToArray());
        CollectionAssert.AreEqual(kept, frozen.bias.data<float>().ToArray());

        void Move(double[] values, double[] gradients, int place, int step, double rate)
        {
            for (int i = 0; i < 2; i++)
            {
                double g = gradients[i] + 0.1 * values[i];
                first[place + i] = 0.9 * first[place + i] + 0.1 * g;
                second[place + i] = 0.999 * second[place + i] + 0.001 * g * g;
                double m = first[place + i] / (1 - Math.Pow(0.9, step));
                double v = second[place + i] / (1 - Math.Pow(0.999, step));
                values[i] -= rate * m / (Math.Sqrt(v) + 1e-8);
            }
        }
    }

    private static double[] Values(torch.Tensor tensor) => [.. tensor.detach().to(torch.float64).data<double>()];

    private static void AssertClose(double[] expected, torch.Tensor actual, double tolerance)
    {
        double[] came = Values(actual);
        for (int i = 0; i < expected.Length; i++)
            Assert.IsTrue(
                Math.Abs(came[i] - expected[i]) <= tolerance * Math.Max(Math.Abs(expected[i]), 1),
                $"{i}: {expected[i]} expected, {came[i]} came.");
    }
}
