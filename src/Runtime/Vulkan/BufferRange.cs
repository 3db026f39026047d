using SoftPool.Kernels;
using VkBuffer = Silk.NET.Vulkan.Buffer;

namespace SoftPool.Vulkan;

/// <summary>A part of a buffer, as a kernel or a copy sees it.</summary>
internal readonly record struct BufferRange(VkBuffer Buffer, long Offset, long ByteCount)
{
    /// <summary>The part of a host's buffer that holds an operand.</summary>
    /// <param name="buffer">A whole batch of it.</param>
    /// <param name="operand">The operand, of some items.</param>
    /// <param name="first">The first of these items in the batch.</param>
    /// <param name="items">Their number.</param>
    public static BufferRange Of(BufferRegion buffer, Operand operand, int first, int items) => new(
        new VkBuffer(buffer.Handle), buffer.Offset + operand.BytesOf(first, items), operand.BytesOf(items, items));
}
