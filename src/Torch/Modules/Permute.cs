using TorchSharp;

namespace SoftPool.Torch.Modules;

/// <summary>Changes the order of the axes, as a module, so that an export of a TorchSharp module sees it. The batch
/// stays first. Has no parameters.</summary>
/// <param name="dims">The input's axis for each axis of the output. Axes are counted as in torch.permute; axis 0, the
/// batch, is left out: 2, 1 exchanges the first two axes after the batch.</param>
public sealed class Permute(params long[] dims) : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(Permute))
{
    /// <summary>The input's axis for each axis of the output, without the batch.</summary>
    public IReadOnlyList<long> dims { get; } = [.. dims];

    /// <summary>(N, ...) to the same extents in the order of the axes.</summary>
    public override torch.Tensor forward(torch.Tensor input) => input.permute([0, .. dims]);
}
