using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Benchmarks;

/// <summary>A launch of one of this folder's own kernels, ready to be recorded. It reads one buffer through all its
/// inputs, and overwrites 64 floats.</summary>
internal sealed class PeakLaunch : IDisposable
{
    private const int Lanes = 64, TexelBinding = 4, LeastInput = 1 << 16;
    private readonly Ownership _ownership = new();

    /// <param name="device">Where it runs.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="constants">The values of its constants.</param>
    /// <param name="groups">The number of workgroups.</param>
    /// <param name="input">What it reads; null for a small buffer.</param>
    /// <param name="inputs">Through how many bindings, the fourth as texels.</param>
    public PeakLaunch(
        VulkanDevice device, string kernel, SpecializationConstant[] constants, GroupCount groups,
        DeviceBuffer? input = null, int inputs = 1)
    {
        try
        {
            DeviceBuffer output = _ownership.Take(DeviceBuffer.Storage(device, Lanes * sizeof(float)));
            DeviceBuffer read = input ?? _ownership.Take(DeviceBuffer.Storage(device, LeastInput));
            // A view of texels may hold less than the buffer.
            BufferRange all = read.Part(0, read.ByteCount), part = read.Part(
                0, Math.Min(read.ByteCount, device.Physical.Limits.MaxTexelBufferElements * 16L));
            BufferRange[] ranges =
                [output.Part(0, output.ByteCount), .. Enumerable.Range(1, inputs)
                    .Select(i => i == TexelBinding ? part : all)];
            var launch = new KernelLaunch(
                kernel, new KernelId(kernel), constants, groups,
                [.. ranges.Select(range => new Activation(range.ByteCount / sizeof(float)))],
                Texels: inputs >= TexelBinding ? 1u << TexelBinding : 0);
            ComputePipeline pipeline = _ownership.Take(
                new ComputePipeline(device, launch, EmbeddedShaders.Load(kernel, typeof(PeakLaunch).Assembly)));
            Bound = _ownership.Take(DescriptorSets.For(device, [launch])).Bind(pipeline, launch, ranges);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public BoundLaunch Bound { get; }

    public void Dispose() => _ownership.Dispose();
}
