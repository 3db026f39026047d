using Silk.NET.Vulkan;
using SoftPool.Kernels;
using VkBuffer = Silk.NET.Vulkan.Buffer;

namespace SoftPool.Vulkan;

/// <summary>A VkDescriptorPool with room for a known number of sets, and the views through which their kernels read
/// texels.</summary>
internal sealed unsafe class DescriptorSets : HandleOwner
{
    private readonly DescriptorPool _pool;
    private readonly List<BufferView> _views = [];

    public DescriptorSets(VulkanDevice device, int sets, int storageBuffers, int texelBuffers) : base(device)
    {
        DescriptorPoolSize* sizes = stackalloc DescriptorPoolSize[2]
        {
            new(DescriptorType.StorageBuffer, (uint)Math.Max(storageBuffers, 1)),
            new(DescriptorType.UniformTexelBuffer, (uint)texelBuffers),
        };
        var info = new DescriptorPoolCreateInfo
        {
            SType = StructureType.DescriptorPoolCreateInfo,
            MaxSets = (uint)Math.Max(sets, 1),
            // A pool has no size of 0.
            PoolSizeCount = texelBuffers == 0 ? 1u : 2u,
            PPoolSizes = sizes,
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

    /// <summary>Room for one set each of some launches.</summary>
    public static DescriptorSets For(VulkanDevice device, IReadOnlyList<KernelLaunch> dispatches)
    {
        int all = dispatches.Sum(dispatch => dispatch.Operands.Count);
        int texels = dispatches.Sum(dispatch => Enumerable.Range(0, dispatch.Operands.Count).Count(dispatch.IsTexels));
        return new DescriptorSets(device, dispatches.Count, all - texels, texels);
    }

    /// <summary>Binds the given buffers at bindings 0, 1, 2 and so on, for as long as the pool lives.</summary>
    public BoundLaunch Bind(ComputePipeline pipeline, KernelLaunch dispatch, ReadOnlySpan<BufferRange> ranges)
    {
        DescriptorSetLayout layout = pipeline.SetLayout;
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
        BufferView* views = stackalloc BufferView[ranges.Length];
        WriteDescriptorSet* writes = stackalloc WriteDescriptorSet[ranges.Length];
        for (int i = 0; i < ranges.Length; i++)
        {
            (VkBuffer buffer, long offset, long byteCount) = ranges[i];
            bool isTexels = dispatch.IsTexels(i);
            if (isTexels)
                views[i] = CreateView(ranges[i], dispatch.Operands[i].IsHalf);
            else
                buffers[i] = new DescriptorBufferInfo(buffer, (ulong)offset, (ulong)byteCount);
            writes[i] = new WriteDescriptorSet
            {
                SType = StructureType.WriteDescriptorSet,
                DstSet = set,
                DstBinding = (uint)i,
                DescriptorCount = 1,
                DescriptorType = isTexels ? DescriptorType.UniformTexelBuffer : DescriptorType.StorageBuffer,
                PBufferInfo = isTexels ? null : &buffers[i],
                PTexelBufferView = isTexels ? &views[i] : null,
            };
        }
        Device.Api.UpdateDescriptorSets(Device.Handle, (uint)ranges.Length, writes, 0, null);
        return new BoundLaunch(pipeline, set, dispatch.Groups, Device.Pace.MillisecondsOf(dispatch));
    }

    protected override void Destroy()
    {
        Device.Api.DestroyDescriptorPool(Device.Handle, _pool, null);
        foreach (BufferView view in _views)
            Device.Api.DestroyBufferView(Device.Handle, view, null);
    }

    // Every device reads both formats through texel buffers: Vulkan asks it of them.
    private BufferView CreateView(BufferRange range, bool isHalf)
    {
        var info = new BufferViewCreateInfo
        {
            SType = StructureType.BufferViewCreateInfo,
            Buffer = range.Buffer,
            Format = isHalf ? Format.R16G16B16A16Sfloat : Format.R32G32B32A32Sfloat,
            Offset = (ulong)range.Offset,
            Range = (ulong)range.ByteCount,
        };
        Result result = Device.Api.CreateBufferView(Device.Handle, in info, null, out BufferView view);
        _views.Add(view);
        result.Check("vkCreateBufferView");
        return view;
    }
}
