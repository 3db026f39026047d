using System.Diagnostics.Tracing;

namespace SoftPool;

/// <summary>What the runtime reports beside its exceptions, to dotnet-trace, an <see cref="EventListener"/> or whatever else
/// listens to the event source "SoftPool.Vulkan".</summary>
[EventSource(Name = "SoftPool.Vulkan")]
internal sealed class RuntimeEventSource : EventSource
{
    private RuntimeEventSource()
    {
    }

    public static RuntimeEventSource Log { get; } = new();

    /// <summary>The garbage collector found a session that was not disposed.</summary>
    [Event(1, Level = EventLevel.Warning, Message = "A session of {0} on {1} was not disposed. Its memory on the device: {2}.")]
    public void SessionNotDisposed(string network, string device, string outcome) => WriteEvent(1, network, device, outcome);

    /// <summary>The garbage collector found a device that was not disposed.</summary>
    [Event(2, Level = EventLevel.Warning, Message = "The device {0} was not disposed. What was made on it: {1}.")]
    public void DeviceNotDisposed(string device, string outcome) => WriteEvent(2, device, outcome);

    /// <summary>What becomes of the objects that were not disposed.</summary>
    public static string Outcome(bool isHosts) => isHosts ? "not freed, because the host may have destroyed its device" : "freed now";
}
