namespace SoftPool.Trainer.Benchmarks;

/// <summary>How fast one runner computes one batch.</summary>
/// <param name="Runner">torch on the CPU or on CUDA, or a Vulkan device.</param>
/// <param name="Batch">Images at once.</param>
/// <param name="Milliseconds">The median time of a run.</param>
internal sealed record ThroughputRow(string Runner, int Batch, double Milliseconds)
{
    public double ImagesPerSecond => Batch * 1000 / Milliseconds;
}

/// <summary>Times torch and Vulkan devices side by side: their runs take turns, so that whatever else the machine does
/// slows all alike, and medians are compared.</summary>
internal static class Throughput
{
    /// <param name="model">The network.</param>
    /// <param name="devices">The Vulkan devices.</param>
    /// <param name="batch">Images at once.</param>
    /// <param name="seconds">For about how long to measure, all runners together.</param>
    /// <param name="numerics">In which numerics each device runs; fast alone unless given.</param>
    public static IReadOnlyList<ThroughputRow> Measure(
        Model model, IReadOnlyList<GpuDeviceInfo> devices, int batch, double seconds,
        params ReadOnlySpan<Numerics> numerics)
    {
        var random = new Random(1);
        float[] input = [.. Enumerable.Range(0, batch * model.Graph.InputShape.Count).Select(_ => random.NextSingle() * 4 - 2)];
        var output = new float[batch * model.Graph.OutputShape.Count];
        using var torchRunner = new TorchRunner(model, input);
        var gpus = new List<GpuDevice>();
        var sessions = new List<InferenceSession>();
        try
        {
            var runners = new List<(string Name, Action Run)> { (TorchRunner.Name, torchRunner.Run) };
            foreach (GpuDeviceInfo device in devices)
            {
                gpus.Add(GpuDevice.Create($"{device.Index}"));
                foreach (Numerics kind in numerics.IsEmpty ? [Numerics.Fast] : numerics)
                {
                    InferenceSession session = gpus[^1].CreateSession(
                        model, new SessionOptions { Batch = batch, Numerics = kind });
                    sessions.Add(session);
                    string name = kind == Numerics.Strict ? $"{device.Name}, strict" : device.Name;
                    runners.Add(($"Vulkan, {name}", () => session.Run(input, output)));
                }
            }
            return [.. Interleaved.Measure([.. runners.Select(runner => Interleaved.ByHost(runner.Run))], seconds)
                .Zip(runners, (timing, runner) => new ThroughputRow(runner.Name, batch, timing.Median))];
        }
        finally
        {
            sessions.ForEach(session => session.Dispose());
            gpus.ForEach(gpu => gpu.Dispose());
        }
    }
}
