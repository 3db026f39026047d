using SoftPool.Kernels;

namespace SoftPool;

/// <summary>How a device is opened.</summary>
public sealed record GpuDeviceOptions
{
    /// <summary>Where compiled kernels are kept from one start to the next: one file a device, driver and version of the
    /// kernels. Null for the user's cache folder, empty for nowhere. What cannot be read or written there is done
    /// without.</summary>
    public string? PipelineCacheFolder { get; init; }

    /// <summary>Whether a kernel is tested before the first session that needs it: several times on small seeded data, against the
    /// reference. What is wrong or unsteady there is not used, and another kernel takes its place. Once for a device, driver and
    /// version of the runtime: verdicts are kept in <see cref="PipelineCacheFolder"/>. Off, nothing is tested; what is remembered to
    /// be wrong is avoided all the same.</summary>
    public bool SelfTest { get; init; } = true;

    /// <summary>Lets a test replace a kernel's SPIR-V, by its name.</summary>
    internal Func<KernelLaunch, uint[]>? KernelCode { get; init; }

    /// <summary>How many bytes of NaN lie at least before and behind each operand, for tests of what kernels read. Then no operand
    /// shares memory with another.</summary>
    internal int GuardBytes { get; init; }

    /// <summary>Whether the driver keeps what it knows of the kernels that it compiled, for
    /// <see cref="Vulkan.ComputePipeline.Statistics"/>.</summary>
    internal bool InspectPipelines { get; init; }
}
