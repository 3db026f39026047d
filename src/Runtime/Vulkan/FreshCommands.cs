using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>Commands that are recorded anew for each use, into the same memory: what they name may be gone after
/// it.</summary>
internal sealed unsafe class FreshCommands : HandleOwner
{
    private readonly CommandPool _pool;
    private readonly Fence _fence;
    private readonly CommandPart _commands;
    private bool _pending;

    public FreshCommands(VulkanDevice device) : base(device)
    {
        try
        {
            var fence = new FenceCreateInfo { SType = StructureType.FenceCreateInfo };
            device.Api.CreateFence(device.Handle, in fence, null, out _fence).Check("vkCreateFence");
            var pool = new CommandPoolCreateInfo
            {
                SType = StructureType.CommandPoolCreateInfo,
                Flags = CommandPoolCreateFlags.TransientBit,
                QueueFamilyIndex = device.QueueFamily,
            };
            device.Api.CreateCommandPool(device.Handle, in pool, null, out _pool).Check("vkCreateCommandPool");
            var allocation = new CommandBufferAllocateInfo
            {
                SType = StructureType.CommandBufferAllocateInfo,
                CommandPool = _pool,
                Level = CommandBufferLevel.Primary,
                CommandBufferCount = 1,
            };
            device.Api.AllocateCommandBuffers(device.Handle, in allocation, out CommandBuffer commands)
                .Check("vkAllocateCommandBuffers");
            _commands = new CommandPart(commands, null, 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Begins to record, once the device is done with the use before.</summary>
    public Commands Begin()
    {
        Wait();
        Device.Api.ResetCommandPool(Device.Handle, _pool, 0).Check("vkResetCommandPool");
        var begin = new CommandBufferBeginInfo
        {
            SType = StructureType.CommandBufferBeginInfo,
            Flags = CommandBufferUsageFlags.OneTimeSubmitBit,
        };
        Device.Api.BeginCommandBuffer(_commands.Commands, in begin).Check("vkBeginCommandBuffer");
        return Commands.Into(Device, _commands.Commands.Handle);
    }

    /// <summary>Ends the recording and hands the commands to the device.</summary>
    public void Submit(in GpuSync sync)
    {
        Device.Api.EndCommandBuffer(_commands.Commands).Check("vkEndCommandBuffer");
        Device.Api.ResetFences(Device.Handle, 1, in _fence).Check("vkResetFences");
        Device.Submit([_commands], _fence, sync);
        _pending = true;
    }

    protected override void Destroy()
    {
        if (_pending && WaitForFence() == Result.Timeout)
        {
            Device.GiveUp();
            return;
        }
        Device.Api.DestroyFence(Device.Handle, _fence, null);
        Device.Api.DestroyCommandPool(Device.Handle, _pool, null);
    }

    /// <summary>Waits until the use before is done; returns at once where there was none.</summary>
    /// <exception cref="DeviceLostException">The device was lost, or it is not done within the time.</exception>
    public void Wait()
    {
        if (!_pending)
            return;
        Device.CheckIsNotGivenUp();
        if (!WaitForFence().EndsInTime("vkWaitForFences"))
        {
            Device.GiveUp();
            throw new DeviceLostException(
                $"{Device.Physical.Info.Name} did not copy pictures in time and is given up: create the device and its "
                + "sessions anew.", didNotEnd: true);
        }
        _pending = false;
    }

    private Result WaitForFence() => Device.Api.WaitForFences(
        Device.Handle, 1, in _fence, true, (ulong)Math.Min(Device.WaitLimit.TotalNanoseconds, long.MaxValue));
}
