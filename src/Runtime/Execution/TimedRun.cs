using System.Diagnostics;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Execution;

/// <summary>A whole run whose launches are timed one by one: by timestamps of the device, recorded once; on a device
/// without a clock by the CPU's, each launch submitted by itself.</summary>
internal sealed class TimedRun : IDisposable
{
    private readonly Ownership _ownership = new();
    private readonly List<KernelLaunch> _launches = [];
    private readonly double[] _milliseconds;
    private readonly Timestamps? _timestamps;
    // Without timestamps those of launches, and copies between them.
    private readonly List<(Submission Recording, bool IsLaunch)> _recordings = [];

    public TimedRun(PlannedModel planned, DeviceProgram program, InputStage input)
    {
        var steps = new List<(Action<Commands> Record, bool IsLaunch)>();
        foreach (BatchPart part in planned.Parts)
        {
            steps.Add((commands => RecordCopy(commands, part), false));
            for (int i = 0; i < input.LaunchesOf(part).Count; i++)
            {
                int launch = i;
                steps.Add((commands => input.RecordLaunch(commands, part, launch), true));
            }
            for (int i = 0; i < planned.Plan.Launches.Count; i++)
            {
                int launch = i;
                steps.Add((commands => program.RecordLaunch(commands, launch), true));
            }
            _launches.AddRange(input.LaunchesOf(part));
            _launches.AddRange(planned.Plan.Launches);
        }
        _milliseconds = new double[_launches.Count];
        try
        {
            if (planned.Device.HasClock)
            {
                _timestamps = _ownership.Take(new Timestamps(planned.Device, _launches.Count + 1));
                _recordings.Add((_ownership.Take(planned.Record(RecordAll)), false));
            }
            else
                foreach ((Action<Commands> record, bool isLaunch) in steps)
                    _recordings.Add((_ownership.Take(planned.Record(record)), isLaunch));
        }
        catch
        {
            Dispose();
            throw;
        }

        void RecordCopy(Commands commands, BatchPart part)
        {
            commands.Barrier();
            input.RecordCopy(commands, part);
            commands.Barrier();
        }

        // The first copy is no launch's time; that of another part of the batch is the time of the launch behind it.
        void RecordAll(Commands commands)
        {
            commands.Reset(_timestamps!);
            int taken = 0;
            foreach ((Action<Commands> record, bool isLaunch) in steps)
            {
                if (isLaunch && taken == 0)
                    commands.Take(_timestamps!, taken++);
                record(commands);
                if (isLaunch)
                    commands.Take(_timestamps!, taken++);
            }
        }
    }

    public IReadOnlyList<LaunchProfile> Run()
    {
        int launch = 0;
        foreach ((Submission recording, bool isLaunch) in _recordings)
        {
            long begin = Stopwatch.GetTimestamp();
            recording.Submit();
            recording.Wait();
            if (isLaunch)
                _milliseconds[launch++] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }
        _timestamps?.ReadDurations(_milliseconds);
        return
        [
            .. _launches.Zip(_milliseconds, (launch, milliseconds) => new LaunchProfile(
                launch.Layer, launch.Kernel, TimeSpan.FromMilliseconds(milliseconds),
                launch.Operands.Distinct().Sum(operand => operand.ByteCount))),
        ];
    }

    public void Dispose() => _ownership.Dispose();
}
