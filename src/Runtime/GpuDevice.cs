using SoftPool.Vulkan;

namespace SoftPool;

/// <summary>
/// A device on which sessions run. It must outlive its sessions. Several threads may use one device at once.
/// </summary>
public sealed class GpuDevice : IDisposable
{
    private readonly Ownership _ownership = new();

    private GpuDevice(string? selector)
    {
        try
        {
            var instance = _ownership.Take(new VulkanInstance());
            VulkanPhysicalDevice physical = Choose(instance.PhysicalDevices(), selector);
            Info = physical.Info;
            Vulkan = _ownership.Take(new VulkanDevice(physical));
        }
        catch
        {
            _ownership.Dispose();
            throw;
        }
    }

    /// <summary>What the device is.</summary>
    public GpuDeviceInfo Info { get; }

    internal VulkanDevice Vulkan { get; }

    /// <summary>All Vulkan devices of the machine, in the loader's order.</summary>
    /// <exception cref="NoVulkanLoaderException">There is no Vulkan loader.</exception>
    /// <exception cref="NoVulkanDriverException">There is no driver with a device.</exception>
    public static IReadOnlyList<GpuDeviceInfo> Enumerate()
    {
        using var instance = new VulkanInstance();
        return [.. instance.PhysicalDevices().Select(device => device.Info)];
    }

    /// <summary>Opens a device.</summary>
    /// <param name="selector">Its index in <see cref="Enumerate"/>, or a part of its name in any case. Without one: a
    /// discrete GPU before an integrated before a virtual one before the processor.</param>
    /// <exception cref="NoVulkanLoaderException">There is no Vulkan loader.</exception>
    /// <exception cref="NoVulkanDriverException">There is no driver with a device.</exception>
    /// <exception cref="NoSuitableDeviceException">No device matches, or none can run the kernels.</exception>
    public static GpuDevice Create(string? selector = null) => new(selector);

    /// <summary>Makes a model ready to run on this device.</summary>
    /// <param name="model">The network and its weights.</param>
    /// <param name="options">The batch, and what is kept.</param>
    /// <exception cref="UnsupportedDeviceException">A tensor exceeds one of the device's limits.</exception>
    /// <exception cref="OutOfDeviceMemoryException">The device has not the memory.</exception>
    public InferenceSession CreateSession(Model model, SessionOptions? options = null) =>
        new(this, model, options ?? new SessionOptions());

    /// <summary>Closes the device. Its sessions must be disposed before.</summary>
    public void Dispose() => _ownership.Dispose();

    private static VulkanPhysicalDevice Choose(IReadOnlyList<VulkanPhysicalDevice> devices, string? selector)
    {
        IEnumerable<VulkanPhysicalDevice> matching = selector is null
            ? devices
            : int.TryParse(selector, out int index)
                ? devices.Where(device => device.Info.Index == index)
                : devices.Where(device => device.Info.Name.Contains(selector, StringComparison.OrdinalIgnoreCase));
        if (!matching.Any())
            throw new NoSuitableDeviceException(
                $"No Vulkan device matches '{selector}'; there are "
                + string.Join(", ", devices.Select(device => $"{device.Info.Index}: {device.Info.Name}")) + ".");
        // Kinds are declared in order of preference; OrderBy keeps the loader's order within a kind.
        return matching.Where(device => device.Info.Unsupported is null).OrderBy(device => device.Info.Kind).FirstOrDefault()
            ?? throw new NoSuitableDeviceException(
                "No Vulkan device can run the kernels: "
                + string.Join("; ", matching.Select(device => $"{device.Info.Name}: {device.Info.Unsupported}")) + ".");
    }
}
