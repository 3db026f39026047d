using System.Diagnostics;
using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>Commands, recorded once and submitted any number of times, with their own pool and fence: one command
/// buffer, or several where the device must not work for long without a pause. If the device turns out to be slower
/// than was thought, they are recorded anew, in more of them. What names a host's buffers and images is recorded before
/// each submission.</summary>
internal sealed unsafe class Submission : HandleOwner
{
    /// <summary>How long a waiting thread asks a GPU before it sleeps: to be woken takes about as long as a network of
    /// a small batch.</summary>
    private static readonly TimeSpan Spin = TimeSpan.FromMicroseconds(50);

    private readonly Fence _fence;
    private readonly Action<Commands> _record;
    private readonly bool _isRepeated;
    private readonly Ownership _clocks = new();
    private CommandPool _pool;
    private CommandPart[] _parts = [];
    private double _slowness;
    private long _submitted;
    private bool _pending, _waited;

    /// <param name="device">Where it runs.</param>
    /// <param name="record">Records the commands.</param>
    /// <param name="isRepeated">Whether it may be recorded again before it is submitted again.</param>
    public Submission(VulkanDevice device, Action<Commands> record, bool isRepeated = false) : base(device)
    {
        (_record, _isRepeated) = (record, isRepeated);
        try
        {
            var fence = new FenceCreateInfo { SType = StructureType.FenceCreateInfo };
            device.Api.CreateFence(device.Handle, in fence, null, out _fence).Check("vkCreateFence");
            Record();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How many command buffers it has.</summary>
    public int Parts => _parts.Length;

    /// <summary>Hands the commands to the device, once it is done with those that were submitted before.</summary>
    public void Submit(in GpuSync sync = default)
    {
        Device.CheckQueueIsFree();
        Wait(); // Whoever waited for them in vain, for want of memory, has left them running.
        if (_isRepeated && Device.Slowness > _slowness)
            Record();
        foreach (CommandPart part in _parts)
            if (part.Anew is not null)
                Record(part.Commands, part.Anew);
        Device.Api.ResetFences(Device.Handle, 1, in _fence).Check("vkResetFences");
        Device.Submit(_parts, _fence, sync);
        (_pending, _waited, _submitted) = (true, !sync.Wait.IsEmpty, Stopwatch.GetTimestamp());
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
        if (_pending
            && Device.Api.WaitForFences(Device.Handle, 1, in _fence, true, NanosecondsOf(Device.WaitLimit))
                == Result.Timeout)
        {
            Device.GiveUp();
            return;
        }
        _clocks.Dispose();
        Device.Api.DestroyFence(Device.Handle, _fence, null);
        Device.Api.DestroyCommandPool(Device.Handle, _pool, null);
    }

    private void Record()
    {
        Device.Api.DestroyCommandPool(Device.Handle, _pool, null);
        _pool = default;
        _clocks.Dispose();
        var pool = new CommandPoolCreateInfo
        {
            SType = StructureType.CommandPoolCreateInfo,
            // On a host's device some command buffers are recorded again.
            Flags = Device.IsHosts ? CommandPoolCreateFlags.ResetCommandBufferBit : 0,
            QueueFamilyIndex = Device.QueueFamily,
        };
        Device.Api.CreateCommandPool(Device.Handle, in pool, null, out _pool).Check("vkCreateCommandPool");
        _slowness = Device.Slowness;
        var parts = new CommandParts(Device, _pool, _clocks);
        _record(new Commands(Device, parts));
        _parts = parts.End();
    }

    private void Record(CommandBuffer commands, Action<Commands> record)
    {
        var begin = new CommandBufferBeginInfo
        {
            SType = StructureType.CommandBufferBeginInfo,
            Flags = CommandBufferUsageFlags.OneTimeSubmitBit,
        };
        Device.Api.BeginCommandBuffer(commands, in begin).Check("vkBeginCommandBuffer");
        record(Commands.Into(Device, commands.Handle));
        Device.Api.EndCommandBuffer(commands).Check("vkEndCommandBuffer");
    }

    private void Wait(TimeSpan limit)
    {
        if (!_pending)
            return;
        Device.CheckIsNotGivenUp();
        SpinShortly();
        Result result = Device.Api.WaitForFences(Device.Handle, 1, in _fence, true, NanosecondsOf(limit));
        if (!result.EndsInTime("vkWaitForFences"))
        {
            Device.GiveUp();
            throw new DeviceLostException(
                $"{Device.Physical.Info.Name} did not end its work within {limit.TotalSeconds} s and is given up: "
                + "create the device and its sessions anew.", didNotEnd: true);
        }
        _pending = false;
        Measure();
    }

    // A CPU has better to do.
    private void SpinShortly()
    {
        if (Device.Physical.Info.Kind == GpuKind.Cpu)
            return;
        while (Stopwatch.GetElapsedTime(_submitted) < Spin
            && Device.Api.GetFenceStatus(Device.Handle, _fence) == Result.NotReady)
            Thread.SpinWait(20);
    }

    /// <summary>Tells the device what its work has taken.</summary>
    private void Measure()
    {
        if (Device.Pace is not { Divides: true, IsMeasured: true })
            return;
        Span<double> milliseconds = stackalloc double[1];
        foreach (CommandPart part in _parts)
            if (part.Clock is not null)
            {
                part.Clock.ReadDurations(milliseconds);
                Device.Took(milliseconds[0], part.Milliseconds / _slowness);
            }
            // Without a clock other work ahead counts as well. A host's queue may wait for long.
            else if (!Device.IsHosts && !_waited)
                Device.Took(
                    Stopwatch.GetElapsedTime(_submitted).TotalMilliseconds / _parts.Length,
                    part.Milliseconds / _slowness);
    }

    // From ten years on there is no limit.
    private static ulong NanosecondsOf(TimeSpan limit) =>
        limit.TotalDays > 3650 ? ulong.MaxValue : (ulong)limit.TotalNanoseconds;
}
