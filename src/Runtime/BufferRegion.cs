namespace SoftPool;

/// <summary>A region of a buffer of the host. The buffer belongs to the VkDevice that the host gave to
/// <see cref="GpuDevice.FromHost"/>.</summary>
/// <param name="Handle">The VkBuffer. An input needs VK_BUFFER_USAGE_TRANSFER_SRC_BIT, an output
/// VK_BUFFER_USAGE_TRANSFER_DST_BIT.</param>
/// <param name="Offset">The start of the region in bytes, a multiple of 4.</param>
public readonly record struct BufferRegion(ulong Handle, long Offset = 0)
{
    /// <exception cref="ArgumentException">There is no buffer, or no float begins at the offset.</exception>
    internal void Check(string what)
    {
        if (Handle == 0)
            throw new ArgumentException(
                "A VkBuffer is needed, with the data or room for it; its handle is null.", what);
        if (Offset < 0 || Offset % sizeof(float) != 0)
            throw new ArgumentException($"The part of a buffer begins at a multiple of 4 bytes; got {Offset}.", what);
    }
}
