using SoftPool.Planning;

namespace SoftPool.Vulkan;

/// <summary>Runs a program and takes the time of each launch on the device's own clock. Between launches stands the barrier that
/// every run has, so the times add up to the program's.</summary>
internal sealed class TimedRun : IDisposable
{
    private readonly Ownership _ownership = new();
    private readonly Timestamps _timestamps;
    private readonly CommandRecording _recording;

    public TimedRun(VulkanDevice device, Model model, ExecutionPlan plan)
    {
        try
        {
            DeviceProgram program = _ownership.Take(new DeviceProgram(device, model, plan, keepLayerOutputs: false));
            Staging = _ownership.Take(new HostStaging(device, plan, keepLayerOutputs: false));
            int launches = plan.Dispatches.Count;
            _timestamps = _ownership.Take(new Timestamps(device, launches + 1));
            _recording = _ownership.Take(new CommandRecording(device, commands =>
            {
                commands.Reset(_timestamps);
                Staging.RecordUpload(commands, program);
                commands.Barrier();
                commands.Take(_timestamps, 0);
                for (int i = 0; i < launches; i++)
                {
                    program.RecordLaunch(commands, i);
                    commands.Take(_timestamps, i + 1);
                }
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

    /// <summary>Runs, and writes each launch's time in milliseconds.</summary>
    public void Run(Span<double> milliseconds)
    {
        _recording.Submit();
        _recording.Wait();
        _timestamps.ReadDurations(milliseconds);
    }

    public void Dispose() => _ownership.Dispose();
}
