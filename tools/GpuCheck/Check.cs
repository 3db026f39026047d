using System.Diagnostics;
using SoftPool.Benchmarks;

namespace SoftPool.GpuCheck;

/// <summary>What the steps share: the device, the models, the rows, and the time that a step has left.</summary>
internal sealed class Check : IDisposable
{
    private readonly string _folder;
    private long _begin;
    private TimeSpan _limit;

    public Check(string folder, string? device, bool quick, Rows rows)
    {
        (_folder, Selector, IsQuick, Rows) = (folder, device, quick, rows);
        Device = GpuDevice.Create(device, new GpuDeviceOptions { PipelineCacheFolder = "" });
        Models =
        [
            .. Directory.GetFiles(Path.Combine(folder, "models"), "*.safetensors").Order(StringComparer.Ordinal)
                .Take(quick ? 2 : int.MaxValue).Select(SeededModel.Read),
        ];
    }

    public string? Selector { get; }

    /// <summary>Whether this is a rehearsal on a slow device: less of everything.</summary>
    public bool IsQuick { get; }

    public Rows Rows { get; }

    public GpuDevice Device { get; }

    public IReadOnlyList<(Model Model, string Strict)> Models { get; }

    /// <summary>The folder of the program.</summary>
    public string Folder => _folder;

    /// <summary>Whether the step's time is over: what it has not done then, it leaves out.</summary>
    public bool IsOver => Stopwatch.GetElapsedTime(_begin) > _limit;

    /// <summary>What of it is left.</summary>
    public TimeSpan Left => _limit - Stopwatch.GetElapsedTime(_begin);

    public void Begin(Step step) =>
        (_begin, _limit) = (Stopwatch.GetTimestamp(), TimeSpan.FromMinutes(step.Minutes));

    /// <summary>The precisions that the device has.</summary>
    public IEnumerable<SessionOptions> Precisions =>
    [
        new SessionOptions(),
        .. Device.Vulkan.HasFp16Storage ? [new SessionOptions { Fp16 = true }] : Array.Empty<SessionOptions>(),
    ];

    public static string Name(SessionOptions options) =>
        options.Fp16 ? "fp16" : options.Numerics == Numerics.Strict ? "strict" : "fp32";

    /// <summary>The median time of some calls, in milliseconds, after one that does not count.</summary>
    public static double Median(int count, Action call)
    {
        call();
        var times = new double[count];
        for (int i = 0; i < count; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            call();
            times[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }
        Array.Sort(times);
        return Math.Round(times[count / 2], 4);
    }

    public void Dispose() => Device.Dispose();
}
