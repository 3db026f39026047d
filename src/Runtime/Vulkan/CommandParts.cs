using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>The command buffers that a submission is recorded into. On devices with a watchdog each has so many
/// launches as the device does in the time that it may work without a pause, and measures its own time where the device
/// has a clock. What names a host's buffers or images is in command buffers of its own.</summary>
internal sealed class CommandParts
{
    private readonly VulkanDevice _device;
    private readonly CommandPool _pool;
    private readonly Commands _commands;
    private readonly List<CommandPart> _parts = [];
    private double _milliseconds;
    private bool _isOpen;

    /// <param name="device">Where they run.</param>
    /// <param name="pool">Where they are allocated; they are freed with it.</param>
    /// <param name="ownership">Gets the clocks.</param>
    public CommandParts(VulkanDevice device, CommandPool pool, Ownership ownership)
    {
        (_device, _pool, Ownership) = (device, pool, ownership);
        _commands = new Commands(device, this);
    }

    private Ownership Ownership { get; }

    /// <summary>The one that is being recorded.</summary>
    public CommandBuffer Current
    {
        get
        {
            if (!_isOpen)
                Begin();
            return _parts[^1].Commands;
        }
    }

    /// <summary>Adds commands that are recorded anew for each submission.</summary>
    public void Add(Action<Commands> anew)
    {
        Close();
        _parts.Add(new CommandPart(Allocate(), null, 0) { Anew = anew });
    }

    /// <summary>Makes room for work: another command buffer begins if it does not fit beside what is there.</summary>
    public void Reserve(double milliseconds)
    {
        if (_milliseconds > 0 && _milliseconds + milliseconds > _device.Pace.LongestMilliseconds)
            Close();
        _milliseconds += milliseconds;
    }

    /// <summary>Ends the recording.</summary>
    /// <returns>What is to be submitted, in order.</returns>
    public CommandPart[] End()
    {
        if (_parts.Count == 0)
            Begin();
        Close();
        return [.. _parts];
    }

    private CommandBuffer Allocate()
    {
        var allocation = new CommandBufferAllocateInfo
        {
            SType = StructureType.CommandBufferAllocateInfo,
            CommandPool = _pool,
            Level = CommandBufferLevel.Primary,
            CommandBufferCount = 1,
        };
        _device.Api.AllocateCommandBuffers(_device.Handle, in allocation, out CommandBuffer part)
            .Check("vkAllocateCommandBuffers");
        return part;
    }

    private void Begin()
    {
        CommandBuffer part = Allocate();
        var begin = new CommandBufferBeginInfo { SType = StructureType.CommandBufferBeginInfo };
        _device.Api.BeginCommandBuffer(part, in begin).Check("vkBeginCommandBuffer");
        Timestamps? clock = _device.MeasuresParts ? Ownership.Take(new Timestamps(_device, 2)) : null;
        _parts.Add(new CommandPart(part, clock, 0));
        _isOpen = true;
        if (clock is null)
            return;
        _commands.Reset(clock);
        _commands.Take(clock, 0);
    }

    private void Close()
    {
        if (!_isOpen)
            return;
        CommandPart part = _parts[^1] = _parts[^1] with { Milliseconds = _milliseconds };
        if (part.Clock is not null)
            _commands.Take(part.Clock, 1);
        _device.Api.EndCommandBuffer(part.Commands).Check("vkEndCommandBuffer");
        (_isOpen, _milliseconds) = (false, 0);
    }
}

/// <summary>One of a submission's command buffers.</summary>
/// <param name="Commands">What is in it.</param>
/// <param name="Clock">The moments of its beginning and its end; null where nobody takes them.</param>
/// <param name="Milliseconds">What it was thought to take.</param>
internal readonly record struct CommandPart(CommandBuffer Commands, Timestamps? Clock, double Milliseconds)
{
    /// <summary>Records it before each submission; null where it is recorded once.</summary>
    public Action<Commands>? Anew { get; init; }
}
