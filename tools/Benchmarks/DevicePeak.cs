using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Benchmarks;

/// <summary>What a device reaches at best, by kernels that do nothing else.</summary>
/// <param name="GigaflopsPerSecond">Multiply-adds in registers, each two operations.</param>
/// <param name="GigabytesPerSecond">Reading a buffer once, in order.</param>
internal sealed record DevicePeak(double GigaflopsPerSecond, double GigabytesPerSecond)
{
    // As in the shaders.
    private const int Lanes = 64, Rounds = 4096, MultiplyAddsInRound = 4 * 12, Reads = 64;
    private const double Milliseconds = 20;
    private const int Repeats = 10;

    /// <param name="gpu">The device.</param>
    /// <param name="readBytes">The size of the buffer that is read, a multiple of 64 KiB.</param>
    public static DevicePeak Measure(GpuDevice gpu, long readBytes = 64 << 20)
    {
        VulkanDevice device = gpu.Vulkan;
        using DeviceBuffer buffer = DeviceBuffer.Storage(device, readBytes);

        double flops = 0, bytes = 0;
        // As many workgroups as take long enough for the clock.
        for ((int rows, int columns) = (1, 16); ; (rows, columns) = columns < GroupCount.Largest / 2
            ? (rows, 2 * columns) : (2 * rows, columns))
        {
            double time = Time(
                device, "peak_fma", [("ROUNDS", Rounds)], new GroupCount(columns, rows), buffer, inputs: 1);
            flops = Math.Max(flops, 2.0 * Lanes * Rounds * MultiplyAddsInRound * rows * columns / time);
            if (time >= Milliseconds)
                break;
        }
        // The ways to read that kernels have; texels where they are said to gain by them.
        foreach ((uint vector, uint texels) in (ReadOnlySpan<(uint, uint)>)[(1, 0), (2, 0), (4, 0), (4, 1)])
        {
            long groups = readBytes / (4 * vector * Lanes * Reads);
            if (groups > GroupCount.Largest
                || (texels != 0 && readBytes / (4 * sizeof(float)) > device.Traits.LargestTexels))
                continue;
            bytes = Math.Max(bytes, readBytes / Time(
                device, "peak_read", [("VECTOR", vector), ("TEXELS", texels)], new GroupCount((int)groups), buffer,
                inputs: 4));
        }
        return new DevicePeak(flops / 1e6, bytes / 1e6);
    }

    /// <summary>The least of some times, in milliseconds.</summary>
    private static double Time(
        VulkanDevice device, string kernel, SpecializationConstant[] constants,
        GroupCount groups, DeviceBuffer input, int inputs)
    {
        using var launch = new PeakLaunch(device, kernel, constants, groups, input, inputs);
        using var timestamps = new Timestamps(device, 2);
        using var recording = new Submission(device, commands =>
        {
            commands.Reset(timestamps);
            commands.Take(timestamps, 0);
            commands.Barrier();
            commands.Dispatch(launch.Bound);
            commands.Take(timestamps, 1);
        });
        double least = double.PositiveInfinity;
        Span<double> time = stackalloc double[1];
        for (int i = 0; i <= Repeats; i++)
        {
            recording.Submit();
            recording.Wait();
            timestamps.ReadDurations(time);
            if (i > 0) // the first may pay for compilation
                least = Math.Min(least, time[0]);
        }
        return least;
    }
}
