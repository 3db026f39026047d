namespace SoftPool;

/// <summary>A value of one of the host's timeline semaphores.</summary>
/// <param name="Handle">The VkSemaphore, created with VK_SEMAPHORE_TYPE_TIMELINE.</param>
/// <param name="Value">The value to wait for, or to signal.</param>
public readonly record struct TimelinePoint(ulong Handle, ulong Value);

/// <summary>What a run waits for on the device before it starts, and what it signals when it is done. It orders the run
/// with the host's work on the same or other queues, without the CPU.</summary>
/// <param name="Wait">The run starts when all of these semaphores have reached their values.</param>
/// <param name="Signal">These semaphores are set to their values when the run is done.</param>
public readonly record struct GpuSync(ReadOnlyMemory<TimelinePoint> Wait, ReadOnlyMemory<TimelinePoint> Signal);
