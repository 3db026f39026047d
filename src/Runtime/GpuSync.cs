namespace SoftPool;

/// <summary>A value of a timeline semaphore of the host's.</summary>
/// <param name="Handle">The VkSemaphore, made with VK_SEMAPHORE_TYPE_TIMELINE.</param>
/// <param name="Value">The value to wait for, or to signal.</param>
public readonly record struct TimelinePoint(ulong Handle, ulong Value);

/// <summary>What a run waits for on the device, and what it signals there when it is done. The host's own work on the same
/// or other queues is ordered by it without the processor in between.</summary>
/// <param name="Wait">The run begins when all of them have their values.</param>
/// <param name="Signal">They get their values when the run is done.</param>
public readonly record struct GpuSync(ReadOnlyMemory<TimelinePoint> Wait, ReadOnlyMemory<TimelinePoint> Signal);
