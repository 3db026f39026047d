using TorchSharp;

namespace SoftPool.Torch;

/// <summary>
/// SoftPool of (N, C, D, H, W) or (C, D, H, W), as a module without parameters.
/// <see cref="SoftPoolFunctional"/> says what it computes and what its limits are.
/// </summary>
/// <param name="kernel_size">Depth, height and width of the window in cells.</param>
/// <param name="stride">The distance from window to window. Default: the size of the window.</param>
/// <param name="padding">The number of cells added on each side, at most half the window. They have no weight.</param>
/// <param name="ceil_mode">Whether the last window may reach beyond the padded input.</param>
/// <param name="weighting">Whether each channel has its own weights, as in the paper, or all channels share the
/// weights.</param>
public sealed class SoftPool3d(
    (long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long) padding = default,
    bool ceil_mode = false, SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
    : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(SoftPool3d))
{
    /// <summary>The size of the window.</summary>
    public (long, long, long) kernel_size { get; } = kernel_size;

    /// <summary>The distance from window to window.</summary>
    public (long, long, long) stride { get; } = stride ?? kernel_size;

    /// <summary>The cells added on each side.</summary>
    public (long, long, long) padding { get; } = padding;

    /// <summary>Whether the last window may reach beyond the padded input.</summary>
    public bool ceil_mode { get; } = ceil_mode;

    /// <summary>Whether each channel has its own weights.</summary>
    public SoftPoolWeighting weighting { get; } = weighting;

    /// <summary>The same with cubic windows.</summary>
    public SoftPool3d(
        long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
        SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
        : this(
            (kernel_size, kernel_size, kernel_size),
            (stride ?? kernel_size, stride ?? kernel_size, stride ?? kernel_size),
            (padding, padding, padding), ceil_mode, weighting)
    {
    }

    /// <summary>Pools (N, C, D, H, W) or (C, D, H, W).</summary>
    public override torch.Tensor forward(torch.Tensor input) =>
        SoftPoolFunctional.soft_pool3d(input, kernel_size, stride, padding, ceil_mode, weighting);
}
