namespace SoftPool.Vulkan;

/// <summary>How much memory is allocated on a device, now and at most.</summary>
internal sealed class MemoryCount
{
    private readonly Lock _lock = new();

    /// <summary>Bytes at this moment.</summary>
    public long Bytes { get; private set; }

    /// <summary>The most bytes there ever were.</summary>
    public long PeakBytes { get; private set; }

    public void Add(long bytes)
    {
        lock (_lock)
        {
            Bytes += bytes;
            PeakBytes = Math.Max(PeakBytes, Bytes);
        }
    }
}
