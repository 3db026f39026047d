namespace SoftPool;

/// <summary>A part of a buffer of the host's, on the device that its <see cref="GpuDevice"/> adopted.</summary>
/// <param name="Handle">The VkBuffer, made with VK_BUFFER_USAGE_TRANSFER_SRC_BIT as an input and TRANSFER_DST_BIT as an
/// output.</param>
/// <param name="Offset">Where the part begins, in bytes; a multiple of 4.</param>
public readonly record struct BufferRegion(ulong Handle, long Offset = 0)
{
    /// <exception cref="ArgumentException">There is no buffer, or no float begins at the offset.</exception>
    internal void Check(string what)
    {
        if (Handle == 0)
            throw new ArgumentException("A VkBuffer is needed, with the data or room for it; its handle is null.", what);
        if (Offset < 0 || Offset % sizeof(float) != 0)
            throw new ArgumentException($"The part of a buffer begins at a multiple of 4 bytes; got {Offset}.", what);
    }
}
