using System.Diagnostics.Tracing;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>What finalizers of objects with device memory do: they report to the event source "SoftPool.Vulkan", which
/// dotnet-trace and an <see cref="EventListener"/> can hear, and have the memory freed.</summary>
[EventSource(Name = "SoftPool.Vulkan")]
internal sealed class NotDisposed : EventSource
{
    private static readonly NotDisposed Log = new();

    private NotDisposed()
    {
    }

    /// <summary>Frees what nobody disposed, unless its device is a host's, which may have destroyed it.</summary>
    /// <param name="dropped">What was dropped.</param>
    /// <param name="what">Its kind and its network.</param>
    /// <param name="device">Its device.</param>
    public static void Free(IDisposable dropped, string what, VulkanDevice device)
    {
        Log.ObjectNotDisposed(
            what, device.Physical.Info.Name, device.IsHosts ? "not freed, because the host may have destroyed its device" : "freed now");
        // Disposing waits for runs that are under way; the finalizer thread must not.
        if (!device.IsHosts)
            ThreadPool.UnsafeQueueUserWorkItem(static dropped => dropped.Dispose(), dropped, preferLocal: false);
    }

    [Event(1, Level = EventLevel.Warning, Message = "{0} on {1} was not disposed. Its memory on the device: {2}.")]
    private void ObjectNotDisposed(string what, string device, string outcome) => WriteEvent(1, what, device, outcome);
}
