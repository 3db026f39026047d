using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>A VkDevice with one compute queue.</summary>
internal sealed unsafe class VulkanDevice : IDisposable
{
    private readonly Lock _queueLock = new();
    private readonly Queue _queue;

    public VulkanDevice(VulkanPhysicalDevice physical)
    {
        Physical = physical;
        Api = physical.Instance.Api;
        QueueFamily = physical.ComputeQueueFamily
            ?? throw new UnsupportedDeviceException($"{physical.Info.Name} has no queue for compute.");

        float priority = 1;
        var queue = new DeviceQueueCreateInfo
        {
            SType = StructureType.DeviceQueueCreateInfo,
            QueueFamilyIndex = QueueFamily,
            QueueCount = 1,
            PQueuePriorities = &priority,
        };
        var info = new DeviceCreateInfo
        {
            SType = StructureType.DeviceCreateInfo,
            QueueCreateInfoCount = 1,
            PQueueCreateInfos = &queue,
        };
        Api.CreateDevice(physical.Handle, in info, null, out Device handle).Check("vkCreateDevice");
        Handle = handle;
        Api.GetDeviceQueue(handle, QueueFamily, 0, out _queue);
    }

    public Vk Api { get; }

    public Device Handle { get; }

    public VulkanPhysicalDevice Physical { get; }

    public uint QueueFamily { get; }

    /// <summary>Submits to the queue; sessions on several threads take turns, as Vulkan asks of its callers.</summary>
    public void Submit(in SubmitInfo info, Fence fence)
    {
        lock (_queueLock)
            Api.QueueSubmit(_queue, 1, in info, fence).Check("vkQueueSubmit");
    }

    public void Dispose() => Api.DestroyDevice(Handle, null);
}
