namespace SoftPool;

/// <summary>What kind of device it is.</summary>
public enum GpuKind
{
    /// <summary>A card of its own.</summary>
    Discrete,

    /// <summary>A part of the processor's chip, sharing its memory.</summary>
    Integrated,

    /// <summary>A virtual machine's share of a device.</summary>
    Virtual,

    /// <summary>The processor itself, through a software driver such as lavapipe or SwiftShader.</summary>
    Cpu,

    /// <summary>What its driver calls none of these.</summary>
    Other,
}

/// <summary>A Vulkan device as its driver describes it.</summary>
/// <param name="Index">Its place in the loader's list, from 0; 0 of every device that was adopted, which is not looked for
/// there.</param>
/// <param name="Name">The driver's name for it: "llvmpipe (LLVM 15.0.6, 256 bits)".</param>
/// <param name="Kind">What kind of device it is.</param>
/// <param name="Driver">The driver's name and version; empty where Vulkan is older than 1.2.</param>
/// <param name="ApiVersion">The Vulkan version that it has.</param>
/// <param name="MemoryBytes">The size of its largest own memory, in bytes.</param>
/// <param name="Unsupported">Why the kernels cannot run there; null where they can.</param>
public sealed record GpuDeviceInfo(
    int Index, string Name, GpuKind Kind, string Driver, Version ApiVersion, long MemoryBytes, string? Unsupported);
