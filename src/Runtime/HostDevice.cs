using SoftPool.Vulkan;

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

    /// <summary>The index of the queue family. It must support compute.</summary>
    public required uint QueueFamily { get; init; }

    /// <summary>The VkQueue of this family; 0 for the one that <see cref="QueueIndex"/> gives.</summary>
    public nint Queue { get; init; }

    /// <summary>The index of the queue within its family, one that the device was created with. It has no effect if
    /// <see cref="Queue"/> is given.</summary>
    public uint QueueIndex { get; init; }

    /// <summary>The version of Vulkan that the VkInstance was created for (VkApplicationInfo::apiVersion), if it is
    /// known: 1.0 is refused before the instance is used. Without it, an instance for 1.0 whose loader does not answer
    /// the queries of 1.1 is refused.</summary>
    public Version? ApiVersion { get; init; }

    /// <summary>The host's vkGetInstanceProcAddr, if the host has another loader than the system's; 0 for that of
    /// libvulkan.so.1 or vulkan-1.dll.</summary>
    public nint GetInstanceProcAddr { get; init; }

    /// <summary>The object that the host locks (<see cref="Monitor"/>) while it uses the queue: to submit, to present,
    /// to bind sparse memory, or to wait until the queue or the device is idle. The runtime locks the same object, so
    /// it must not be a <see cref="Lock"/>. A thread of the host's that holds the lock must start no run, which is an
    /// <see cref="InvalidOperationException"/>, wait for none, and dispose nothing. Null only if the host never uses
    /// the queue while the runtime may, and gives the queue to a single <see cref="GpuDevice"/>; or with
    /// <see cref="LockQueue"/>.</summary>
    public object? QueueLock { get; init; }

    /// <summary>Takes the lock under which the host uses the queue, in place of <see cref="QueueLock"/>. The runtime
    /// calls it before each use of the queue, and <see cref="UnlockQueue"/> on the same thread directly afterwards. It
    /// is never called twice without the other between, and the runtime never waits for the device in
    /// between.</summary>
    public Action? LockQueue { get; init; }

    /// <summary>Releases the lock that <see cref="LockQueue"/> has taken.</summary>
    public Action? UnlockQueue { get; init; }

    /// <summary>Is called once, when the <see cref="GpuDevice"/> and all that was created with it are disposed, by the
    /// thread that disposes the last one. From then on the runtime does not use the host's objects.</summary>
    public Action? Released { get; init; }

    /// <summary>Whether the host has enabled the Vulkan feature timelineSemaphore. <see cref="GpuSync"/> needs the
    /// feature.</summary>
    public bool HasTimelineSemaphores { get; init; }

    /// <summary>Whether the host has enabled the Vulkan feature storageBuffer16BitAccess.
    /// <see cref="SessionOptions.Fp16"/> needs the feature.</summary>
    public bool HasFp16Storage { get; init; }

    /// <summary>Whether the host has enabled the Vulkan feature shaderInt64. Some drivers run faster kernels with the
    /// feature.</summary>
    public bool HasInt64 { get; init; }

    /// <summary>Whether the host has enabled the Vulkan features cooperativeMatrix (VK_KHR_cooperative_matrix),
    /// shaderFloat16 and vulkanMemoryModel. Sessions with <see cref="SessionOptions.Fp16"/> then use a GPU's matrix
    /// units.</summary>
    public bool HasCooperativeMatrices { get; init; }

    /// <summary>Returns the same host with <see cref="HasTimelineSemaphores"/>, <see cref="HasFp16Storage"/>,
    /// <see cref="HasInt64"/> and <see cref="HasCooperativeMatrices"/> as a chain of Vulkan's structures says.</summary>
    /// <param name="chain">The address of a VkPhysicalDeviceFeatures2, whose pNext chain may contain
    /// VkPhysicalDeviceVulkan11Features, VkPhysicalDeviceVulkan12Features, VkPhysicalDevice16BitStorageFeatures,
    /// VkPhysicalDeviceTimelineSemaphoreFeatures, VkPhysicalDeviceCooperativeMatrixFeaturesKHR,
    /// VkPhysicalDeviceShaderFloat16Int8Features and VkPhysicalDeviceVulkanMemoryModelFeatures: the features that the
    /// host has enabled. Other structures are ignored. The chain is read during the call.</param>
    /// <exception cref="ArgumentException">The chain is null, or begins with another structure.</exception>
    public HostDevice WithFeatures(nint chain) => HostFeatures.AddTo(this, chain);
}
