using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>How a device is opened.</summary>
public sealed record GpuDeviceOptions
{
    /// <summary>The folder that keeps compiled kernels, test results and measurements from one start to the next, in
    /// files for each device, driver and version. Null for the user's cache folder, empty for none. A file that cannot
    /// be read or written costs time, nothing else.</summary>
    public string? PipelineCacheFolder { get; init; }

    /// <summary>Whether each kernel is tested before the first session that needs it, against the reference, and then
    /// each network at its own shapes. A kernel that is wrong or gives other bits from run to run is not used, and
    /// another takes its place. A test runs once for a device, driver and version of the runtime;
    /// <see cref="PipelineCacheFolder"/> keeps the results. Without tests, kernels that were found wrong earlier are
    /// still avoided.</summary>
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
