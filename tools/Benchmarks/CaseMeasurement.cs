using SoftPool.Kernels;
using SoftPool.Trainer.Benchmarks;

namespace SoftPool.Benchmarks;

/// <summary>Times one case at one batch on torch and on devices, which alternate.</summary>
internal static class CaseMeasurement
{
    private const int FewestRuns = 3;

    /// <param name="what">The network or operator.</param>
    /// <param name="batch">Items at once.</param>
    /// <param name="devices">The devices, and what each is called.</param>
    /// <param name="peaks">What each device reaches at best.</param>
    /// <param name="seconds">For about how long to measure.</param>
    public static (IReadOnlyList<MeasuredRow> Rows, IReadOnlyList<LayerRow> Layers) Measure(
        BenchmarkCase what, int batch, IReadOnlyList<GpuDevice> devices,
        IReadOnlyDictionary<GpuDevice, DevicePeak> peaks, double seconds)
    {
        Model model = what.CreateModel();
        var random = new Random(1);
        float[] input = [.. Enumerable.Range(0, batch * what.Graph.InputShape.ElementCount)
            .Select(_ => random.NextSingle() * 4 - 2)];
        var output = new float[batch * what.Graph.OutputShape.ElementCount];
        var sessions = new List<(GpuDevice Device, InferenceSession Session, Profiler Profiler)>();
        using var torch = new TorchRunner(model, input);
        try
        {
            foreach (GpuDevice device in devices)
            {
                InferenceSession session = device.CreateSession(model, new SessionOptions { Batch = batch });
                sessions.Add((device, session, session.CreateProfiler()));
            }
            IReadOnlyList<Timing> timings = Interleaved.Measure(
                [
                    // A device is timed by its own clock there, without the copies to and from the device.
                    Interleaved.ByHost(what.IsOperator ? torch.Compute : torch.Run),
                    .. sessions.Select(entry => what.IsOperator
                        ? ByDevice(entry.Profiler, input)
                        : Interleaved.ByHost(() => entry.Session.Run(input, output))),
                ],
                seconds, FewestRuns);

            double flops = batch * Work.Of(what.Graph);
            var rows = new List<MeasuredRow> { Row(TorchRunner.Name, timings[0], flops, null, null) };
            foreach (((GpuDevice device, InferenceSession session, _), Timing timing) in sessions.Zip(timings.Skip(1)))
                rows.Add(Row(
                    Machine.RunnerOf(device.Info), timing, flops,
                    what.IsOperator ? session.Plan.Launches.Sum(Bytes) : null, peaks[device]));
            return (rows, what.IsOperator ? [] :
                [.. sessions.SelectMany(entry =>
                    Layers(what, batch, entry.Device, entry.Profiler, peaks[entry.Device], input))]);
        }
        finally
        {
            foreach ((_, InferenceSession session, Profiler profiler) in sessions)
            {
                profiler.Dispose();
                session.Dispose();
            }
        }

        MeasuredRow Row(string runner, Timing timing, double flops, long? bytes, DevicePeak? peak)
        {
            double? rate = flops > 0 ? flops / timing.Median / 1e6 : null, flow = bytes / timing.Median / 1e6;
            return new MeasuredRow(
                what.Name, batch, runner, timing, rate, flow, peak is null ? null : Share(rate, flow, peak));
        }
    }

    /// <summary>The time of all launches on the device's own clock.</summary>
    private static Func<double> ByDevice(Profiler profiler, float[] input) =>
        () => profiler.Run(input).Sum(launch => launch.DeviceTime.TotalMilliseconds);

    private static IEnumerable<LayerRow> Layers(
        BenchmarkCase what, int batch, GpuDevice device, Profiler profiler, DevicePeak peak, float[] input)
    {
        IReadOnlyList<LaunchProfile> launches = profiler.Run(input); // The driver may compile.
        double[][] times = [.. Enumerable.Range(0, FewestRuns).Select(_ =>
            profiler.Run(input).Select(launch => launch.DeviceTime.TotalMilliseconds).ToArray())];
        Dictionary<string, double> flops = Enumerable.Range(0, what.Graph.Layers.Count).ToDictionary(
            i => what.Graph.Layers[i].Name, i =>
                batch * Work.Of(what.Graph.Layers[i].Operator, what.Graph.OutputShapeOf(i)));
        foreach (IGrouping<string, int> layer in Enumerable.Range(0, launches.Count).GroupBy(i => launches[i].Layer))
        {
            double time = layer.Sum(i => times.Select(run => run[i]).Order().ElementAt(FewestRuns / 2));
            double? rate = flops[layer.Key] > 0 ? flops[layer.Key] / time / 1e6 : null;
            double flow = layer.Sum(i => launches[i].Bytes) / time / 1e6;
            yield return new LayerRow(
                what.Name, batch, Machine.RunnerOf(device.Info), layer.Key,
                string.Join(" + ", layer.Select(i => launches[i].Kernel)), time, rate, flow, Share(rate, flow, peak));
        }
    }

    private static long Bytes(KernelLaunch launch) => launch.Operands.Distinct().Sum(operand => operand.ByteCount);

    private static double Share(double? gigaflops, double? gigabytes, DevicePeak peak) => Math.Max(
        (gigaflops ?? 0) / peak.GigaflopsPerSecond, (gigabytes ?? 0) / peak.GigabytesPerSecond);
}
