using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>The options of a <see cref="GpuDevice"/>.</summary>
public sealed record GpuDeviceOptions
{
    /// <summary>The folder of the cache files: compiled kernels, self-test results and measurements, separately for
    /// each device, driver and version of the runtime. Null for the user's cache folder; empty for no cache. A cache
    /// file that cannot be read or written costs time, nothing else.</summary>
    public string? PipelineCacheFolder { get; init; }

    /// <summary>Whether kernels are tested before use. Each kernel is compared with the reference before the first
    /// session that needs the kernel; then each network is tested at its own shapes. A kernel that gives wrong results,
    /// or different bits from run to run, is replaced by another kernel. A test runs once for each device, driver and
    /// version of the runtime; <see cref="PipelineCacheFolder"/> keeps the results. If false, kernels that failed
    /// earlier are still avoided. Default: true.</summary>
    public bool SelfTest { get; init; } = true;

    /// <summary>Lets a test replace a kernel's SPIR-V, by its name.</summary>
    internal Func<KernelLaunch, uint[]>? KernelCode { get; init; }

    /// <summary>How many bytes of NaN lie at least before and behind each operand, for tests of what kernels read. Then
    /// no operand shares memory with another.</summary>
    internal int GuardBytes { get; init; }

    /// <summary>Whether the driver keeps what it knows of the kernels that it compiled, for
    /// <see cref="ComputePipeline.Statistics"/>.</summary>
    internal bool InspectPipelines { get; init; }

    /// <summary>How long the device may work before it is taken for lost; nothing for what suits the device.</summary>
    internal TimeSpan WaitLimit { get; init; }

    /// <summary>How much is submitted at once; null for what suits the device.</summary>
    internal Pace? Pace { get; init; }

    /// <summary>What a test has the device pretend to be.</summary>
    internal InventedDevice? Invented { get; init; }
}
