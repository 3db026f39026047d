using TorchSharp;

namespace SoftPool.Torch;

/// <summary>
/// SoftPool of whole maps, (N, C, ...) to (N, C, 1, ...), as a module without parameters: see
/// <see cref="SoftPoolFunctional"/> for what it computes and its limits.
/// </summary>
/// <param name="weighting">Whether each channel has weights of its own (the paper) or all share one.</param>
public sealed class GlobalSoftPool(SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
    : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(GlobalSoftPool))
{
    /// <summary>Pools (N, C, ...) with at least one further axis.</summary>
    public override torch.Tensor forward(torch.Tensor input) => SoftPoolFunctional.global_soft_pool(input, weighting);
}
