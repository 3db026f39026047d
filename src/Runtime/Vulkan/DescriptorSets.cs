using Silk.NET.Vulkan;
using VkBuffer = Silk.NET.Vulkan.Buffer;

namespace SoftPool.Vulkan;

/// <summary>A part of a buffer, as a kernel sees it.</summary>
internal readonly record struct BufferRange(VkBuffer Buffer, long Offset, long ByteCount);

/// <summary>A VkDescriptorPool with room for a known number of sets of storage buffers.</summary>
internal sealed unsafe class DescriptorSets : HandleOwner
{
    private readonly DescriptorPool _pool;

    public DescriptorSets(VulkanDevice device, int sets, int buffers) : base(device)
    {
        var size = new DescriptorPoolSize(DescriptorType.StorageBuffer, (uint)buffers);
        var info = new DescriptorPoolCreateInfo
        {
            SType = StructureType.DescriptorPoolCreateInfo,
            MaxSets = (uint)sets,
            PoolSizeCount = 1,
            PPoolSizes = &size,
        };
        try
        {
            device.Api.CreateDescriptorPool(device.Handle, in info, null, out _pool).Check("vkCreateDescriptorPool");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A set with the given buffers at bindings 0, 1, 2 and so on. It lives as long as the pool.</summary>
    public DescriptorSet Allocate(DescriptorSetLayout layout, ReadOnlySpan<BufferRange> ranges)
    {
        var allocation = new DescriptorSetAllocateInfo
        {
            SType = StructureType.DescriptorSetAllocateInfo,
            DescriptorPool = _pool,
            DescriptorSetCount = 1,
            PSetLayouts = &layout,
        };
        Device.Api.AllocateDescriptorSets(Device.Handle, in allocation, out DescriptorSet set)
            .Check("vkAllocateDescriptorSets");

        DescriptorBufferInfo* buffers = stackalloc DescriptorBufferInfo[ranges.Length];
        WriteDescriptorSet* writes = stackalloc WriteDescriptorSet[ranges.Length];
        for (int i = 0; i < ranges.Length; i++)
        {
            (VkBuffer buffer, long offset, long byteCount) = ranges[i];
            buffers[i] = new DescriptorBufferInfo(buffer, (ulong)offset, (ulong)byteCount);
            writes[i] = new WriteDescriptorSet
            {
                SType = StructureType.WriteDescriptorSet,
                DstSet = set,
                DstBinding = (uint)i,
                DescriptorCount = 1,
                DescriptorType = DescriptorType.StorageBuffer,
                PBufferInfo = &buffers[i],
            };
        }
        Device.Api.UpdateDescriptorSets(Device.Handle, (uint)ranges.Length, writes, 0, null);
        return set;
    }

    protected override void Destroy() => Device.Api.DestroyDescriptorPool(Device.Handle, _pool, null);
}
