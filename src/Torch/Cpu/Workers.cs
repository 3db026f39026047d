using System.Numerics;
using TorchSharp;

namespace SoftPool.Torch.Cpu;

/// <summary>Shares out maps among as many threads as torch uses.</summary>
internal static class Workers
{
    // Enough work to be worth handing over, little enough that threads end together.
    private const long CellsAtOnce = 1 << 15;

    /// <param name="x">(N, C, D, H, W).</param>
    /// <param name="windows">The windows on each map.</param>
    /// <param name="weighting">Decides whether a map can be computed by itself, or an item's channels belong together.
    /// </param>
    /// <param name="layout">How the maps lie in memory.</param>
    /// <param name="work">Takes a kernel that is its thread's own, the first of a number of maps or blocks of channels,
    /// and their number.</param>
    public static void Run<T>(
        torch.Tensor x, Windows windows, SoftPoolWeighting weighting, MapLayout layout,
        Action<SoftPoolKernel<T>, long, long> work)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>, IMinMaxValue<T>
    {
        bool shared = weighting == SoftPoolWeighting.SharedAcrossChannels;
        int channels = shared ? (int)x.shape[1] : 1;
        long maps = x.shape[0] * layout.Blocks;
        long together = layout.ChannelsLast ? 1 : Math.Max(CellsAtOnce / (channels * windows.Cells), 1) * channels;
        long parts = (maps + together - 1) / together, next = -1;

        void Work()
        {
            using SoftPoolKernel<T> kernel =
                shared ? new SharedKernel<T>(windows, channels) : new PerChannelKernel<T>(windows, layout.Lanes);
            for (long part = Interlocked.Increment(ref next); part < parts; part = Interlocked.Increment(ref next))
                work(kernel, part * together, Math.Min(together, maps - part * together));
        }

        int workers = (int)Math.Min(torch.get_num_threads(), parts);
        if (workers > 1)
            Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ => Work());
        else if (workers == 1)
            Work();
    }
}
