using System.Numerics;
using TorchSharp;

namespace SoftPool.Torch.Cpu;

/// <summary>
/// How (N, C, D, H, W) maps lie in memory, and so how they are pooled: map by map, or channel beside channel
/// (torch's channels_last), in blocks of as many lanes as caches hold.
/// </summary>
/// <param name="Channels">C.</param>
/// <param name="Lanes">One where each map lies by itself; else the channels of a block, whole vectors.</param>
internal readonly record struct MapLayout(int Channels, int Lanes)
{
    // A kernel holds about five arrays of this many values.
    private const long CachedValues = 1 << 15;

    public bool ChannelsLast => Lanes > 1;

    /// <summary>Blocks of an item in channels_last.</summary>
    public int Blocks => (Channels + Lanes - 1) / Lanes;

    /// <summary>The layout to compute a tensor in.</summary>
    public static MapLayout Of<T>(torch.Tensor x, Windows windows, SoftPoolWeighting weighting)
    {
        int channels = (int)x.shape[1];
        // Weights shared across channels are sums of maps, which want whole maps.
        if (weighting == SoftPoolWeighting.SharedAcrossChannels || !IsChannelsLast(x))
            return new MapLayout(channels, 1);
        long vectors = CachedValues / windows.Cells / Vector<T>.Count;
        long most = (channels + Vector<T>.Count - 1) / Vector<T>.Count;
        return new MapLayout(channels, (int)Math.Clamp(vectors, Math.Min(2, most), most) * Vector<T>.Count);
    }

    /// <summary>The tensor itself, or a copy that lies in this way.</summary>
    public torch.Tensor Arrange(torch.Tensor tensor) =>
        ChannelsLast ? tensor.permute(0, 2, 3, 4, 1).contiguous().permute(0, 4, 1, 2, 3) : tensor.contiguous();

    /// <summary>A tensor of the type, items and channels of another, with maps of another size, that lies in this way.
    /// </summary>
    public torch.Tensor Empty(torch.Tensor like, long depth, long height, long width) => ChannelsLast
        ? torch.empty([like.shape[0], depth, height, width, Channels], like.dtype).permute(0, 4, 1, 2, 3)
        : torch.empty([like.shape[0], Channels, depth, height, width], like.dtype);

    private static bool IsChannelsLast(torch.Tensor x)
    {
        using torch.Tensor ordered = x.permute(0, 2, 3, 4, 1);
        return ordered.is_contiguous() && !x.is_contiguous();
    }
}
