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
