using TorchSharp;

namespace SoftPool.Torch;

/// <summary>
/// SoftPool of (N, C, L) or (C, L) as a module without parameters: see
/// <see cref="SoftPoolFunctional"/> for what it computes and its limits.
/// </summary>
/// <param name="kernel_size">Length of the window in cells.</param>
/// <param name="stride">The step from window to window; the window's length unless given.</param>
/// <param name="padding">Cells added at each end, at most half the window. They take no part.</param>
/// <param name="ceil_mode">Whether a last window may reach beyond the padded input.</param>
/// <param name="weighting">Whether each channel has weights of its own (the paper) or all share one.</param>
public sealed class SoftPool1d(
    long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
    SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
    : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(SoftPool1d))
{
    /// <summary>Pools (N, C, L) or (C, L).</summary>
    public override torch.Tensor forward(torch.Tensor input) =>
        SoftPoolFunctional.soft_pool1d(input, kernel_size, stride, padding, ceil_mode, weighting);
}
