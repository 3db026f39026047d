using TorchSharp;

namespace SoftPool.Torch.Modules;

/// <summary>Gives the elements of each item another shape, as a module, so that an export of a TorchSharp module sees
/// it. The batch stays. Has no parameters. To flatten, take torch.nn.Flatten.</summary>
/// <param name="shape">The shape of one item of the output, without the batch. One extent may be -1: it is what
/// remains.</param>
public sealed class Reshape(params long[] shape) : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(Reshape))
{
    /// <summary>(N, ...) to (N, shape).</summary>
    public override torch.Tensor forward(torch.Tensor input) => input.reshape([input.shape[0], .. shape]);
}
