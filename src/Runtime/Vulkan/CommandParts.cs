using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>The command buffers that a submission is recorded into. On devices with a watchdog each has so many
/// launches as the device does in the time that it may work without a pause.</summary>
internal sealed class CommandParts
{
    private readonly VulkanDevice _device;
    private readonly CommandPool _pool;
    private readonly List<CommandBuffer> _parts = [];
    private double _milliseconds;

    /// <param name="device">Where they run.</param>
    /// <param name="pool">Where they are allocated; they are freed with it.</param>
    public CommandParts(VulkanDevice device, CommandPool pool)
    {
        (_device, _pool) = (device, pool);
        Begin();
    }

    /// <summary>The one that is being recorded.</summary>
    public CommandBuffer Current => _parts[^1];

    /// <summary>Into how many a launch is divided that alone takes too long: along its outermost axis of several
    /// groups, for kernels may count by the number of groups along x.</summary>
    public int PiecesOf(BoundLaunch launch)
    {
        double pieces = Math.Ceiling(launch.Milliseconds / _device.Pace.LongestMilliseconds);
        (int x, int y, int z) = launch.Groups;
        return (int)Math.Clamp(pieces, 1, z > 1 ? z : y > 1 ? y : x);
    }

    /// <summary>Makes room for work: another command buffer begins if it does not fit beside what is there.</summary>
    public void Reserve(double milliseconds)
    {
        if (_milliseconds > 0 && _milliseconds + milliseconds > _device.Pace.LongestMilliseconds)
        {
            Close();
            Begin();
        }
        _milliseconds += milliseconds;
    }

    /// <summary>Ends the recording.</summary>
    /// <returns>What is to be submitted, in order.</returns>
    public CommandBuffer[] End()
    {
        Close();
        return [.. _parts];
    }

    private void Begin()
    {
        var allocation = new CommandBufferAllocateInfo
        {
            SType = StructureType.CommandBufferAllocateInfo,
            CommandPool = _pool,
            Level = CommandBufferLevel.Primary,
            CommandBufferCount = 1,
        };
        _device.Api.AllocateCommandBuffers(_device.Handle, in allocation, out CommandBuffer part).Check("vkAllocateCommandBuffers");
        var begin = new CommandBufferBeginInfo { SType = StructureType.CommandBufferBeginInfo };
        _device.Api.BeginCommandBuffer(part, in begin).Check("vkBeginCommandBuffer");
        _parts.Add(part);
        _milliseconds = 0;
    }

    private void Close() => _device.Api.EndCommandBuffer(Current).Check("vkEndCommandBuffer");
}
