namespace SoftPool;

/// <summary>The kind of a Vulkan device.</summary>
public enum GpuKind
{
    /// <summary>A discrete GPU: a graphics card.</summary>
    Discrete,

    /// <summary>An integrated GPU, which shares the system's memory.</summary>
    Integrated,

    /// <summary>A virtual GPU, as a virtual machine sees it.</summary>
    Virtual,

    /// <summary>The CPU, through a software driver such as lavapipe or SwiftShader.</summary>
    Cpu,

    /// <summary>Another kind of device, according to its driver.</summary>
    Other,
}

/// <summary>The properties of a Vulkan device, as reported by its driver.</summary>
/// <param name="Index">The device's index in <see cref="GpuDevice.Enumerate"/>; 0 for a host's device.</param>
/// <param name="Name">The device's name: "llvmpipe (LLVM 15.0.6, 256 bits)".</param>
/// <param name="Kind">The kind of device.</param>
/// <param name="Driver">The driver's name and version; empty for a Vulkan 1.1 device.</param>
/// <param name="ApiVersion">The Vulkan version that the device supports.</param>
/// <param name="MemoryBytes">The size of the device's largest device-local memory heap, in bytes.</param>
/// <param name="Unsupported">The reason why the device cannot run the kernels; null if it can.</param>
public sealed record GpuDeviceInfo(
    int Index, string Name, GpuKind Kind, string Driver, Version ApiVersion, long MemoryBytes, string? Unsupported)
{
    /// <summary>The device's UUID (VkPhysicalDeviceIDProperties::deviceUUID), its bytes in Vulkan's order: other
    /// interfaces to the same device, such as CUDA and OpenGL, tell the same. Zero for a Vulkan 1.0 device.</summary>
    public Guid Uuid { get; init; }

    /// <summary>The device's LUID on Windows, as DXGI tells it; null elsewhere.</summary>
    public ulong? Luid { get; init; }
}
