using TorchSharp;

namespace SoftPool.Torch.Views;

/// <summary>SoftPool of (N, C, D, H, W) on any device, composed of torch's own operations on strided views.</summary>
internal static class ViewSoftPool
{
    public static torch.Tensor Apply(torch.Tensor maps, Windows windows, SoftPoolWeighting weighting)
    {
        // Sums of short floats lose too much.
        if (maps.dtype is torch.ScalarType.Float16 or torch.ScalarType.BFloat16)
            return Apply(maps.to(torch.float32), windows, weighting).to(maps.dtype);
        return weighting == SoftPoolWeighting.PerChannel
            ? PerChannelViews.apply(maps, windows)
            : SharedViews.apply(maps, windows);
    }
}
