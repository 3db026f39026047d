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
    private readonly bool _isCoherent;

    /// <param name="device">Where it lies.</param>
    /// <param name="byteCount">Its size.</param>
    /// <param name="usage">What it is used for.</param>
    /// <param name="wishes">What its memory should be, the best first.</param>
    private DeviceBuffer(
        VulkanDevice device, long byteCount, BufferUsageFlags usage,
        params ReadOnlySpan<MemoryPropertyFlags> wishes) : this(device, byteCount, usage, uint.MaxValue, wishes)
    {
    }

    /// <param name="device">Where it lies.</param>
    /// <param name="byteCount">Its size.</param>
    /// <param name="usage">What it is used for.</param>
    /// <param name="allowed">The kinds of memory that it may lie in, a bit each.</param>
    /// <param name="wishes">What its memory should be, the best first.</param>
    private DeviceBuffer(
        VulkanDevice device, long byteCount, BufferUsageFlags usage, uint allowed,
        params ReadOnlySpan<MemoryPropertyFlags> wishes) : base(device)
    {
        ByteCount = byteCount;
        Vk api = device.Api;
        try
        {
            CheckLimit(byteCount, device.Physical.LargestBuffer, "buffer");
            var info = new BufferCreateInfo
            {
                SType = StructureType.BufferCreateInfo,
                Size = (ulong)byteCount,
                Usage = usage,
                SharingMode = SharingMode.Exclusive,
            };
            api.CreateBuffer(device.Handle, in info, null, out _handle).Check("vkCreateBuffer");
            api.GetBufferMemoryRequirements(device.Handle, _handle, out MemoryRequirements requirements);
            IReadOnlyList<MemoryType> types = device.Physical.Memory.Suitable(
                requirements.MemoryTypeBits & allowed, wishes);
            if (types.Count == 0)
                throw new UnsupportedDeviceException(
                    $"{device.Physical.Info.Name} has no memory that is {wishes[^1]}.");
            MemoryPropertyFlags flags = 0;
            foreach (MemoryType type in device.Physical.WithRoom(types, (long)requirements.Size))
            {
                var allocation = new MemoryAllocateInfo
                {
                    SType = StructureType.MemoryAllocateInfo,
                    AllocationSize = requirements.Size,
                    MemoryTypeIndex = type.Index,
                };
                if (api.AllocateMemory(device.Handle, in allocation, null, out _memory).FindsMemory("vkAllocateMemory"))
                {
                    flags = type.Flags;
                    break;
                }
                // What an injected failure has made.
                api.FreeMemory(device.Handle, _memory, null);
                _memory = default;
            }
            if (_memory.Handle == 0)
            {
                CheckLimit((long)requirements.Size, device.Physical.LargestAllocation, "piece of memory");
                throw new OutOfDeviceMemoryException(
                    $"vkAllocateMemory of {requirements.Size} bytes found no memory left; "
                    + $"the runtime holds {device.Memory.Bytes} bytes on the device"
                    + (types.Max(type => device.Physical.RoomIn(type.Heap)) is { } room
                        ? $", and the system grants this program {Math.Max(room, 0)} more."
                        : "."));
            }
            _allocated = (long)requirements.Size;
            device.Memory.Add(_allocated);
            api.BindBufferMemory(device.Handle, _handle, _memory, 0).Check("vkBindBufferMemory");

            _isCoherent = flags.HasFlag(MemoryPropertyFlags.HostCoherentBit);
            if (wishes[0].HasFlag(MemoryPropertyFlags.HostVisibleBit)
                && flags.HasFlag(MemoryPropertyFlags.HostVisibleBit))
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

        void CheckLimit(long needed, long largest, string what)
        {
            if (needed > largest)
                throw new DeviceLimitException(
                    $"A {what} of {needed} bytes is needed, but {device.Physical.Info.Name} takes {largest} at most: "
                    + "take a smaller batch, fewer kept layers or 16-bit storage.");
        }
    }

    public VkBuffer Handle => _handle;

    /// <summary>Its handle as hosts give theirs.</summary>
    public ulong Number => _handle.Handle;

    public long ByteCount { get; }

    /// <summary>Whether the host can write and read it.</summary>
    public bool IsMapped => _mapped != null;

    /// <summary>A part of it, as kernels and copies see it.</summary>
    public BufferRange Part(long offset, long byteCount) => new(_handle, offset, byteCount);

    /// <summary>What kernels read and write. Where operands have guards it holds NaN alone.</summary>
    public static DeviceBuffer Storage(VulkanDevice device, long byteCount) =>
        Storage(device, byteCount, MemoryPropertyFlags.DeviceLocalBit);

    /// <summary>What the host fills once and kernels read often. It is mapped where that makes it no slower: where the
    /// host sees all memory of the device.</summary>
    public static DeviceBuffer FilledStorage(VulkanDevice device, long byteCount)
    {
        const MemoryPropertyFlags Local = MemoryPropertyFlags.DeviceLocalBit;
        return device.Physical.Memory.AreAllHostVisible
            ? Storage(device, byteCount, Local | MemoryTypes.Coherent, Local)
            : Storage(device, byteCount, Local);
    }

    private static DeviceBuffer Storage(
        VulkanDevice device, long byteCount, params ReadOnlySpan<MemoryPropertyFlags> wishes)
    {
        var buffer = new DeviceBuffer(
            device, byteCount,
            BufferUsageFlags.StorageBufferBit | BufferUsageFlags.UniformTexelBufferBit | BufferUsageFlags.TransferSrcBit
                | BufferUsageFlags.TransferDstBit,
            wishes);
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

    /// <summary>A buffer in one kind of memory, to be measured.</summary>
    /// <exception cref="UnsupportedDeviceException">No buffer of this kind can lie there.</exception>
    public static DeviceBuffer Of(VulkanDevice device, long byteCount, MemoryType type) => new(
        device, byteCount,
        BufferUsageFlags.StorageBufferBit | BufferUsageFlags.TransferSrcBit | BufferUsageFlags.TransferDstBit,
        1u << (int)type.Index, type.Flags);

    /// <summary>What the host writes in order, to be copied to the device.</summary>
    public static DeviceBuffer Upload(VulkanDevice device, long byteCount) => new(
        device, byteCount, BufferUsageFlags.TransferSrcBit, MemoryTypes.Coherent);

    /// <summary>What the host writes in order and kernels read where it lies, once.</summary>
    public static DeviceBuffer HostStorage(VulkanDevice device, long byteCount) => new(
        device, byteCount, BufferUsageFlags.StorageBufferBit, MemoryTypes.Coherent);

    /// <summary>What the device copies back; cached where there is such memory, because the CPU reads it: without a
    /// cache a processor reads some hundred megabytes a second.</summary>
    public static DeviceBuffer ReadBack(VulkanDevice device, long byteCount) => new(
        device, byteCount, BufferUsageFlags.TransferDstBit,
        MemoryTypes.Coherent | MemoryPropertyFlags.HostCachedBit,
        MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCachedBit,
        MemoryTypes.Coherent);

    /// <summary>A part of a mapped buffer as floats.</summary>
    public Span<float> Floats(long byteOffset, long count) => Mapped<float>(byteOffset, count);

    /// <summary>A part of a mapped buffer as elements of a type.</summary>
    public Span<T> Mapped<T>(long byteOffset, long count) where T : unmanaged
    {
        if (_mapped == null || byteOffset < 0 || byteOffset + count * sizeof(T) > ByteCount)
            throw new ArgumentOutOfRangeException(
                nameof(byteOffset),
                $"No {count} mapped elements at byte {byteOffset} of a buffer of {ByteCount} bytes.");
        if (!_isCoherent)
            Invalidate();
        return new Span<T>((byte*)_mapped + byteOffset, checked((int)count));
    }

    /// <summary>Has the CPU's cache forget what it holds of the memory. Only what the device copies back needs
    /// that.</summary>
    private void Invalidate()
    {
        var range = new MappedMemoryRange
        {
            SType = StructureType.MappedMemoryRange,
            Memory = _memory,
            Size = Vk.WholeSize,
        };
        Device.Api.InvalidateMappedMemoryRanges(Device.Handle, 1, in range).Check("vkInvalidateMappedMemoryRanges");
    }

    protected override void Destroy()
    {
        // Freeing the memory also unmaps it.
        Device.Api.DestroyBuffer(Device.Handle, _handle, null);
        Device.Api.FreeMemory(Device.Handle, _memory, null);
        Device.Memory.Add(-_allocated);
    }
}
