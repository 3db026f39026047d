using System.Diagnostics;

namespace SoftPool.Vulkan;

/// <summary>Runs a program launch by launch, as many at a time as fit in a frame's budget. Each launch's last duration is the
/// estimate of its next.</summary>
internal sealed class SteppedRun : IDisposable
{
    private readonly Ownership _ownership = new();
    private readonly CommandRecording[] _parts;
    private readonly TimeSpan[] _durations;
    private int _next;

    public SteppedRun(VulkanDevice device, Model model, SoftPool.Planning.ExecutionPlan plan)
    {
        try
        {
            DeviceProgram program = _ownership.Take(new DeviceProgram(device, model, plan, keepLayerOutputs: false));
            Staging = _ownership.Take(new HostStaging(device, plan, keepLayerOutputs: false));
            int launches = plan.Dispatches.Count;
            _parts = new CommandRecording[launches + 2];
            _durations = new TimeSpan[_parts.Length];
            _parts[0] = _ownership.Take(new CommandRecording(
                device, commands => Staging.RecordUpload(commands, program)));
            for (int i = 0; i < launches; i++)
                _parts[i + 1] = _ownership.Take(new CommandRecording(
                    device, commands => program.RecordLaunch(commands, i)));
            _parts[^1] = _ownership.Take(new CommandRecording(device, commands =>
            {
                commands.Barrier();
                Staging.RecordReadBack(commands, program);
            }));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public HostStaging Staging { get; }

    /// <summary>Whether all launches are done.</summary>
    public bool IsDone => _next == _parts.Length;

    /// <summary>Begins anew.</summary>
    public void Begin()
    {
        if (!IsDone)
            _parts[_next].Wait(); // Whoever waited for it in vain has left it running, on the memory that a new run writes.
        _next = 0;
    }

    /// <summary>Runs launches while the next is expected to end within the budget; at least one, so that there is an end.
    /// </summary>
    public void Step(TimeSpan budget)
    {
        long begin = Stopwatch.GetTimestamp();
        TimeSpan spent = default;
        do
        {
            _parts[_next].Submit();
            _parts[_next].Wait();
            TimeSpan now = Stopwatch.GetElapsedTime(begin);
            _durations[_next++] = now - spent;
            spent = now;
        }
        while (!IsDone && spent + _durations[_next] <= budget);
    }

    public void Dispose() => _ownership.Dispose();
}
