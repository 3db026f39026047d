using TorchSharp;

namespace SoftPool.Torch.Modules;

/// <summary>torch.cat along the channels as a module, so that an export of a TorchSharp module sees it:
/// concat.call([x, y]). Has no parameters.</summary>
public sealed class Concat() : torch.nn.Module<torch.Tensor[], torch.Tensor>(nameof(Concat))
{
    /// <summary>Concatenates (N, C1, ...), (N, C2, ...) and so on to (N, C1 + C2 + ..., ...).</summary>
    public override torch.Tensor forward(torch.Tensor[] inputs) => torch.cat(inputs, 1);
}
