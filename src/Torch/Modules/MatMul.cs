using TorchSharp;

namespace SoftPool.Torch.Modules;

/// <summary>The product of matrices as a module, so that an export of a TorchSharp module sees it. Has no
/// parameters.</summary>
public sealed class MatMul() : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor>(nameof(MatMul))
{
    /// <summary>Returns the products (..., n, p) of (..., n, m) and (..., m, p).</summary>
    public override torch.Tensor forward(torch.Tensor x, torch.Tensor y) => x.matmul(y);
}
