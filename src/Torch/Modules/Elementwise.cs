using TorchSharp;

namespace SoftPool.Torch.Modules;

/// <summary>x + y as a module, so that an export of a TorchSharp module sees it; see also
/// <see cref="Subtract"/>, <see cref="Multiply"/>, <see cref="Concat"/>, <see cref="MatMul"/>,
/// <see cref="Reshape"/>, <see cref="Permute"/> and <see cref="Interpolate"/>. Has no parameters.</summary>
public sealed class Add() : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor>(nameof(Add))
{
    /// <summary>Returns x + y. Shapes are broadcast as in torch.add.</summary>
    public override torch.Tensor forward(torch.Tensor x, torch.Tensor y) => x.add(y, Scalars.One);
}

/// <summary>x - y as a module, so that an export of a TorchSharp module sees it. Has no parameters.</summary>
public sealed class Subtract() : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor>(nameof(Subtract))
{
    /// <summary>Returns x - y. Shapes are broadcast as in torch.sub.</summary>
    public override torch.Tensor forward(torch.Tensor x, torch.Tensor y) => x.sub(y);
}

/// <summary>x y, element by element, as a module, so that an export of a TorchSharp module sees it. Has no
/// parameters.</summary>
public sealed class Multiply() : torch.nn.Module<torch.Tensor, torch.Tensor, torch.Tensor>(nameof(Multiply))
{
    /// <summary>Returns x y. Shapes are broadcast as in torch.mul.</summary>
    public override torch.Tensor forward(torch.Tensor x, torch.Tensor y) => x.mul(y);
}
