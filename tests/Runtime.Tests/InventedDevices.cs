using SoftPool.Kernels;
using SoftPool.Vulkan;
using Flags = Silk.NET.Vulkan.MemoryPropertyFlags;

namespace SoftPool.Tests;

/// <summary>Devices that no test machine has, each the least of its kind that Vulkan allows, or that is sold. The
/// software driver pretends to be them. The environment variable SOFTPOOL_INVENTED gives the name of the one that all
/// tests of a process run on: so tools/matrix.sh runs the tests of sessions there.</summary>
internal static class InventedDevices
{
    public const string LeastOfAll = "least-of-all", Phone64 = "phone-64";

    public static IReadOnlyDictionary<string, InventedDevice> All { get; } = new Dictionary<string, InventedDevice>
    {
        [Phone64] = Phone(leastSubgroup: 64),
        ["phone-4"] = Phone(leastSubgroup: 4),
        ["card-with-window"] = new InventedDevice
        {
            Kind = GpuKind.Discrete,
            Traits = new DeviceTraits(SubgroupSize: 32, LeastSubgroupSize: 32, HasInt64: true),
            Memory =
            [
                new(0, Flags.DeviceLocalBit, 0), new(0, MemoryTypes.Coherent, 1),
                new(0, Flags.DeviceLocalBit | MemoryTypes.Coherent, 2),
                new(0, Flags.HostVisibleBit | Flags.HostCachedBit, 1),
            ],
            LargestAllocation = 1 << 20,
        },
        [LeastOfAll] = Least(leastSubgroup: 1) with
        {
            Kind = GpuKind.Other,
            LargestRange = 16 << 20,
            LargestAllocation = 1 << 20,
            Memory = [new MemoryType(0, Flags.DeviceLocalBit | MemoryTypes.Coherent, 0)],
        },
    };

    /// <summary>Submissions so short that nearly every launch is one of its own, or several.</summary>
    public static Pace Short { get; } = Pace.Of(GpuKind.Integrated) with
    {
        LongestMilliseconds = 0.05,
        IsMeasured = false,
    };

    /// <summary>The one that this process's tests run on; null for the software device as it is.</summary>
    public static string? Chosen { get; } =
        Environment.GetEnvironmentVariable("SOFTPOOL_INVENTED") is { Length: > 0 } name ? name : null;

    /// <summary>The options of a device that pretends as the process was told, unless the test has its own.</summary>
    public static GpuDeviceOptions Pretending(GpuDeviceOptions options) =>
        Chosen is null || options.Invented is not null
            ? options
            : options with { Invented = All[Chosen], Pace = options.Pace ?? Short };

    private static InventedDevice Phone(int leastSubgroup) => Least(leastSubgroup) with
    {
        Kind = GpuKind.Integrated,
        LargestRange = 128 << 20,
    };

    private static InventedDevice Least(int leastSubgroup) => new()
    {
        Traits = new DeviceTraits(SubgroupSize: leastSubgroup, LeastSubgroupSize: leastSubgroup),
        OffsetAlignment = 256,
        MostGroups = GroupCount.Largest,
        WithoutFp16Storage = true,
        WithoutTimestamps = true,
    };
}
