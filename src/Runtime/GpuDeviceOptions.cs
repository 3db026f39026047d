namespace SoftPool;

/// <summary>How a device is opened.</summary>
public sealed record GpuDeviceOptions
{
    /// <summary>Where compiled kernels are kept from one start to the next: one file a device, driver and version of the
    /// kernels. Null for the user's cache folder, empty for nowhere. What cannot be read or written there is done
    /// without.</summary>
    public string? PipelineCacheFolder { get; init; }

    /// <summary>Whether the driver keeps what it knows of the kernels that it compiled, for
    /// <see cref="Vulkan.ComputePipeline.Statistics"/>.</summary>
    internal bool InspectPipelines { get; init; }
}
