using Silk.NET.Vulkan;
using VkBuffer = Silk.NET.Vulkan.Buffer;

namespace SoftPool.Vulkan;

/// <summary>A VkBuffer with memory of its own; mapped for as long as it lives where the host can see it.</summary>
internal sealed unsafe class DeviceBuffer : HandleOwner
{
    private readonly VkBuffer _handle;
    private readonly DeviceMemory _memory;
    private readonly void* _mapped;
    private readonly long _allocated;

    private DeviceBuffer(
        VulkanDevice device, long byteCount, BufferUsageFlags usage, MemoryPropertyFlags required,
        MemoryPropertyFlags preferred) : base(device)
    {
        ByteCount = byteCount;
        Vk api = device.Api;
        try
        {
            var info = new BufferCreateInfo
            {
                SType = StructureType.BufferCreateInfo,
                Size = (ulong)byteCount,
                Usage = usage,
                SharingMode = SharingMode.Exclusive,
            };
            api.CreateBuffer(device.Handle, in info, null, out _handle).Check("vkCreateBuffer");
            api.GetBufferMemoryRequirements(device.Handle, _handle, out MemoryRequirements requirements);
            var allocation = new MemoryAllocateInfo
            {
                SType = StructureType.MemoryAllocateInfo,
                AllocationSize = requirements.Size,
                MemoryTypeIndex = device.Physical.MemoryType(requirements.MemoryTypeBits, required, preferred),
            };
            api.AllocateMemory(device.Handle, in allocation, null, out _memory)
                .Check($"vkAllocateMemory of {requirements.Size} bytes");
            _allocated = (long)requirements.Size;
            device.Memory.Add(_allocated);
            api.BindBufferMemory(device.Handle, _handle, _memory, 0).Check("vkBindBufferMemory");

            if (required.HasFlag(MemoryPropertyFlags.HostVisibleBit))
            {
                void* mapped;
                api.MapMemory(device.Handle, _memory, 0, Vk.WholeSize, 0, &mapped).Check("vkMapMemory");
                _mapped = mapped;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public VkBuffer Handle => _handle;

    public long ByteCount { get; }

    /// <summary>A part of it, as kernels and copies see it.</summary>
    public BufferRange Part(long offset, long byteCount) => new(_handle, offset, byteCount);

    /// <summary>What kernels read and write. Where operands have guards it holds NaN alone.</summary>
    public static DeviceBuffer Storage(VulkanDevice device, long byteCount)
    {
        var buffer = new DeviceBuffer(
            device, byteCount,
            BufferUsageFlags.StorageBufferBit | BufferUsageFlags.UniformTexelBufferBit | BufferUsageFlags.TransferSrcBit
                | BufferUsageFlags.TransferDstBit,
            MemoryPropertyFlags.DeviceLocalBit, 0);
        if (device.GuardBytes == 0)
            return buffer;
        try
        {
            using var fill = new Submission(device, commands => commands.FillWithNaN(buffer));
            fill.Submit();
            fill.Wait();
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>What the host writes in order, to be copied to the device.</summary>
    public static DeviceBuffer Upload(VulkanDevice device, long byteCount) => new(
        device, byteCount, BufferUsageFlags.TransferSrcBit,
        MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit, 0);

    /// <summary>What the host writes in order and kernels read where it lies, once.</summary>
    public static DeviceBuffer HostStorage(VulkanDevice device, long byteCount) => new(
        device, byteCount, BufferUsageFlags.StorageBufferBit,
        MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit, 0);

    /// <summary>What the device copies back; cached, because the host reads it.</summary>
    public static DeviceBuffer ReadBack(VulkanDevice device, long byteCount) => new(
        device, byteCount, BufferUsageFlags.TransferDstBit,
        MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit, MemoryPropertyFlags.HostCachedBit);

    /// <summary>A part of a mapped buffer as floats.</summary>
    public Span<float> Floats(long byteOffset, long count) => Mapped<float>(byteOffset, count);

    /// <summary>A part of a mapped buffer as elements of a type.</summary>
    public Span<T> Mapped<T>(long byteOffset, long count) where T : unmanaged
    {
        if (_mapped == null || byteOffset < 0 || byteOffset + count * sizeof(T) > ByteCount)
            throw new ArgumentOutOfRangeException(
                nameof(byteOffset), $"No {count} mapped elements at byte {byteOffset} of a buffer of {ByteCount} bytes.");
        return new Span<T>((byte*)_mapped + byteOffset, checked((int)count));
    }

    protected override void Destroy()
    {
        // Freeing the memory also unmaps it.
        Device.Api.DestroyBuffer(Device.Handle, _handle, null);
        Device.Api.FreeMemory(Device.Handle, _memory, null);
        Device.Memory.Add(-_allocated);
    }
}
