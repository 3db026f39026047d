using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>Commands, recorded once and submitted any number of times, with their own pool and fence: one command
/// buffer, or several where the device must not work for long without a pause.</summary>
internal sealed unsafe class Submission : HandleOwner
{
    private readonly CommandPool _pool;
    private readonly Fence _fence;
    private readonly CommandBuffer[] _commands = [];
    private bool _pending;

    /// <param name="device">Where it runs.</param>
    /// <param name="record">Records the commands.</param>
    public Submission(VulkanDevice device, Action<Commands> record) : base(device)
    {
        Vk api = device.Api;
        try
        {
            var pool = new CommandPoolCreateInfo
            {
                SType = StructureType.CommandPoolCreateInfo,
                QueueFamilyIndex = device.QueueFamily,
            };
            api.CreateCommandPool(device.Handle, in pool, null, out _pool).Check("vkCreateCommandPool");
            var fence = new FenceCreateInfo { SType = StructureType.FenceCreateInfo };
            api.CreateFence(device.Handle, in fence, null, out _fence).Check("vkCreateFence");
            var parts = new CommandParts(device, _pool);
            record(new Commands(api, parts));
            _commands = parts.End();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How many command buffers it has.</summary>
    public int Parts => _commands.Length;

    /// <summary>Hands the commands to the device, once it is done with those that were submitted before.</summary>
    public void Submit(in GpuSync sync = default)
    {
        Wait(); // Whoever waited for them in vain, for want of memory, has left them running.
        Device.Api.ResetFences(Device.Handle, 1, in _fence).Check("vkResetFences");
        Device.Submit(_commands, _fence, sync);
        _pending = true;
    }

    /// <summary>Waits until what was submitted is done; returns at once where nothing was.</summary>
    /// <exception cref="DeviceLostException">The device was lost, or it is not done within the time.</exception>
    public void Wait() => Wait(Device.WaitLimit);

    /// <summary>The same for what is tried for the first time: small work, which ends soon if it ends.</summary>
    public void WaitForTrial() => Wait(Device.WaitLimit / 10);

    protected override void Destroy()
    {
        // A wait that failed for want of memory leaves the commands running, and nothing that they use may go before
        // they end.
        if (_pending && Device.Api.WaitForFences(Device.Handle, 1, in _fence, true, NanosecondsOf(Device.WaitLimit)) == Result.Timeout)
        {
            Device.GiveUp();
            return;
        }
        Device.Api.DestroyFence(Device.Handle, _fence, null);
        Device.Api.DestroyCommandPool(Device.Handle, _pool, null);
    }

    private void Wait(TimeSpan limit)
    {
        if (!_pending)
            return;
        Device.CheckIsNotGivenUp();
        if (!Device.Api.WaitForFences(Device.Handle, 1, in _fence, true, NanosecondsOf(limit)).EndsInTime("vkWaitForFences"))
        {
            Device.GiveUp();
            throw new DeviceLostException(
                $"{Device.Physical.Info.Name} did not end its work within {limit.TotalSeconds} s and is given up: create the device and its "
                + "sessions anew.", didNotEnd: true);
        }
        _pending = false;
    }

    // From ten years on there is no limit.
    private static ulong NanosecondsOf(TimeSpan limit) => limit.TotalDays > 3650 ? ulong.MaxValue : (ulong)limit.TotalNanoseconds;
}
