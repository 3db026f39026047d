using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>A whole run with a timestamp after each launch, recorded once.</summary>
internal sealed class TimedRun : IDisposable
{
    private readonly Ownership _ownership = new();
    private readonly KernelLaunch[] _launches;
    private readonly double[] _milliseconds;
    private readonly Timestamps _timestamps;
    private readonly Submission _recording;

    /// <exception cref="UnsupportedDeviceException">The device has no clock.</exception>
    public TimedRun(PlannedModel planned, DeviceProgram program, InputStage input)
    {
        _launches = [.. input.Launches, .. planned.Plan.Launches];
        _milliseconds = new double[_launches.Length];
        try
        {
            _timestamps = _ownership.Take(new Timestamps(planned.Device, _launches.Length + 1));
            _recording = _ownership.Take(planned.Record(commands =>
            {
                commands.Reset(_timestamps);
                input.RecordCopy(commands);
                commands.Barrier();
                commands.Take(_timestamps, 0);
                for (int i = 0; i < _launches.Length; i++)
                {
                    if (i < input.Launches.Count)
                        input.RecordLaunch(commands, i);
                    else
                        program.RecordLaunch(commands, i - input.Launches.Count);
                    commands.Take(_timestamps, i + 1);
                }
            }));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<LaunchProfile> Run()
    {
        _recording.Submit();
        _recording.Wait();
        _timestamps.ReadDurations(_milliseconds);
        return
        [
            .. _launches.Zip(_milliseconds, (launch, milliseconds) => new LaunchProfile(
                launch.Layer, launch.Kernel, TimeSpan.FromMilliseconds(milliseconds),
                launch.Operands.Distinct().Sum(operand => operand.ByteCount))),
        ];
    }

    public void Dispose() => _ownership.Dispose();
}
