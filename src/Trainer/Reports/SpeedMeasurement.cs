using SoftPool.Trainer.Benchmarks;

namespace SoftPool.Trainer.Reports;

/// <summary>Measures models for a report: in torch and on every Vulkan device that runs the kernels.</summary>
internal static class SpeedMeasurement
{
    private const double SecondsEach = 8;

    /// <summary>The devices to measure, and what to say of them: a machine without Vulkan still has torch.</summary>
    public static (IReadOnlyList<GpuDeviceInfo> Devices, string Note) Devices()
    {
        try
        {
            IReadOnlyList<GpuDeviceInfo> devices = [.. GpuDevice.Enumerate().Where(info => info.Unsupported is null)];
            return (devices, devices.Count == 0
                ? "No Vulkan device of this machine runs the kernels."
                : "Vulkan on " + string.Join("; ", devices.Select(device => $"{device.Name}, driver {device.Driver}"))
                + ".");
        }
        catch (Exception e) when (e is VulkanLoaderNotFoundException or VulkanDriverNotFoundException)
        {
            return ([], $"Vulkan was not measured: {e.Message}");
        }
    }

    /// <summary>Measures each model at each batch, one after the other; the runners of one alternate.</summary>
    /// <param name="models">The models.</param>
    /// <param name="devices">The Vulkan devices.</param>
    /// <param name="batches">The numbers of images at once.</param>
    /// <param name="progress">Is told the share done.</param>
    /// <param name="cancel">Stops after the measurement at hand.</param>
    /// <returns>The rows of each model, and what to say of devices that were left out; empty where none was.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static (IReadOnlyList<IReadOnlyList<ThroughputRow>> Rows, string Note) Run(
        IReadOnlyList<Model> models, IReadOnlyList<GpuDeviceInfo> devices, int[] batches, IProgress<double> progress,
        CancellationToken cancel)
    {
        var all = new List<IReadOnlyList<ThroughputRow>>();
        var leftOut = new List<string>();
        int done = 0;
        foreach (Model model in models)
        {
            var rows = new List<ThroughputRow>();
            foreach (int batch in batches)
            {
                cancel.ThrowIfCancellationRequested();
                rows.AddRange(Throughput.Measure(
                    model, devices, batch, SecondsEach,
                    leaveOut: (device, e) => leftOut.Add($" Left out at batch {batch}: {device}, {e.Message}")));
                progress.Report((double)++done / (models.Count * batches.Length));
            }
            all.Add(rows);
        }
        cancel.ThrowIfCancellationRequested();
        return (all, string.Concat(leftOut.Distinct()));
    }
}
