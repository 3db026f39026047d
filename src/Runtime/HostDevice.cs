namespace SoftPool;

/// <summary>A Vulkan device that a host, such as a game engine, has created and continues to use. The handles are those
/// of Vulkan's C interface: VkInstance, VkPhysicalDevice, VkDevice and VkQueue as pointers.</summary>
/// <remarks>The kernels need Vulkan 1.1 and no optional feature. The host must not destroy any of these objects before
/// the <see cref="GpuDevice"/>, its sessions, and their steppers, recorders and profilers are disposed.</remarks>
public sealed record HostDevice
{
    /// <summary>The VkInstance.</summary>
    public required nint Instance { get; init; }

    /// <summary>The VkPhysicalDevice that the VkDevice was created from.</summary>
    public required nint PhysicalDevice { get; init; }

    /// <summary>The VkDevice.</summary>
    public required nint Device { get; init; }

    /// <summary>A VkQueue of the VkDevice. It must support compute.</summary>
    public required nint Queue { get; init; }

    /// <summary>The index of the VkQueue's queue family.</summary>
    public required uint QueueFamily { get; init; }

    /// <summary>The object that the host locks (<see cref="Monitor"/>) while it uses the queue: to submit, to present,
    /// to bind sparse memory, or to wait until the queue or the device is idle. The runtime locks the same object, so
    /// it must not be a <see cref="Lock"/>. While the host holds the lock, it must not wait for a run. Null only if the
    /// host never uses the queue while the runtime may, and gives the queue to a single
    /// <see cref="GpuDevice"/>.</summary>
    public object? QueueLock { get; init; }

    /// <summary>Whether the host has enabled the Vulkan feature timelineSemaphore. <see cref="GpuSync"/> needs the
    /// feature.</summary>
    public bool HasTimelineSemaphores { get; init; }

    /// <summary>Whether the host has enabled the Vulkan feature storageBuffer16BitAccess.
    /// <see cref="SessionOptions.Fp16"/> needs the feature.</summary>
    public bool HasFp16Storage { get; init; }

    /// <summary>Whether the host has enabled the Vulkan feature shaderInt64. Some drivers run faster kernels with the
    /// feature.</summary>
    public bool HasInt64 { get; init; }
}
