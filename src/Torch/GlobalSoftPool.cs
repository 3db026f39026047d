using TorchSharp;

namespace SoftPool.Torch;

/// <summary>
/// SoftPool of whole maps, (N, C, ...) to (N, C, 1, ...), as a module without parameters.
/// <see cref="SoftPoolFunctional"/> says what it computes and what its limits are.
/// </summary>
/// <param name="weighting">Whether each channel has its own weights, as in the paper, or all channels share the
/// weights.</param>
public sealed class GlobalSoftPool(SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
    : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(GlobalSoftPool))
{
    /// <summary>Whether each channel has its own weights.</summary>
    public SoftPoolWeighting weighting { get; } = weighting;

    /// <summary>Pools (N, C, ...) with at least one further axis.</summary>
    public override torch.Tensor forward(torch.Tensor input) => SoftPoolFunctional.global_soft_pool(input, weighting);
}
