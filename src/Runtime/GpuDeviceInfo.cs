namespace SoftPool;

/// <summary>The kind of a device.</summary>
public enum GpuKind
{
    /// <summary>A graphics card.</summary>
    Discrete,

    /// <summary>A GPU on the CPU's chip, which shares the system's memory.</summary>
    Integrated,

    /// <summary>A GPU as a virtual machine sees it.</summary>
    Virtual,

    /// <summary>The CPU, through a software driver such as lavapipe or SwiftShader.</summary>
    Cpu,

    /// <summary>None of these, according to the driver.</summary>
    Other,
}

/// <summary>A Vulkan device as its driver describes it.</summary>
/// <param name="Index">Its index in <see cref="GpuDevice.Enumerate"/>; 0 for a host's device.</param>
/// <param name="Name">The driver's name for it: "llvmpipe (LLVM 15.0.6, 256 bits)".</param>
/// <param name="Kind">The kind of device.</param>
/// <param name="Driver">The driver's name and version; empty if the device has Vulkan 1.1.</param>
/// <param name="ApiVersion">The Vulkan version that the device supports.</param>
/// <param name="MemoryBytes">The size of the device's largest local memory heap, in bytes.</param>
/// <param name="Unsupported">Why the kernels cannot run on the device; null if they can.</param>
public sealed record GpuDeviceInfo(
    int Index, string Name, GpuKind Kind, string Driver, Version ApiVersion, long MemoryBytes, string? Unsupported);
