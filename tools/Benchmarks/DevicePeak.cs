using System.Runtime.InteropServices;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Benchmarks;

/// <summary>What a device reaches at best, by kernels that do nothing else.</summary>
/// <param name="GigaflopsPerSecond">Multiply-adds in registers, each two operations.</param>
/// <param name="GigabytesPerSecond">Reading a buffer of 64 MiB once, in order.</param>
internal sealed record DevicePeak(double GigaflopsPerSecond, double GigabytesPerSecond)
{
    // As in the shaders.
    private const int Lanes = 64, Rounds = 4096, MultiplyAddsInRound = 4 * 12, Reads = 64, TexelBinding = 4;
    private const long ReadBytes = 64 << 20;
    private const double Milliseconds = 20;
    private const int Repeats = 10;

    public static DevicePeak Measure(GpuDevice gpu)
    {
        VulkanDevice device = gpu.Vulkan;
        using DeviceBuffer buffer = DeviceBuffer.Storage(device, ReadBytes);
        var input = new BufferRange(buffer.Handle, 0, ReadBytes);

        double flops = 0, bytes = 0;
        // As many workgroups as take long enough for the clock.
        for ((int rows, int columns) = (1, 16); ; (rows, columns) = columns < GroupCount.Largest / 2
            ? (rows, 2 * columns) : (2 * rows, columns))
        {
            double time = Time(
                device, "peak_fma", [("ROUNDS", Rounds)], new GroupCount(columns, rows), input, inputs: 1);
            flops = Math.Max(flops, 2.0 * Lanes * Rounds * MultiplyAddsInRound * rows * columns / time);
            if (time >= Milliseconds)
                break;
        }
        // The ways to read that kernels have; texels where they are said to gain by them.
        foreach ((uint vector, uint texels) in (ReadOnlySpan<(uint, uint)>)[(1, 0), (2, 0), (4, 0), (4, 1)])
            if (texels == 0 || ReadBytes / (4 * sizeof(float)) <= device.Traits.LargestTexels)
                bytes = Math.Max(bytes, ReadBytes / Time(
                    device, "peak_read", [("VECTOR", vector), ("TEXELS", texels)],
                    new GroupCount((int)(ReadBytes / (4 * vector * Lanes * Reads))), input,
                    inputs: 4));
        return new DevicePeak(flops / 1e6, bytes / 1e6);
    }

    /// <summary>The least of some times, in milliseconds.</summary>
    private static double Time(
        VulkanDevice device, string kernel, SpecializationConstant[] constants,
        GroupCount groups, BufferRange input, int inputs)
    {
        using DeviceBuffer output = DeviceBuffer.Storage(device, Lanes * sizeof(float));
        // A view of texels may hold less than the buffer.
        var part = input with
        {
            ByteCount = Math.Min(input.ByteCount, device.Physical.Limits.MaxTexelBufferElements * 16L),
        };
        BufferRange[] ranges =
            [new(output.Handle, 0, output.ByteCount), .. Enumerable.Range(1, inputs)
                .Select(i => i == TexelBinding ? part : input)];
        var launch = new KernelLaunch(
            kernel, new KernelId(kernel), constants, groups,
            [.. ranges.Select(range => new Activation(range.ByteCount / sizeof(float)))],
            Texels: inputs >= TexelBinding ? 1u << TexelBinding : 0);
        using var pipeline = new ComputePipeline(device, launch, Load(kernel));
        using DescriptorSets sets = DescriptorSets.For(device, [launch]);
        BoundLaunch bound = sets.Bind(pipeline, launch, ranges);
        using var timestamps = new Timestamps(device, 2);
        using var recording = new Submission(device, commands =>
        {
            commands.Reset(timestamps);
            commands.Take(timestamps, 0);
            commands.Barrier();
            commands.Dispatch(bound);
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

    private static uint[] Load(string kernel)
    {
        using Stream stream = typeof(DevicePeak).Assembly.GetManifestResourceStream($"shaders/{kernel}.spv")!;
        var words = new uint[stream.Length / sizeof(uint)];
        stream.ReadExactly(MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }
}
