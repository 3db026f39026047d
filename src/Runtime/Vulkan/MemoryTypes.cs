using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>A kind of memory that a device offers.</summary>
/// <param name="Index">The driver's number of it.</param>
/// <param name="Flags">What it is.</param>
/// <param name="Heap">The memory that it is taken from.</param>
internal readonly record struct MemoryType(uint Index, MemoryPropertyFlags Flags, uint Heap);

/// <summary>The kinds of memory of a device, in the driver's order: of those that suit alike, the faster comes
/// first.</summary>
internal sealed class MemoryTypes(IReadOnlyList<MemoryType> types)
{
    /// <summary>What the host writes and reads without calls in between.</summary>
    public const MemoryPropertyFlags Coherent =
        MemoryPropertyFlags.HostVisibleBit | MemoryPropertyFlags.HostCoherentBit;

    // Memory with any other property is for special purposes, some of which take features that are not enabled.
    private const MemoryPropertyFlags Plain =
        MemoryPropertyFlags.DeviceLocalBit | Coherent | MemoryPropertyFlags.HostCachedBit;

    /// <summary>Whether the CPU can write all memory of the device itself, as on most integrated GPUs and on
    /// processors.</summary>
    public bool AreAllHostVisible { get; } =
        types.Where(IsLocal).Select(type => type.Heap).ToHashSet().SetEquals(
            types.Where(type => IsLocal(type) && type.Flags.HasFlag(Coherent)).Select(type => type.Heap));

    /// <summary>All kinds.</summary>
    public IReadOnlyList<MemoryType> All => types;

    /// <summary>The heaps of the device's own memory.</summary>
    public IEnumerable<uint> LocalHeaps => types.Where(IsLocal).Select(type => type.Heap).Distinct();

    /// <summary>The kinds that an allocation tries, one after the other: a heap may be full while another has room, as
    /// with the window of 256 MiB through which the host sees the memory of many GPUs.</summary>
    /// <param name="allowed">VkMemoryRequirements.memoryTypeBits.</param>
    /// <param name="wishes">What the memory should be, the best first; each kind has all of one wish.</param>
    public IReadOnlyList<MemoryType> Suitable(uint allowed, params ReadOnlySpan<MemoryPropertyFlags> wishes)
    {
        var suitable = new List<MemoryType>();
        foreach (MemoryPropertyFlags wish in wishes)
            suitable.AddRange(types.Where(type =>
                (allowed >> (int)type.Index & 1) != 0 && (type.Flags & wish) == wish && (type.Flags & ~Plain) == 0
                && !suitable.Contains(type)));
        return suitable;
    }

    private static bool IsLocal(MemoryType type) => type.Flags.HasFlag(MemoryPropertyFlags.DeviceLocalBit);
}
