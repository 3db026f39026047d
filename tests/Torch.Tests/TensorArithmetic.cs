using SoftPool.Torch;
using TorchSharp;

namespace SoftPool.Tests;

/// <summary>What tests compute with tensors and numbers, each number kept until it was used: see
/// <see cref="Scalars"/>.</summary>
internal static class TensorArithmetic
{
    public static torch.Tensor Plus(this torch.Tensor x, torch.Tensor y) => x.add(y, Scalars.One);

    public static torch.Tensor Plus(this torch.Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.add(scalar, Scalars.One);
    }

    public static torch.Tensor Times(this torch.Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.mul(scalar);
    }

    public static torch.Tensor Over(this torch.Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.div(scalar);
    }

    /// <summary>Gives all of a tensor one value, without a gradient.</summary>
    public static void Fill(this torch.Tensor x, double value)
    {
        using IDisposable noGradients = torch.no_grad();
        using Scalar scalar = value;
        x.fill_(scalar);
    }

    /// <summary>The floats from 0, (count).</summary>
    public static torch.Tensor Range(int count) => torch.tensor([.. Enumerable.Range(0, count).Select(i => (float)i)]);
}
