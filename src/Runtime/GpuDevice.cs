using SoftPool.Execution;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>A Vulkan device that runs sessions. All members are thread-safe. Dispose in any order. A device disposed
/// first lives until its last session is gone.</summary>
public sealed class GpuDevice : IDisposable
{
    private readonly Lock _lock = new();
    private bool _disposed;

    private GpuDevice(VulkanDevice vulkan) => (Vulkan, Info) = (vulkan, vulkan.Physical.Info);

    /// <summary>Closes a device that was not disposed. A host's device is left alone, because the host may have
    /// destroyed it.</summary>
    ~GpuDevice() => NotDisposed.Free(this, "A device", Vulkan);

    /// <summary>The device's properties.</summary>
    public GpuDeviceInfo Info { get; }

    /// <summary>The kernels that failed the self-test with this driver and are therefore not used. Failures of earlier
    /// processes count if their results were kept. A kernel is tested when a session first needs it.</summary>
    public IReadOnlyList<RejectedKernel> RejectedKernels => Vulkan.Variants.RejectedKernels;

    /// <summary>The bytes of device-local memory that the system grants this program beyond what it has, by the
    /// driver's extension VK_EXT_memory_budget; null if the driver does not have it. Other programs change the number
    /// at any time. Some systems move memory beyond it out of the device, which makes runs slow.</summary>
    public long? FreeMemoryBytes => Vulkan.Physical.LocalRoom;

    /// <summary>The Vulkan objects of this device, for another library that is to use the same device and queue.
    /// Whoever uses the queue holds <see cref="HostDevice.QueueLock"/>, or calls the host's own lock functions. The
    /// handles are valid as long as this device or one of its sessions exists; the runtime destroys them, unless they
    /// are a host's.</summary>
    /// <exception cref="ObjectDisposedException">This device was disposed.</exception>
    public HostDevice Handles
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return Vulkan.ToHost();
            }
        }
    }

    internal VulkanDevice Vulkan { get; }

    /// <summary>Lists all Vulkan devices of the machine, in the loader's order.</summary>
    /// <exception cref="VulkanLoaderNotFoundException">There is no Vulkan loader.</exception>
    /// <exception cref="VulkanDriverNotFoundException">There is no driver with a device.</exception>
    public static IReadOnlyList<GpuDeviceInfo> Enumerate()
    {
        using var instance = new VulkanInstance();
        return [.. instance.PhysicalDevices().Select(device => device.Info)];
    }

    /// <summary>Opens a device.</summary>
    /// <param name="selector">The device's index in <see cref="Enumerate"/>, or a part of its name; case is ignored. A
    /// number that is not an index is searched for in the names. Null selects the best kind of device: a discrete GPU,
    /// then an integrated GPU, a virtual GPU, the CPU.</param>
    /// <param name="options">How the device is opened; null for the defaults.</param>
    /// <exception cref="VulkanLoaderNotFoundException">There is no Vulkan loader.</exception>
    /// <exception cref="VulkanDriverNotFoundException">There is no driver with a device.</exception>
    /// <exception cref="DeviceNotFoundException">No device matches, or no matching device can run the
    /// kernels.</exception>
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
        return new GpuDevice(new VulkanDevice(
            instance, physical, CacheFile(options, physical), options?.InspectPipelines ?? false)
        {
            SelfTests = options?.SelfTest ?? true,
            KernelCode = options?.KernelCode,
            GuardBytes = options?.GuardBytes ?? 0,
            WaitLimit = options?.WaitLimit ?? default,
            Pace = options?.Pace ?? Pace.Of(physical.Info.Kind),
        });
    }

    /// <summary>Uses a Vulkan device that a host has created. The runtime never destroys the host's objects.</summary>
    /// <param name="host">The host's handles. They must stay valid until this device, its sessions, and their steppers,
    /// recorders and profilers are disposed.</param>
    /// <param name="options">How the device is opened; null for the defaults.</param>
    /// <exception cref="ArgumentException">A handle is null, the queue family does not support compute or has no queue
    /// of this index, <see cref="HostDevice.QueueLock"/> is a <see cref="Lock"/>, or the lock is given in two ways or
    /// by half.</exception>
    /// <exception cref="VulkanLoaderNotFoundException">There is no Vulkan loader.</exception>
    /// <exception cref="DeviceNotFoundException">The device cannot run the kernels, or its instance was created for
    /// Vulkan 1.0.</exception>
    public static GpuDevice FromHost(HostDevice host, GpuDeviceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (host.Instance == 0 || host.PhysicalDevice == 0 || host.Device == 0)
            throw new ArgumentException(
                "A host's device has an instance, a physical device and a device; one is null.", nameof(host));
        if (host.QueueLock is Lock)
            throw new ArgumentException(
                "QueueLock must not be a System.Threading.Lock: seen as an object it is another lock.", nameof(host));
        if (host.LockQueue is null != host.UnlockQueue is null
            || (host.LockQueue is not null && host.QueueLock is not null))
            throw new ArgumentException(
                "A queue's lock is either an object, or a function that locks together with one that unlocks.",
                nameof(host));
        if (host.ApiVersion is { } version && version < new Version(1, 1))
            throw new DeviceNotFoundException(
                $"The VkInstance was created for Vulkan {version}, and 1.1 is needed: {VulkanPhysicalDevice.Newer}.");
        var instance = new VulkanInstance(host.Instance, host.GetInstanceProcAddr);
        VulkanPhysicalDevice physical;
        nint queue;
        try
        {
            physical = VulkanPhysicalDevice.Adopt(instance, host.PhysicalDevice);
            if (physical.Info.Unsupported is { } reason)
                throw new DeviceNotFoundException($"{physical.Info.Name} cannot run the kernels: {reason}.");
            if (options?.Invented is { } invented)
                physical.Pretend(invented);
            queue = VulkanDevice.QueueOf(physical, host);
        }
        catch
        {
            instance.Dispose();
            throw;
        }
        return new GpuDevice(new VulkanDevice(instance, physical, CacheFile(options, physical), host, queue)
        {
            SelfTests = options?.SelfTest ?? true,
            KernelCode = options?.KernelCode,
            GuardBytes = options?.GuardBytes ?? 0,
            WaitLimit = options?.WaitLimit ?? default,
            Pace = options?.Pace ?? Pace.Of(physical.Info.Kind),
        });
    }

    /// <summary>Creates a session, which runs a model on this device.</summary>
    /// <param name="model">The network and its weights.</param>
    /// <param name="options">The batch size, the precision and so on; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or an option is out of range.</exception>
    /// <exception cref="ShapeMismatchException">The batch size is not positive, or is too large for the
    /// network.</exception>
    /// <exception cref="DeviceLimitException">A layer exceeds one of the device's limits.</exception>
    /// <exception cref="UnsupportedDeviceException">The device lacks a feature that the options need, or a kernel
    /// failed its self-test and no other kernel can replace it.</exception>
    /// <exception cref="Fp16RangeException">The options request 16-bit storage, and a weight is too large for a 16-bit
    /// float.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device does not have enough memory.</exception>
    /// <exception cref="DeviceLostException">The device was lost.</exception>
    /// <exception cref="ObjectDisposedException">This device was disposed.</exception>
    public InferenceSession CreateSession(Model model, SessionOptions? options = null)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Vulkan.AddReference();
        }
        try
        {
            Vulkan.CheckIsNotLost();
            var session = new InferenceSession(this, model, options ?? new SessionOptions());
            Vulkan.SavePipelineCache();
            return session;
        }
        finally
        {
            Vulkan.Release();
        }
    }

    /// <summary>Closes the device. Existing sessions, and sessions that are being created, continue to work. The Vulkan
    /// device is destroyed with the last session; a host's device is never destroyed.</summary>
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
