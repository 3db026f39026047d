namespace SoftPool;

/// <summary>
/// A Vulkan device that a host, such as a game engine, has made and goes on using. Handles are the values of Vulkan's own:
/// VkInstance, VkPhysicalDevice, VkDevice and VkQueue as pointers.
/// </summary>
/// <remarks>The kernels need Vulkan 1.1 and no feature beyond it. The host must not destroy anything of it before the
/// <see cref="GpuDevice"/> and its sessions are disposed.</remarks>
public sealed record HostDevice
{
    /// <summary>The VkInstance.</summary>
    public required nint Instance { get; init; }

    /// <summary>The VkPhysicalDevice that the device was made from.</summary>
    public required nint PhysicalDevice { get; init; }

    /// <summary>The VkDevice.</summary>
    public required nint Device { get; init; }

    /// <summary>A VkQueue that takes compute work.</summary>
    public required nint Queue { get; init; }

    /// <summary>The index of the queue's family.</summary>
    public required uint QueueFamily { get; init; }

    /// <summary>What the host locks while it uses the queue: submits, presents, binds sparse memory, waits for it or the device to be
    /// idle. The runtime locks it too, by its monitor, so it must not be a <see cref="Lock"/>. Who holds it must not wait for a run.
    /// Null where the host never uses the queue while the runtime may, and hands it over once alone.</summary>
    public object? QueueLock { get; init; }

    /// <summary>Whether the host has enabled the feature timelineSemaphore. Without it everything works but
    /// <see cref="GpuSync"/>.</summary>
    public bool HasTimelineSemaphores { get; init; }

    /// <summary>Whether the host has enabled the feature storageBuffer16BitAccess. Without it everything works but
    /// <see cref="SessionOptions.Fp16"/>.</summary>
    public bool HasFp16Storage { get; init; }

    /// <summary>Whether the host has enabled the feature shaderInt64. Without it everything works; some drivers then have slower
    /// kernels.</summary>
    public bool HasInt64 { get; init; }
}
