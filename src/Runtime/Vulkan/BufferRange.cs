using SoftPool.Kernels;
using VkBuffer = Silk.NET.Vulkan.Buffer;

namespace SoftPool.Vulkan;

/// <summary>A part of a buffer, as a kernel or a copy sees it.</summary>
internal readonly record struct BufferRange(VkBuffer Buffer, long Offset, long ByteCount)
{
    /// <summary>The part of a host's buffer that holds an operand.</summary>
    public static BufferRange Of(BufferRegion buffer, Operand operand) =>
        new(new VkBuffer(buffer.Handle), buffer.Offset, operand.ByteCount);
}
