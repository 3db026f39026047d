namespace SoftPool;

/// <summary>A Vulkan device that a host, such as a game engine, has created and keeps using. The handles are Vulkan's
/// own values: VkInstance, VkPhysicalDevice, VkDevice and VkQueue as pointers.</summary>
/// <remarks>The kernels need Vulkan 1.1 and no optional feature. The host must not destroy any of these objects before
/// the <see cref="GpuDevice"/> and its sessions, steppers, recorders and profilers are disposed.</remarks>
public sealed record HostDevice
{
    /// <summary>The VkInstance.</summary>
    public required nint Instance { get; init; }

    /// <summary>The VkPhysicalDevice that the device was created from.</summary>
    public required nint PhysicalDevice { get; init; }

    /// <summary>The VkDevice.</summary>
    public required nint Device { get; init; }

    /// <summary>A VkQueue that takes compute work.</summary>
    public required nint Queue { get; init; }

    /// <summary>The index of the queue's family.</summary>
    public required uint QueueFamily { get; init; }

    /// <summary>The object that the host locks while it uses the queue: to submit, present, bind sparse memory, or wait
    /// until the queue or the device is idle. The runtime locks its monitor too, so it must not be a
    /// <see cref="Lock"/>. The holder must not wait for a run. Null if the host never uses the queue while the runtime
    /// may, and gives it to one <see cref="GpuDevice"/> alone.</summary>
    public object? QueueLock { get; init; }

    /// <summary>Whether the host has enabled the feature timelineSemaphore. <see cref="GpuSync"/> needs it.</summary>
    public bool HasTimelineSemaphores { get; init; }

    /// <summary>Whether the host has enabled the feature storageBuffer16BitAccess. <see cref="SessionOptions.Fp16"/>
    /// needs it.</summary>
    public bool HasFp16Storage { get; init; }

    /// <summary>Whether the host has enabled the feature shaderInt64. Some drivers run faster kernels with
    /// it.</summary>
    public bool HasInt64 { get; init; }
}
