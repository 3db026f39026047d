using SoftPool.Trainer.Verification;

namespace SoftPool.Trainer.Benchmarks;

/// <summary>How fast one runner computes one batch.</summary>
/// <param name="Runner">torch on the CPU or on CUDA, or a Vulkan device.</param>
/// <param name="Batch">Images at once.</param>
/// <param name="Milliseconds">The median time of a run.</param>
internal sealed record ThroughputRow(string Runner, int Batch, double Milliseconds)
{
    public double ImagesPerSecond => Batch * 1000 / Milliseconds;
}

/// <summary>Times torch and Vulkan devices side by side: their runs alternate, so that whatever else the machine does
/// slows all alike, and medians are compared.</summary>
internal static class Throughput
{
    /// <param name="model">The network.</param>
    /// <param name="devices">The Vulkan devices.</param>
    /// <param name="batch">Images at once.</param>
    /// <param name="seconds">For about how long to measure, all runners together.</param>
    /// <param name="numerics">In which numerics each device runs; fast alone unless given.</param>
    /// <param name="leaveOut">Is told of a device that cannot run the model and why, and the others are measured
    /// without it; where there is none, that device's exception is thrown.</param>
    /// <param name="onnx">The model's ONNX file, to measure ONNX Runtime too; null for torch and devices
    /// alone.</param>
    public static IReadOnlyList<ThroughputRow> Measure(
        Model model, IReadOnlyList<GpuDeviceInfo> devices, int batch, double seconds,
        IReadOnlyList<Numerics>? numerics = null, Action<string, SoftPoolException>? leaveOut = null,
        OnnxPair? onnx = null)
    {
        float[][] all = InputsOf(model.Graph, batch);
        ReadOnlyMemory<float>[] inputs = [.. all];
        Memory<float>[] outputs =
            [.. model.Graph.Outputs.Select(output => new float[batch * output.Shape.ElementCount])];
        using var torchRunner = new TorchRunner(model, all);
        using OnnxCpuRunner? onnxRunner = onnx is null ? null : new OnnxCpuRunner(onnx, all);
        var gpus = new List<GpuDevice>();
        var sessions = new List<InferenceSession>();
        try
        {
            var runners = new List<(string Name, Action Run)> { (TorchRunner.Name, torchRunner.Run) };
            if (onnxRunner is not null)
                runners.Add((OnnxCpuRunner.Name, onnxRunner.Run));
            foreach (GpuDeviceInfo device in devices)
                try
                {
                    gpus.Add(GpuDevice.Create($"{device.Index}"));
                    foreach (Numerics kind in numerics ?? [Numerics.Fast])
                    {
                        InferenceSession session = gpus[^1].CreateSession(
                            model, new SessionOptions { Batch = batch, Numerics = kind });
                        sessions.Add(session);
                        // Most of what can fail does so in the first run.
                        session.Run(inputs, outputs);
                        string name = NameOf(device, devices);
                        runners.Add(
                            (kind == Numerics.Strict ? $"{name}, strict" : name, () => session.Run(inputs, outputs)));
                    }
                }
                catch (SoftPoolException e) when (leaveOut is not null)
                {
                    leaveOut(NameOf(device, devices), e);
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

    /// <summary>A batch of each input of a network, in [-2, 2).</summary>
    public static float[][] InputsOf(ModelGraph graph, int batch)
    {
        var random = new Random(1);
        return
        [
            .. graph.Inputs.Select(input => Enumerable.Range(0, batch * input.Shape.ElementCount)
                .Select(_ => random.NextSingle() * 4 - 2).ToArray()),
        ];
    }

    /// <summary>What a device is called in tables: with its index where another one has its name.</summary>
    public static string NameOf(GpuDeviceInfo device, IReadOnlyList<GpuDeviceInfo> devices) =>
        devices.Count(other => other.Name == device.Name) > 1
            ? $"Vulkan, {device.Name}, {device.Index}" : $"Vulkan, {device.Name}";
}
