using TorchSharp;

namespace SoftPool.Torch.Tests;

/// <summary>What tests of torch functions compare.</summary>
internal static class Tensors
{
    public static float[] Values(torch.Tensor tensor) =>
        tensor.detach().to(torch.float32).contiguous().data<float>().ToArray();

    /// <summary>Each value within the tolerance, relative to the larger of it and 1. NaN is close to nothing.</summary>
    public static void AssertClose(torch.Tensor expected, torch.Tensor actual, double tolerance, string what = "")
    {
        CollectionAssert.AreEqual(expected.shape, actual.shape, what);
        double[] right = [.. expected.detach().to(torch.float64).contiguous().data<double>()];
        double[] came = [.. actual.detach().to(torch.float64).contiguous().data<double>()];
        for (int i = 0; i < right.Length; i++)
            Assert.IsTrue(
                Math.Abs(came[i] - right[i]) <= tolerance * Math.Max(Math.Abs(right[i]), 1),
                $"{what} at {i}: {right[i]} expected, {came[i]} came.");
    }

    /// <summary>The gradient of a function in a direction of its output.</summary>
    public static torch.Tensor GradientOf(
        Func<torch.Tensor, torch.Tensor> function, torch.Tensor x, torch.Tensor direction)
    {
        torch.Tensor leaf = x.detach().requires_grad_();
        function(leaf).backward([direction]);
        return leaf.grad!;
    }
}
