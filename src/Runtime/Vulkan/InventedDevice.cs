using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>What a test has a device pretend: less than its driver offers, so that the runtime is tried as it runs on
/// devices that no test has. What is null stays as it is.</summary>
internal sealed record InventedDevice
{
    public GpuKind? Kind { get; init; }

    /// <summary>What kernels are chosen by. Features that the driver lacks stay lacking.</summary>
    public DeviceTraits? Traits { get; init; }

    /// <summary>The most bytes of a buffer that a kernel sees.</summary>
    public uint? LargestRange { get; init; }

    /// <summary>What offsets into buffers are multiples of.</summary>
    public ulong? OffsetAlignment { get; init; }

    /// <summary>The most workgroups along an axis.</summary>
    public uint? MostGroups { get; init; }

    /// <summary>The most bytes of one allocation.</summary>
    public long? LargestAllocation { get; init; }

    /// <summary>The most bytes of one buffer.</summary>
    public long? LargestBuffer { get; init; }

    public bool WithoutFp16Storage { get; init; }

    public bool WithoutTimestamps { get; init; }

    /// <summary>The kinds of memory, by the numbers that the driver has for some.</summary>
    public IReadOnlyList<MemoryType>? Memory { get; init; }

    /// <summary>What the system still grants of each heap, in bytes.</summary>
    public IReadOnlyList<long>? Room { get; init; }
}
