using TorchSharp;

namespace SoftPool.Torch;

/// <summary>
/// SoftPool of (N, C, H, W) or (C, H, W) as a module without parameters: see
/// <see cref="SoftPoolFunctional"/> for what it computes and its limits.
/// </summary>
/// <param name="kernel_size">Height and width of the window in cells.</param>
/// <param name="stride">The step from window to window; the window's size unless given.</param>
/// <param name="padding">Cells added on each side, at most half the window. They take no part.</param>
/// <param name="ceil_mode">Whether a last window may reach beyond the padded input.</param>
/// <param name="weighting">Whether each channel has weights of its own (the paper) or all share one.</param>
public sealed class SoftPool2d(
    (long, long) kernel_size, (long, long)? stride = null, (long, long) padding = default,
    bool ceil_mode = false, SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
    : torch.nn.Module<torch.Tensor, torch.Tensor>(nameof(SoftPool2d))
{
    /// <summary>The same with square windows.</summary>
    public SoftPool2d(
        long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
        SoftPoolWeighting weighting = SoftPoolWeighting.PerChannel)
        : this(
            (kernel_size, kernel_size), (stride ?? kernel_size, stride ?? kernel_size),
            (padding, padding), ceil_mode, weighting)
    {
    }

    /// <summary>Pools (N, C, H, W) or (C, H, W).</summary>
    public override torch.Tensor forward(torch.Tensor input) =>
        SoftPoolFunctional.soft_pool2d(input, kernel_size, stride, padding, ceil_mode, weighting);
}
