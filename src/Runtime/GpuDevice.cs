using SoftPool.Execution;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>A device on which sessions run. Any thread may use it. Dispose in any order: a device that is disposed
/// first lives until its last session is gone.</summary>
public sealed class GpuDevice : IDisposable
{
    private readonly Lock _lock = new();
    private bool _disposed;

    private GpuDevice(VulkanDevice vulkan) => (Vulkan, Info) = (vulkan, vulkan.Physical.Info);

    /// <summary>Closes a device that nobody disposed, unless it is a host's, which may have destroyed it.</summary>
    ~GpuDevice() => NotDisposed.Free(this, "A device", Vulkan);

    /// <summary>The device's properties.</summary>
    public GpuDeviceInfo Info { get; }

    /// <summary>The kernels that failed the self-test with this driver and are not used, in this process or in an
    /// earlier one whose results were kept. Kernels that no session has needed yet are not tested.</summary>
    public IReadOnlyList<RejectedKernel> RejectedKernels => Vulkan.Variants.RejectedKernels;

    internal VulkanDevice Vulkan { get; }

    /// <summary>All Vulkan devices of the machine, in the loader's order.</summary>
    /// <exception cref="VulkanLoaderNotFoundException">There is no Vulkan loader.</exception>
    /// <exception cref="VulkanDriverNotFoundException">There is no driver with a device.</exception>
    public static IReadOnlyList<GpuDeviceInfo> Enumerate()
    {
        using var instance = new VulkanInstance();
        return [.. instance.PhysicalDevices().Select(device => device.Info)];
    }

    /// <summary>Opens a device.</summary>
    /// <param name="selector">The device's index in <see cref="Enumerate"/>, or a part of its name in any case; a
    /// number that is no index is searched for in the names. Null for the best kind there is: a discrete GPU, an
    /// integrated one, a virtual one, the CPU.</param>
    /// <param name="options">How it is opened.</param>
    /// <exception cref="VulkanLoaderNotFoundException">There is no Vulkan loader.</exception>
    /// <exception cref="VulkanDriverNotFoundException">There is no driver with a device.</exception>
    /// <exception cref="DeviceNotFoundException">No device matches, or none can run the kernels.</exception>
    public static GpuDevice Create(string? selector = null, GpuDeviceOptions? options = null)
    {
        var instance = new VulkanInstance();
        VulkanPhysicalDevice physical;
        try
        {
            physical = Choose(instance.PhysicalDevices(), selector);
            if (options?.Invented is { } invented)
                physical.Pretend(invented);
        }
        catch
        {
            instance.Dispose();
            throw;
        }
        return new GpuDevice(new VulkanDevice(instance, physical, CacheFile(options, physical), options?.InspectPipelines ?? false)
        {
            SelfTests = options?.SelfTest ?? true,
            KernelCode = options?.KernelCode,
            GuardBytes = options?.GuardBytes ?? 0,
            WaitLimit = options?.WaitLimit ?? default,
            Pace = options?.Pace ?? Pace.Of(physical.Info.Kind),
        });
    }

    /// <summary>Uses a device that a host has created. The runtime never destroys the host's objects.</summary>
    /// <param name="host">The host's handles, which must stay valid until this device and its sessions are
    /// disposed.</param>
    /// <param name="options">How it is opened.</param>
    /// <exception cref="ArgumentException">A handle is null, the queue family takes no compute work, or the lock is a
    /// <see cref="Lock"/>.</exception>
    /// <exception cref="DeviceNotFoundException">The kernels cannot run there.</exception>
    public static GpuDevice FromHost(HostDevice host, GpuDeviceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (host.Instance == 0 || host.PhysicalDevice == 0 || host.Device == 0 || host.Queue == 0)
            throw new ArgumentException("Adopting takes an instance, a physical device, a device and a queue; one is null.", nameof(host));
        if (host.QueueLock is Lock)
            throw new ArgumentException("QueueLock must not be a System.Threading.Lock: seen as an object it is another lock.", nameof(host));
        var instance = new VulkanInstance(host.Instance);
        VulkanPhysicalDevice physical;
        try
        {
            physical = VulkanPhysicalDevice.Adopt(instance, host.PhysicalDevice);
            if (physical.Info.Unsupported is { } reason)
                throw new DeviceNotFoundException($"{physical.Info.Name} cannot run the kernels: {reason}.");
            if (!physical.TakesCompute(host.QueueFamily))
                throw new ArgumentException(
                    $"The queue must take compute work; family {host.QueueFamily} of {physical.Info.Name} does not.", nameof(host));
        }
        catch
        {
            instance.Dispose();
            throw;
        }
        return new GpuDevice(new VulkanDevice(instance, physical, CacheFile(options, physical), host)
        {
            SelfTests = options?.SelfTest ?? true,
            KernelCode = options?.KernelCode,
            GuardBytes = options?.GuardBytes ?? 0,
            WaitLimit = options?.WaitLimit ?? default,
            Pace = options?.Pace ?? Pace.Of(physical.Info.Kind),
        });
    }

    /// <summary>Prepares a model to run on this device.</summary>
    /// <param name="model">The network and its weights.</param>
    /// <param name="options">The batch, precision and so on.</param>
    /// <exception cref="ArgumentException">The options contradict one another, or one is out of range.</exception>
    /// <exception cref="ShapeMismatchException">The batch is not positive, or too large for the network.</exception>
    /// <exception cref="DeviceLimitException">A tensor exceeds one of the device's limits.</exception>
    /// <exception cref="UnsupportedDeviceException">The device lacks what the options ask for, or a kernel failed its
    /// self-test and no other can take its place.</exception>
    /// <exception cref="Fp16RangeException">The options ask for 16 bits, and a weight exceeds what those
    /// hold.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    public InferenceSession CreateSession(Model model, SessionOptions? options = null)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Vulkan.AddReference();
        }
        try
        {
            var session = new InferenceSession(this, model, options ?? new SessionOptions());
            Vulkan.SavePipelineCache();
            return session;
        }
        finally
        {
            Vulkan.Release();
        }
    }

    /// <summary>Closes the device. Existing sessions, and those being created, continue to work; the Vulkan device is
    /// destroyed with the last of them.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        Vulkan.Release();
    }

    private static PipelineCacheFile? CacheFile(GpuDeviceOptions? options, VulkanPhysicalDevice physical)
    {
        string folder = options?.PipelineCacheFolder ?? PipelineCacheFile.DefaultFolder;
        return folder.Length == 0 ? null : new PipelineCacheFile(folder, physical);
    }

    private static VulkanPhysicalDevice Choose(IReadOnlyList<VulkanPhysicalDevice> devices, string? selector)
    {
        IEnumerable<VulkanPhysicalDevice> matching = selector is null
            ? devices
            : int.TryParse(selector, out int index) && devices.Any(device => device.Info.Index == index)
                ? devices.Where(device => device.Info.Index == index)
                : devices.Where(device => device.Info.Name.Contains(selector, StringComparison.OrdinalIgnoreCase));
        if (!matching.Any())
            throw new DeviceNotFoundException(
                $"No Vulkan device matches '{selector}'; by index there are: "
                + string.Join(", ", devices.Select(device => $"{device.Info.Index} = {device.Info.Name}")) + ".");
        // Kinds are declared in order of preference; OrderBy keeps the loader's order within a kind. A driver of the
        // GPU's own comes before one that translates to another interface.
        return matching.Where(device => device.Info.Unsupported is null).OrderBy(device => device.Info.Kind)
            .ThenBy(device => device.IsPortability).FirstOrDefault()
            ?? throw new DeviceNotFoundException(
                "No Vulkan device can run the kernels: "
                + string.Join("; ", matching.Select(device => $"{device.Info.Name}: {device.Info.Unsupported}")) + ".");
    }
}
