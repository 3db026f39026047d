using System.Diagnostics;
using SoftPool.Trainer.Networks;
using TorchSharp;

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
    private const int FewestRounds = 5;

    /// <param name="model">The network.</param>
    /// <param name="devices">The Vulkan devices.</param>
    /// <param name="batch">Images at once.</param>
    /// <param name="seconds">For about how long to measure, all runners together.</param>
    /// <param name="numerics">In which numerics each device runs; fast alone unless given.</param>
    public static IReadOnlyList<ThroughputRow> Measure(
        Model model, IReadOnlyList<GpuDeviceInfo> devices, int batch, double seconds,
        params ReadOnlySpan<Numerics> numerics)
    {
        TensorShape shape = model.Graph.InputShape;
        using torch.Tensor inputs = torch.randn([batch, .. shape.Extents.ToArray()]);
        float[] input = inputs.data<float>().ToArray();
        var output = new float[batch * model.Graph.OutputShape.Count];

        bool cuda = torch.cuda.is_available();
        torch.Device torchDevice = torch.device(cuda ? "cuda" : "cpu");
        using var torchNetwork = new TorchNetwork(model.Graph);
        torchNetwork.LoadWeights(model.Weights);
        torchNetwork.to(torchDevice);
        torchNetwork.eval();
        var gpus = new List<GpuDevice>();
        var sessions = new List<InferenceSession>();
        try
        {
            var runners = new List<(string Name, Action Run)>
            {
                (cuda ? "torch, CUDA" : $"torch, CPU, {torch.get_num_threads()} threads", () =>
                {
                    using var scope = torch.NewDisposeScope();
                    using IDisposable noGradients = torch.no_grad();
                    torchNetwork.call(inputs.to(torchDevice)).cpu().data<float>().CopyTo(output);
                }),
            };
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
            return [.. Medians(runners.Select(runner => runner.Run).ToList(), seconds)
                .Zip(runners, (median, runner) => new ThroughputRow(runner.Name, batch, median))];
        }
        finally
        {
            sessions.ForEach(session => session.Dispose());
            gpus.ForEach(gpu => gpu.Dispose());
        }
    }

    private static IEnumerable<double> Medians(List<Action> runners, double seconds)
    {
        // The first run of each pays for compilation and first touches.
        runners.ForEach(run => run());
        var times = runners.Select(_ => new List<double>()).ToList();
        var total = Stopwatch.StartNew();
        while (times[0].Count < FewestRounds || total.Elapsed.TotalSeconds < seconds)
            for (int i = 0; i < runners.Count; i++)
            {
                long begin = Stopwatch.GetTimestamp();
                runners[i]();
                times[i].Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
        return times.Select(list => list.Order().ElementAt(list.Count / 2));
    }
}
