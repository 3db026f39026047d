using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Silk.NET.Core;
using Silk.NET.Vulkan;
using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>A device as its driver describes it, before anything is made on it.</summary>
internal sealed unsafe class VulkanPhysicalDevice
{
    /// <summary>What helps an instance that was created for Vulkan 1.0.</summary>
    public const string Newer = "set VkApplicationInfo::apiVersion to VK_API_VERSION_1_1 or later";

    private static readonly Version32 Version14 = new(1, 4, 0);
    private readonly QueueFamilyProperties[] _queueFamilies;
    private IReadOnlyList<long>? _pretendedRoom;

    public VulkanPhysicalDevice(VulkanInstance instance, PhysicalDevice handle, int index)
    {
        Instance = instance;
        Handle = handle;
        Vk api = instance.Api;
        PhysicalDeviceMemoryProperties memory = api.GetPhysicalDeviceMemoryProperties(handle);
        Memory = new MemoryTypes(
        [
            .. Enumerable.Range(0, (int)memory.MemoryTypeCount).Select(i => new MemoryType(
                (uint)i, memory.MemoryTypes[i].PropertyFlags, memory.MemoryTypes[i].HeapIndex)),
        ]);
        _queueFamilies = ReadQueueFamilies();
        Extensions = Vulkan.Extensions.OfDevice(api, handle);

        // The driver's own name and version came with Vulkan 1.2.
        PhysicalDeviceProperties properties = api.GetPhysicalDeviceProperties(handle);
        var driver = new PhysicalDeviceDriverProperties { SType = StructureType.PhysicalDeviceDriverProperties };
        if (properties.ApiVersion >= Vk.Version12)
        {
            var chain = new PhysicalDeviceProperties2
            {
                SType = StructureType.PhysicalDeviceProperties2,
                PNext = &driver,
            };
            api.GetPhysicalDeviceProperties2(handle, &chain);
        }
        PhysicalDeviceLimits limits = properties.Limits;
        Limits = limits;
        Guid uuid = default;
        ulong? luid = null;
        if (properties.ApiVersion >= VulkanInstance.ApiVersion)
        {
            var subgroup = new PhysicalDeviceSubgroupProperties
            {
                SType = StructureType.PhysicalDeviceSubgroupProperties,
            };
            var allocations = new PhysicalDeviceMaintenance3Properties
            {
                SType = StructureType.PhysicalDeviceMaintenance3Properties,
            };
            // Of devices that choose a size for each kernel; it came with Vulkan 1.3.
            var sizes = new PhysicalDeviceSubgroupSizeControlProperties
            {
                SType = StructureType.PhysicalDeviceSubgroupSizeControlProperties,
            };
            var buffers = new PhysicalDeviceMaintenance4Properties
            {
                SType = StructureType.PhysicalDeviceMaintenance4Properties,
            };
            var identity = new PhysicalDeviceIDProperties { SType = StructureType.PhysicalDeviceIDProperties };
            subgroup.PNext = &identity;
            identity.PNext = &allocations;
            if (properties.ApiVersion >= Vk.Version13)
            {
                allocations.PNext = &sizes;
                sizes.PNext = &buffers;
            }
            var more = new PhysicalDeviceProperties2
            {
                SType = StructureType.PhysicalDeviceProperties2,
                PNext = &subgroup,
            };
            api.GetPhysicalDeviceProperties2(handle, &more);
            FloatControls = Vulkan.FloatControls.Of(this);
            if (properties.ApiVersion >= Vk.Version13
                && Extensions.Contains(Vulkan.Extensions.SubgroupSizeControl))
                RequirableSubgroup = RequirableSubgroupOf(sizes);
            uuid = new Guid(new ReadOnlySpan<byte>(identity.DeviceUuid, (int)Vk.UuidSize), bigEndian: true);
            if (identity.DeviceLuidvalid)
                luid = BitConverter.ToUInt64(new ReadOnlySpan<byte>(identity.DeviceLuid, (int)Vk.LuidSize));
            LargestAllocation = LongOf(allocations.MaxMemoryAllocationSize);
            LargestBuffer = LongOf(buffers.MaxBufferSize);
            var storage = new PhysicalDevice16BitStorageFeatures
            {
                SType = StructureType.PhysicalDevice16BitStorageFeatures,
            };
            var features = new PhysicalDeviceFeatures2
            {
                SType = StructureType.PhysicalDeviceFeatures2,
                PNext = &storage,
            };
            api.GetPhysicalDeviceFeatures2(handle, &features);
            HasFp16Storage = storage.StorageBuffer16BitAccess;
            bool isIntegrated = properties.DeviceType == PhysicalDeviceType.IntegratedGpu;
            Traits = new DeviceTraits(
                driver.DriverID switch
                {
                    DriverId.MesaLlvmpipe => Driver.Lavapipe,
                    DriverId.GoogleSwiftshader => Driver.SwiftShader,
                    _ => Driver.Other,
                },
                (int)subgroup.SubgroupSize,
                subgroup.SupportedStages.HasFlag(ShaderStageFlags.ComputeBit)
                    && subgroup.SupportedOperations.HasFlag(SubgroupFeatureFlags.ShuffleBit),
                features.Features.ShaderInt64,
                properties.DeviceType == PhysicalDeviceType.Cpu ? Limits.MaxTexelBufferElements : 0,
                (int)(sizes.MinSubgroupSize > 0 ? sizes.MinSubgroupSize : subgroup.SubgroupSize),
                // Mesa 22.3 goes through the lanes in a loop, 25.0 does not; between them lavapipe came to Vulkan 1.4.
                driver.DriverID == DriverId.MesaLlvmpipe
                    && properties.ApiVersion >= Version14 && Avx512F.VL.IsSupported,
                (int)Math.Min(limits.MaxComputeWorkGroupInvocations, limits.MaxComputeWorkGroupSize[0]),
                Units() is > 0 and int units ? units
                    : isIntegrated ? DeviceTraits.UsualIntegratedUnits : 0,
                (int)Math.Min(limits.MaxPerStageDescriptorStorageBuffers, int.MaxValue),
                HasFp16Storage ? MatrixUnits.Of(this) : null, isIntegrated);
        }
        // A loader answers the queries of 1.1 with nothing if the instance was created for 1.0.
        bool isAnswered = properties.ApiVersion < VulkanInstance.ApiVersion || Traits.SubgroupSize > 0;
        CacheIdentity =
        [
            .. BitConverter.GetBytes(properties.VendorID), .. BitConverter.GetBytes(properties.DeviceID),
            .. BitConverter.GetBytes(properties.DriverVersion),
            .. new ReadOnlySpan<byte>(properties.PipelineCacheUuid, (int)Vk.UuidSize),
        ];
        Info = new GpuDeviceInfo(
            index,
            Marshal.PtrToStringUTF8((nint)properties.DeviceName) ?? "",
            properties.DeviceType switch
            {
                PhysicalDeviceType.DiscreteGpu => GpuKind.Discrete,
                PhysicalDeviceType.IntegratedGpu => GpuKind.Integrated,
                PhysicalDeviceType.VirtualGpu => GpuKind.Virtual,
                PhysicalDeviceType.Cpu => GpuKind.Cpu,
                _ => GpuKind.Other,
            },
            ($"{Marshal.PtrToStringUTF8((nint)driver.DriverName)} "
                + $"{Marshal.PtrToStringUTF8((nint)driver.DriverInfo)}").Trim(),
            ToVersion(properties.ApiVersion),
            DeviceLocalBytes(memory),
            properties.ApiVersion < VulkanInstance.ApiVersion
                ? $"it has Vulkan {ToVersion(properties.ApiVersion)}, and 1.1 is needed"
                : !isAnswered ? $"its VkInstance was created for Vulkan 1.0, and 1.1 is needed: {Newer}"
                : ComputeQueueFamily is null
                    ? "it has no queue for compute"
                    : null)
        {
            Uuid = uuid,
            Luid = luid,
        };
    }

    /// <summary>A host's physical device, which is not looked for among the instance's own.</summary>
    public static VulkanPhysicalDevice Adopt(VulkanInstance instance, nint handle) =>
        new(instance, new PhysicalDevice(handle), 0);

    /// <summary>Has it pretend, for tests, to be another device.</summary>
    public void Pretend(InventedDevice invented)
    {
        PhysicalDeviceLimits limits = Limits;
        limits.MaxStorageBufferRange = invented.LargestRange ?? limits.MaxStorageBufferRange;
        if (invented.OffsetAlignment is { } alignment)
            (limits.MinStorageBufferOffsetAlignment, limits.MinTexelBufferOffsetAlignment) = (alignment, alignment);
        if (invented.MostGroups is { } groups)
            for (int axis = 0; axis < 3; axis++)
                limits.MaxComputeWorkGroupCount[axis] = groups;
        Limits = limits;
        Info = Info with { Kind = invented.Kind ?? Info.Kind };
        if (invented.Traits is { } traits)
            Traits = traits with
            {
                HasInt64 = traits.HasInt64 && Traits.HasInt64,
                HasShuffle = traits.HasShuffle && Traits.HasShuffle,
                Matrix = null,
            };
        LargestAllocation = invented.LargestAllocation ?? LargestAllocation;
        LargestBuffer = invented.LargestBuffer ?? LargestBuffer;
        HasFp16Storage &= !invented.WithoutFp16Storage;
        if (!HasFp16Storage)
            Traits = Traits with { Matrix = null };
        if (invented.WithoutTimestamps)
            for (int i = 0; i < _queueFamilies.Length; i++)
                _queueFamilies[i].TimestampValidBits = 0;
        if (invented.Memory is { } memory)
            Memory = new MemoryTypes(memory);
        _pretendedRoom = invented.Room;
    }

    public VulkanInstance Instance { get; }

    public PhysicalDevice Handle { get; }

    public GpuDeviceInfo Info { get; private set; }

    /// <summary>The extensions that its driver offers.</summary>
    public IReadOnlyCollection<string> Extensions { get; }

    /// <summary>Whether its driver is not fully conformant to Vulkan: a translator to another interface, as MoltenVK
    /// and Dozen are.</summary>
    public bool IsPortability => Extensions.Contains(Vulkan.Extensions.PortabilitySubset);

    public PhysicalDeviceLimits Limits { get; private set; }

    /// <summary>The kinds of memory.</summary>
    public MemoryTypes Memory { get; private set; }

    /// <summary>The most bytes that a kernel reads or writes as one operand, which no buffer may exceed
    /// either.</summary>
    public long LargestOperand => Math.Min(Limits.MaxStorageBufferRange, LargestBuffer);

    /// <summary>The most bytes of one buffer, where the driver says.</summary>
    public long LargestBuffer { get; private set; } = long.MaxValue;

    /// <summary>The most bytes that the driver promises to allocate at once; more may succeed.</summary>
    public long LargestAllocation { get; private set; } = long.MaxValue;

    /// <summary>The most workgroups of a launch along x and y.</summary>
    public unsafe (uint X, uint Y) MostGroups
    {
        get
        {
            PhysicalDeviceLimits limits = Limits;
            return (limits.MaxComputeWorkGroupCount[0], limits.MaxComputeWorkGroupCount[1]);
        }
    }

    /// <summary>What every offset into a buffer is a multiple of, in bytes, to be bound in any way that kernels read
    /// buffers.</summary>
    public long BufferAlignment =>
        (long)Math.Max(Limits.MinStorageBufferOffsetAlignment, Limits.MinTexelBufferOffsetAlignment);

    /// <summary>The size of subgroup that pipelines of an own device may ask for: its least; 0 if they may ask for
    /// none.</summary>
    public int RequirableSubgroup { get; }

    /// <summary>What kernels of an own device may ask of floats.</summary>
    public FloatControls FloatControls { get; } = FloatControls.None;

    /// <summary>What the families of queues are for.</summary>
    public IReadOnlyList<QueueFamilyProperties> QueueFamilies => _queueFamilies;

    /// <summary>The queue family of an own device.</summary>
    public uint? ComputeQueueFamily => PreferredOf(_queueFamilies);

    /// <summary>The family whose queues an own device takes: one for compute alone where there is one, for what draws
    /// waits behind work on the other, and a watchdog resets it with it. Not at the price of the clock.</summary>
    public static uint? PreferredOf(IReadOnlyList<QueueFamilyProperties> families)
    {
        uint? preferred = null;
        int best = -1;
        for (int i = 0; i < families.Count; i++)
        {
            if (!families[i].QueueFlags.HasFlag(QueueFlags.ComputeBit))
                continue;
            int worth = (families[i].TimestampValidBits > 0 ? 2 : 0)
                + (families[i].QueueFlags.HasFlag(QueueFlags.GraphicsBit) ? 0 : 1);
            if (worth > best)
                (preferred, best) = ((uint)i, worth);
        }
        return preferred;
    }

    /// <summary>How many bytes of a heap the system still grants this program, by VK_EXT_memory_budget; null where the
    /// driver does not say.</summary>
    public long? RoomIn(uint heap)
    {
        if (_pretendedRoom is not null)
            return _pretendedRoom[(int)heap];
        if (!Extensions.Contains(Vulkan.Extensions.MemoryBudget))
            return null;
        var budget = new PhysicalDeviceMemoryBudgetPropertiesEXT
        {
            SType = StructureType.PhysicalDeviceMemoryBudgetPropertiesExt,
        };
        var memory = new PhysicalDeviceMemoryProperties2
        {
            SType = StructureType.PhysicalDeviceMemoryProperties2,
            PNext = &budget,
        };
        Instance.Api.GetPhysicalDeviceMemoryProperties2(Handle, &memory);
        return LongOf(budget.HeapBudget[heap]) - (long)budget.HeapUsage[heap];
    }

    /// <summary>Kinds of memory, those first whose heaps have room: beyond what the system grants it pages.</summary>
    public IEnumerable<MemoryType> WithRoom(IReadOnlyList<MemoryType> types, long byteCount) =>
        types.OrderBy(type => RoomIn(type.Heap) < byteCount);

    /// <summary>The most of this in a heap of the device's own memory.</summary>
    public long? LocalRoom => Memory.LocalHeaps.Max(RoomIn);

    /// <summary>Whether kernels may read and write 16-bit floats in buffers.</summary>
    public bool HasFp16Storage { get; private set; }

    /// <summary>What kernels are chosen by.</summary>
    public DeviceTraits Traits { get; private set; } = DeviceTraits.Unknown;

    /// <summary>Tells device and driver apart from all whose compiled kernels are of no use here.</summary>
    public byte[] CacheIdentity { get; }

    /// <summary>Whether queues of a family, if there is one of that index, take compute work.</summary>
    public bool TakesCompute(uint family) =>
        family < _queueFamilies.Length && _queueFamilies[family].QueueFlags.HasFlag(QueueFlags.ComputeBit);

    /// <summary>How many bits the clock of a queue family has; 0 if it has none.</summary>
    public int TimestampBits(uint queueFamily) => (int)_queueFamilies[queueFamily].TimestampValidBits;

    private QueueFamilyProperties[] ReadQueueFamilies()
    {
        uint count = 0;
        Instance.Api.GetPhysicalDeviceQueueFamilyProperties(Handle, ref count, null);
        var families = new QueueFamilyProperties[count];
        fixed (QueueFamilyProperties* first = families)
            Instance.Api.GetPhysicalDeviceQueueFamilyProperties(Handle, ref count, first);
        return families;
    }

    /// <summary>The units that run workgroups side by side, as the driver's vendor says it; 0 if it says
    /// nothing.</summary>
    private int Units()
    {
        var nvidia = new PhysicalDeviceShaderSMBuiltinsPropertiesNV
        {
            SType = StructureType.PhysicalDeviceShaderSMBuiltinsPropertiesNV,
        };
        var amd = new PhysicalDeviceShaderCoreProperties2AMD
        {
            SType = StructureType.PhysicalDeviceShaderCoreProperties2Amd,
        };
        var arm = new PhysicalDeviceShaderCoreBuiltinsPropertiesARM
        {
            SType = StructureType.PhysicalDeviceShaderCoreBuiltinsPropertiesArm,
        };
        var chain = new PhysicalDeviceProperties2 { SType = StructureType.PhysicalDeviceProperties2 };
        if (Extensions.Contains("VK_NV_shader_sm_builtins"))
            chain.PNext = &nvidia;
        else if (Extensions.Contains("VK_AMD_shader_core_properties2"))
            chain.PNext = &amd;
        else if (Extensions.Contains("VK_ARM_shader_core_builtins"))
            chain.PNext = &arm;
        else
            return 0;
        Instance.Api.GetPhysicalDeviceProperties2(Handle, &chain);
        return (int)(nvidia.ShaderSmcount + amd.ActiveComputeUnitCount + arm.ShaderCoreCount);
    }

    private int RequirableSubgroupOf(in PhysicalDeviceSubgroupSizeControlProperties sizes)
    {
        var control = new PhysicalDeviceSubgroupSizeControlFeatures
        {
            SType = StructureType.PhysicalDeviceSubgroupSizeControlFeatures,
        };
        var features = new PhysicalDeviceFeatures2
        {
            SType = StructureType.PhysicalDeviceFeatures2,
            PNext = &control,
        };
        Instance.Api.GetPhysicalDeviceFeatures2(Handle, &features);
        return control.SubgroupSizeControl && sizes.RequiredSubgroupSizeStages.HasFlag(ShaderStageFlags.ComputeBit)
            ? (int)sizes.MinSubgroupSize
            : 0;
    }

    private static long DeviceLocalBytes(in PhysicalDeviceMemoryProperties memory)
    {
        ulong largest = 0;
        for (int i = 0; i < memory.MemoryHeapCount; i++)
            if (memory.MemoryHeaps[i].Flags.HasFlag(MemoryHeapFlags.DeviceLocalBit))
                largest = Math.Max(largest, memory.MemoryHeaps[i].Size);
        return (long)largest;
    }

    // Drivers that have no limit say 0, or more than any length here.
    private static long LongOf(ulong bytes) => bytes is 0 or > long.MaxValue ? long.MaxValue : (long)bytes;

    private static Version ToVersion(uint version) =>
        new((int)(version >> 22 & 0x7f), (int)(version >> 12 & 0x3ff), (int)(version & 0xfff));
}
