using TorchSharp;

namespace SoftPool.Torch;

/// <summary>
/// SoftPool of (N, C, L) or (C, L), as a module without parameters.
/// <see cref="SoftPoolFunctional"/> says what it computes and what its limits are.
/// </summary>
/// <param name="kernel_size">The length of the window in cells.</param>
/// <param name="stride">The distance from window to window. Default: the length of the window.</param>
/// <param name="padding">The number of cells added at each end, at most half the window. They have no weight.</param>
/// <param name="ceil_mode">Whether the last window may reach beyond the padded input.</param>
/// <param name="weighting">Whether each channel has its own weights, as in the paper, or all channels share the
/// weights.</param>
public sealed class SoftPool1d(
    long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
    SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
    : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(SoftPool1d))
{
    /// <summary>The size of the window.</summary>
    public long kernel_size { get; } = kernel_size;

    /// <summary>The distance from window to window.</summary>
    public long stride { get; } = stride ?? kernel_size;

    /// <summary>The cells added on each side.</summary>
    public long padding { get; } = padding;

    /// <summary>Whether the last window may reach beyond the padded input.</summary>
    public bool ceil_mode { get; } = ceil_mode;

    /// <summary>Whether each channel has its own weights.</summary>
    public SoftPoolWeighting weighting { get; } = weighting;

    /// <summary>Pools (N, C, L) or (C, L).</summary>
    public override torch.Tensor forward(torch.Tensor input) =>
        SoftPoolFunctional.soft_pool1d(input, kernel_size, stride, padding, ceil_mode, weighting);
}
