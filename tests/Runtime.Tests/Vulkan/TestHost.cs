using Silk.NET.Vulkan;
using SoftPool.Vulkan;
using VkBuffer = Silk.NET.Vulkan.Buffer;
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

        var poolInfo = new CommandPoolCreateInfo { SType = StructureType.CommandPoolCreateInfo };
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
    public static HostDevice Enable(HostDevice host, bool isOld, bool on)
    {
        var semaphores = new PhysicalDeviceTimelineSemaphoreFeatures
        {
            SType = StructureType.PhysicalDeviceTimelineSemaphoreFeatures,
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
        };
        var of11 = new PhysicalDeviceVulkan11Features
        {
            SType = StructureType.PhysicalDeviceVulkan11Features,
            PNext = &of12,
            StorageBuffer16BitAccess = on,
        };
        // One that the runtime does not know comes first.
        var unknown = new PhysicalDeviceMultiviewFeatures
        {
            SType = StructureType.PhysicalDeviceMultiviewFeatures,
            PNext = isOld ? &storage : &of11,
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

    /// <summary>Has commands recorded.</summary>
    public void Record(Action<nint> record)
    {
        var begin = new CommandBufferBeginInfo { SType = StructureType.CommandBufferBeginInfo };
        _api.BeginCommandBuffer(_commands, in begin).Check("host");
        record(_commands.Handle);
        _api.EndCommandBuffer(_commands).Check("host");
    }

    /// <summary>Runs what was recorded, and waits.</summary>
    public void Submit()
    {
        CommandBuffer commands = _commands;
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
        _api.DestroyCommandPool(_device, _pool, null);
        _api.DestroyBuffer(_device, _buffer, null);
        _api.FreeMemory(_device, _memory, null);
        _api.DestroyDevice(_device, null);
        _api.DestroyInstance(_instance, null);
        _api.Dispose();
    }
}
