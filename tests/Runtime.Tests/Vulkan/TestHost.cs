using System.Runtime.InteropServices;
using Silk.NET.Vulkan;
using SoftPool.Vulkan;
using VkBuffer = Silk.NET.Vulkan.Buffer;
using VkImage = Silk.NET.Vulkan.Image;
using VkSemaphore = Silk.NET.Vulkan.Semaphore;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>A program with a Vulkan device of its own, as an engine has: on the first software device, with timeline
/// semaphores, 16-bit storage and 64-bit integers if asked for, one host-visible buffer and one command
/// buffer.</summary>
internal sealed unsafe class TestHost : IDisposable
{
    private readonly Vk _api = Vk.GetApi();
    private readonly Instance _instance;
    private readonly PhysicalDevice _physical;
    private readonly Device _device;
    private readonly Queue _queue;
    private readonly CommandPool _pool;
    private readonly CommandBuffer _commands;
    private readonly VkBuffer _buffer;
    private readonly DeviceMemory _memory;
    private readonly float* _mapped;
    private readonly Dictionary<ulong, (VkImage Image, DeviceMemory Memory)> _images = [];

    private readonly bool _fp16Storage, _int64;

    public TestHost(int bufferFloats, bool fp16Storage = false, bool int64 = false, bool isOfVulkan10 = false)
    {
        (_fp16Storage, _int64) = (fp16Storage, int64);
        var application = new ApplicationInfo
        {
            SType = StructureType.ApplicationInfo,
            ApiVersion = isOfVulkan10 ? Vk.Version10 : Vk.Version12,
        };
        var instanceInfo = new InstanceCreateInfo
        {
            SType = StructureType.InstanceCreateInfo,
            PApplicationInfo = &application,
        };
        _api.CreateInstance(in instanceInfo, null, out _instance).Check("host");
        uint count = 0;
        _api.EnumeratePhysicalDevices(_instance, ref count, null).Check("host");
        var devices = new PhysicalDevice[count];
        fixed (PhysicalDevice* first = devices)
            _api.EnumeratePhysicalDevices(_instance, ref count, first).Check("host");
        _physical = devices.First(
            device => _api.GetPhysicalDeviceProperties(device).DeviceType == PhysicalDeviceType.Cpu);

        float priority = 1;
        var queueInfo = new DeviceQueueCreateInfo
        {
            SType = StructureType.DeviceQueueCreateInfo,
            QueueCount = 1,
            PQueuePriorities = &priority,
        };
        var storage = new PhysicalDevice16BitStorageFeatures
        {
            SType = StructureType.PhysicalDevice16BitStorageFeatures,
            StorageBuffer16BitAccess = fp16Storage,
        };
        var features = new PhysicalDeviceTimelineSemaphoreFeatures
        {
            SType = StructureType.PhysicalDeviceTimelineSemaphoreFeatures,
            PNext = &storage,
            TimelineSemaphore = true,
        };
        var coreFeatures = new PhysicalDeviceFeatures { ShaderInt64 = int64 };
        var deviceInfo = new DeviceCreateInfo
        {
            SType = StructureType.DeviceCreateInfo,
            PNext = isOfVulkan10 ? null : &features,
            PEnabledFeatures = &coreFeatures,
            QueueCreateInfoCount = 1,
            PQueueCreateInfos = &queueInfo,
        };
        _api.CreateDevice(_physical, in deviceInfo, null, out _device).Check("host");
        _api.GetDeviceQueue(_device, 0, 0, out _queue);

        var bufferInfo = new BufferCreateInfo
        {
            SType = StructureType.BufferCreateInfo,
            Size = (ulong)bufferFloats * sizeof(float),
            Usage = BufferUsageFlags.TransferSrcBit | BufferUsageFlags.TransferDstBit,
        };
        _api.CreateBuffer(_device, in bufferInfo, null, out _buffer).Check("host");
        _api.GetBufferMemoryRequirements(_device, _buffer, out MemoryRequirements requirements);
        _api.GetPhysicalDeviceMemoryProperties(_physical, out PhysicalDeviceMemoryProperties memory);
        const MemoryPropertyFlags Wanted = MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit;
        uint type = 0;
        while ((requirements.MemoryTypeBits & (1u << (int)type)) == 0
            || (memory.MemoryTypes[(int)type].PropertyFlags & Wanted) != Wanted)
            type++;
        var allocation = new MemoryAllocateInfo
        {
            SType = StructureType.MemoryAllocateInfo,
            AllocationSize = requirements.Size,
            MemoryTypeIndex = type,
        };
        _api.AllocateMemory(_device, in allocation, null, out _memory).Check("host");
        _api.BindBufferMemory(_device, _buffer, _memory, 0).Check("host");
        void* mapped;
        _api.MapMemory(_device, _memory, 0, Vk.WholeSize, 0, &mapped).Check("host");
        _mapped = (float*)mapped;
        Floats = bufferFloats;

        var poolInfo = new CommandPoolCreateInfo
        {
            SType = StructureType.CommandPoolCreateInfo,
            Flags = CommandPoolCreateFlags.ResetCommandBufferBit,
        };
        _api.CreateCommandPool(_device, in poolInfo, null, out _pool).Check("host");
        var commandsInfo = new CommandBufferAllocateInfo
        {
            SType = StructureType.CommandBufferAllocateInfo,
            CommandPool = _pool,
            Level = CommandBufferLevel.Primary,
            CommandBufferCount = 1,
        };
        _api.AllocateCommandBuffers(_device, in commandsInfo, out _commands).Check("host");
    }

    /// <summary>The size of the buffer.</summary>
    public int Floats { get; }

    /// <summary>What the buffer holds.</summary>
    public Span<float> Memory => new(_mapped, Floats);

    /// <summary>The same as bytes.</summary>
    public Span<byte> Bytes => MemoryMarshal.AsBytes(Memory);

    /// <summary>The VkBuffer.</summary>
    public ulong Buffer => _buffer.Handle;

    public BufferRegion BufferAt(int firstFloat) => new(_buffer.Handle, firstFloat * sizeof(float));

    public HostDevice Handles(bool timelineSemaphores = true) => new()
    {
        Instance = _instance.Handle,
        PhysicalDevice = _physical.Handle,
        Device = _device.Handle,
        Queue = _queue.Handle,
        QueueFamily = 0,
        QueueLock = new object(),
        HasTimelineSemaphores = timelineSemaphores,
        HasFp16Storage = _fp16Storage,
        HasInt64 = _int64,
    };

    /// <summary>The host's features, as a chain of Vulkan's structures tells them.</summary>
    /// <param name="host">The host.</param>
    /// <param name="isOld">Whether the chain has structures of extensions, in place of those of Vulkan 1.1 and
    /// 1.2.</param>
    /// <param name="on">Whether the features are enabled.</param>
    /// <param name="hasMemoryModel">Whether Vulkan's memory model is; null for what the others are.</param>
    public static HostDevice Enable(HostDevice host, bool isOld, bool on, bool? hasMemoryModel = null)
    {
        var memoryModel = new PhysicalDeviceVulkanMemoryModelFeatures
        {
            SType = StructureType.PhysicalDeviceVulkanMemoryModelFeatures,
            VulkanMemoryModel = hasMemoryModel ?? on,
        };
        var arithmetic = new PhysicalDeviceShaderFloat16Int8Features
        {
            SType = StructureType.PhysicalDeviceShaderFloat16Int8Features,
            PNext = &memoryModel,
            ShaderFloat16 = on,
        };
        var semaphores = new PhysicalDeviceTimelineSemaphoreFeatures
        {
            SType = StructureType.PhysicalDeviceTimelineSemaphoreFeatures,
            PNext = &arithmetic,
            TimelineSemaphore = on,
        };
        var storage = new PhysicalDevice16BitStorageFeatures
        {
            SType = StructureType.PhysicalDevice16BitStorageFeatures,
            PNext = &semaphores,
            StorageBuffer16BitAccess = on,
        };
        var of12 = new PhysicalDeviceVulkan12Features
        {
            SType = StructureType.PhysicalDeviceVulkan12Features,
            TimelineSemaphore = on,
            ShaderFloat16 = on,
            VulkanMemoryModel = hasMemoryModel ?? on,
        };
        var of11 = new PhysicalDeviceVulkan11Features
        {
            SType = StructureType.PhysicalDeviceVulkan11Features,
            PNext = &of12,
            StorageBuffer16BitAccess = on,
        };
        var matrices = new PhysicalDeviceCooperativeMatrixFeaturesKHR
        {
            SType = StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr,
            PNext = isOld ? &storage : &of11,
            CooperativeMatrix = on,
        };
        // One that the runtime does not know comes first.
        var unknown = new PhysicalDeviceMultiviewFeatures
        {
            SType = StructureType.PhysicalDeviceMultiviewFeatures,
            PNext = &matrices,
        };
        var features = new PhysicalDeviceFeatures2
        {
            SType = StructureType.PhysicalDeviceFeatures2,
            PNext = &unknown,
            Features = new PhysicalDeviceFeatures { ShaderInt64 = on },
        };
        Assert.ThrowsExactly<ArgumentException>(() => host.WithFeatures(0));
        nint noChain = (nint)features.PNext;
        Assert.ThrowsExactly<ArgumentException>(() => host.WithFeatures(noChain));
        return host.WithFeatures((nint)(&features));
    }

    /// <summary>Whether the device has images of a format, to be copied from and to.</summary>
    public bool HasImagesOf(Format format) => _api.GetPhysicalDeviceImageFormatProperties(
        _physical, format, ImageType.Type2D, ImageTiling.Optimal,
        ImageUsageFlags.TransferSrcBit | ImageUsageFlags.TransferDstBit, 0, out _) == Result.Success;

    /// <summary>A VkImage with pixels, in a layout.</summary>
    /// <param name="format">Its format; of two planes, the pixels of the second follow those of the first.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="pixels">The pixels, without gaps.</param>
    /// <param name="layout">The layout in which it is then.</param>
    /// <param name="layer">The array layer that gets the pixels: the last.</param>
    public ulong CreateImage(
        Format format, int width, int height, ReadOnlySpan<byte> pixels, ImageLayout layout, int layer = 0)
    {
        var info = new ImageCreateInfo
        {
            SType = StructureType.ImageCreateInfo,
            ImageType = ImageType.Type2D,
            Format = format,
            Extent = new Extent3D((uint)width, (uint)height, 1),
            MipLevels = 1,
            ArrayLayers = (uint)layer + 1,
            Samples = SampleCountFlags.Count1Bit,
            Tiling = ImageTiling.Optimal,
            Usage = ImageUsageFlags.TransferSrcBit | ImageUsageFlags.TransferDstBit | ImageUsageFlags.SampledBit,
        };
        _api.CreateImage(_device, in info, null, out VkImage image).Check("host");
        _api.GetImageMemoryRequirements(_device, image, out MemoryRequirements needs);
        var allocation = new MemoryAllocateInfo
        {
            SType = StructureType.MemoryAllocateInfo,
            AllocationSize = needs.Size,
            MemoryTypeIndex = (uint)System.Numerics.BitOperations.TrailingZeroCount(needs.MemoryTypeBits),
        };
        _api.AllocateMemory(_device, in allocation, null, out DeviceMemory memory).Check("host");
        _api.BindImageMemory(_device, image, memory, 0).Check("host");
        _images.Add(image.Handle, (image, memory));
        pixels.CopyTo(Bytes);
        bool isOfPlanes = format is Format.G8B8R82Plane420Unorm or Format.G10X6B10X6R10X62Plane420Unorm3Pack16;
        int sample = format == Format.G10X6B10X6R10X62Plane420Unorm3Pack16 ? 2 : 1;
        RunOnce(commands =>
        {
            Change(commands, image.Handle, 0, info.ArrayLayers, ImageLayout.Undefined, ImageLayout.TransferDstOptimal);
            Copy(commands, isOfPlanes ? ImageAspectFlags.Plane0Bit : ImageAspectFlags.ColorBit, width, height, 0);
            if (isOfPlanes)
                Copy(commands, ImageAspectFlags.Plane1Bit, width / 2, height / 2, width * height * sample);
            Change(commands, image.Handle, 0, info.ArrayLayers, ImageLayout.TransferDstOptimal, layout);
        });
        return image.Handle;

        void Copy(CommandBuffer commands, ImageAspectFlags aspect, int columns, int rows, int offset)
        {
            var region = new BufferImageCopy
            {
                BufferOffset = (ulong)offset,
                ImageSubresource = new ImageSubresourceLayers(aspect, 0, (uint)layer, 1),
                ImageExtent = new Extent3D((uint)columns, (uint)rows, 1),
            };
            _api.CmdCopyBufferToImage(commands, _buffer, image, ImageLayout.TransferDstOptimal, 1, in region);
        }
    }

    /// <summary>The bytes of a layer of a VkImage, which stays in its layout. They pass through the buffer.</summary>
    public byte[] ReadImage(ulong image, int width, int height, int texelBytes, ImageLayout layout, int layer = 0)
    {
        RunOnce(commands =>
        {
            Change(commands, image, (uint)layer, 1, layout, ImageLayout.TransferSrcOptimal);
            var region = new BufferImageCopy
            {
                ImageSubresource = new ImageSubresourceLayers(ImageAspectFlags.ColorBit, 0, (uint)layer, 1),
                ImageExtent = new Extent3D((uint)width, (uint)height, 1),
            };
            _api.CmdCopyImageToBuffer(
                commands, new VkImage(image), ImageLayout.TransferSrcOptimal, _buffer, 1, in region);
            Change(commands, image, (uint)layer, 1, ImageLayout.TransferSrcOptimal, layout);
        });
        return Bytes[..(width * height * texelBytes)].ToArray();
    }

    public void DestroyImage(ulong image)
    {
        _images.Remove(image, out (VkImage Image, DeviceMemory Memory) made);
        _api.DestroyImage(_device, made.Image, null);
        _api.FreeMemory(_device, made.Memory, null);
    }

    private void Change(
        CommandBuffer commands, ulong image, uint layer, uint layers, ImageLayout from, ImageLayout to)
    {
        var barrier = new ImageMemoryBarrier
        {
            SType = StructureType.ImageMemoryBarrier,
            SrcAccessMask = AccessFlags.MemoryWriteBit,
            DstAccessMask = AccessFlags.MemoryReadBit | AccessFlags.MemoryWriteBit,
            OldLayout = from,
            NewLayout = to,
            SrcQueueFamilyIndex = Vk.QueueFamilyIgnored,
            DstQueueFamilyIndex = Vk.QueueFamilyIgnored,
            Image = new VkImage(image),
            SubresourceRange = new ImageSubresourceRange(ImageAspectFlags.ColorBit, 0, 1, layer, layers),
        };
        _api.CmdPipelineBarrier(
            commands, PipelineStageFlags.AllCommandsBit, PipelineStageFlags.AllCommandsBit, 0, 0, null, 0, null,
            1, in barrier);
    }

    private void RunOnce(Action<CommandBuffer> record)
    {
        var info = new CommandBufferAllocateInfo
        {
            SType = StructureType.CommandBufferAllocateInfo,
            CommandPool = _pool,
            Level = CommandBufferLevel.Primary,
            CommandBufferCount = 1,
        };
        _api.AllocateCommandBuffers(_device, in info, out CommandBuffer commands).Check("host");
        var begin = new CommandBufferBeginInfo { SType = StructureType.CommandBufferBeginInfo };
        _api.BeginCommandBuffer(commands, in begin).Check("host");
        record(commands);
        _api.EndCommandBuffer(commands).Check("host");
        Submit(commands);
    }

    /// <summary>Has commands recorded.</summary>
    public void Record(Action<nint> record)
    {
        var begin = new CommandBufferBeginInfo { SType = StructureType.CommandBufferBeginInfo };
        _api.BeginCommandBuffer(_commands, in begin).Check("host");
        record(_commands.Handle);
        _api.EndCommandBuffer(_commands).Check("host");
    }

    /// <summary>Runs what was recorded, and waits.</summary>
    public void Submit() => Submit(_commands);

    private void Submit(CommandBuffer commands)
    {
        var submit = new SubmitInfo
        {
            SType = StructureType.SubmitInfo,
            CommandBufferCount = 1,
            PCommandBuffers = &commands,
        };
        _api.QueueSubmit(_queue, 1, in submit, default).Check("host");
        _api.QueueWaitIdle(_queue).Check("host");
    }

    /// <summary>A timeline semaphore of value 0.</summary>
    public ulong CreateSemaphore()
    {
        var type = new SemaphoreTypeCreateInfo
        {
            SType = StructureType.SemaphoreTypeCreateInfo,
            SemaphoreType = SemaphoreType.Timeline,
        };
        var info = new SemaphoreCreateInfo { SType = StructureType.SemaphoreCreateInfo, PNext = &type };
        _api.CreateSemaphore(_device, in info, null, out VkSemaphore semaphore).Check("host");
        return semaphore.Handle;
    }

    public void Signal(ulong semaphore, ulong value)
    {
        var info = new SemaphoreSignalInfo
        {
            SType = StructureType.SemaphoreSignalInfo,
            Semaphore = new VkSemaphore(semaphore),
            Value = value,
        };
        _api.SignalSemaphore(_device, in info).Check("host");
    }

    /// <summary>Waits until a semaphore has a value. A driver may end a submission before its counter reads so: Mesa's
    /// own timelines, lavapipe's among them, get their new point just after the work has been handed over.</summary>
    public void Await(ulong semaphore, ulong value)
    {
        const ulong TenSeconds = 10_000_000_000;
        var handle = new VkSemaphore(semaphore);
        var info = new SemaphoreWaitInfo
        {
            SType = StructureType.SemaphoreWaitInfo,
            SemaphoreCount = 1,
            PSemaphores = &handle,
            PValues = &value,
        };
        _api.WaitSemaphores(_device, in info, TenSeconds).Check("host");
    }

    public ulong ValueOf(ulong semaphore)
    {
        ulong value;
        _api.GetSemaphoreCounterValue(_device, new VkSemaphore(semaphore), &value).Check("host");
        return value;
    }

    public void Destroy(ulong semaphore) => _api.DestroySemaphore(_device, new VkSemaphore(semaphore), null);

    public void Dispose()
    {
        foreach (ulong image in _images.Keys.ToArray())
            DestroyImage(image);
        _api.DestroyCommandPool(_device, _pool, null);
        _api.DestroyBuffer(_device, _buffer, null);
        _api.FreeMemory(_device, _memory, null);
        _api.DestroyDevice(_device, null);
        _api.DestroyInstance(_instance, null);
        _api.Dispose();
    }
}
