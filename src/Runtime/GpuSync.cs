namespace SoftPool;

/// <summary>A value of a timeline semaphore of the host.</summary>
/// <param name="Handle">The VkSemaphore, created with VK_SEMAPHORE_TYPE_TIMELINE.</param>
/// <param name="Value">The value to wait for, or to signal.</param>
public readonly record struct TimelinePoint(ulong Handle, ulong Value);

/// <summary>The timeline semaphores that a run waits for before it starts, and those that the run signals when it is
/// done. They order the run with the host's work on the device, on the same queue or on others, without the
/// CPU.</summary>
/// <param name="Wait">The run starts when each of these semaphores has reached its value.</param>
/// <param name="Signal">Each of these semaphores is signalled with its value when the run is done.</param>
public readonly record struct GpuSync(ReadOnlyMemory<TimelinePoint> Wait, ReadOnlyMemory<TimelinePoint> Signal);
