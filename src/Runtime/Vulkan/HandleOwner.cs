namespace SoftPool.Vulkan;

/// <summary>An object that owns Vulkan handles of a device. It keeps the device until it is disposed itself, so the
/// order of disposal is of no matter; and it is disposed once, however often it is asked to.</summary>
internal abstract class HandleOwner : IDisposable
{
    private bool _disposed;

    protected HandleOwner(VulkanDevice device)
    {
        Device = device;
        device.AddReference();
        LiveObjects.Created();
    }

    protected VulkanDevice Device { get; }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        // What the device never ended may still use the handles: they are left to the driver, which frees them with the
        // process.
        if (!Device.IsGivenUp)
            Destroy();
        LiveObjects.Destroyed();
        Device.Release();
    }

    /// <summary>Destroys the handles that are there; Vulkan passes over those that are null.</summary>
    protected abstract void Destroy();
}
