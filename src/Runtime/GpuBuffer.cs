namespace SoftPool;

/// <summary>A part of a buffer of the host's, on the device that its <see cref="GpuDevice"/> adopted.</summary>
/// <param name="Handle">The VkBuffer, made with VK_BUFFER_USAGE_TRANSFER_SRC_BIT as an input and TRANSFER_DST_BIT as an
/// output.</param>
/// <param name="Offset">Where the part begins, in bytes; a multiple of 4.</param>
public readonly record struct GpuBuffer(ulong Handle, long Offset = 0);
