using System.Runtime.InteropServices;
using Silk.NET.Core.Native;
using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>The Vulkan loader and one VkInstance, its own or a host's.</summary>
internal sealed unsafe class VulkanInstance : IDisposable
{
    private readonly VulkanLoader _loader;
    private readonly bool _isHosts;
    private readonly Instance _handle;

    /// <summary>What the kernels are compiled for.</summary>
    public static readonly uint ApiVersion = Vk.Version11;

    /// <summary>Makes an instance, or takes a host's in use, which is then never destroyed here.</summary>
    /// <param name="host">The host's VkInstance; 0 for an own one.</param>
    /// <param name="getInstanceProcAddr">The host's vkGetInstanceProcAddr; 0 for the system's loader's.</param>
    /// <exception cref="VulkanLoaderNotFoundException">There is no loader.</exception>
    /// <exception cref="VulkanDriverNotFoundException">There is no driver.</exception>
    public VulkanInstance(nint host = 0, nint getInstanceProcAddr = 0)
    {
        _loader = new VulkanLoader(getInstanceProcAddr);
        Api = new Vk(_loader);
        LiveObjects.Created();
        _isHosts = host != 0;
        if (_isHosts)
        {
            _handle = new Instance(host);
            _loader.Instance = host;
            return;
        }
        try
        {
            Create(out _handle);
        }
        catch
        {
            Dispose();
            throw;
        }
        _loader.Instance = _handle.Handle;
    }

    public Vk Api { get; }

    public Instance Handle => _handle;

    /// <summary>The vkGetInstanceProcAddr that found its functions.</summary>
    public nint GetInstanceProcAddr => _loader.GetInstanceProcAddr;

    /// <summary>The physical devices of all drivers, in the loader's order.</summary>
    public IReadOnlyList<VulkanPhysicalDevice> PhysicalDevices()
    {
        uint count = 0;
        Result result = Api.EnumeratePhysicalDevices(Handle, ref count, null);
        // What the loader says of drivers none of which finds its device.
        if (result == Result.ErrorInitializationFailed || (result == Result.Success && count == 0))
            throw DriverManifests.NoDevice(found: true);
        result.Check("vkEnumeratePhysicalDevices");
        var handles = new PhysicalDevice[count];
        fixed (PhysicalDevice* first = handles)
            Api.EnumeratePhysicalDevices(Handle, ref count, first).Check("vkEnumeratePhysicalDevices");
        return [.. handles.Select((handle, index) => new VulkanPhysicalDevice(this, handle, index))];
    }

    public void Dispose()
    {
        if (!_isHosts && _handle.Handle != 0)
        {
            // A constructor that failed has not set it, and without it the loader finds no function of an instance.
            _loader.Instance = _handle.Handle;
            Api.DestroyInstance(_handle, null);
        }
        Api.Dispose();
        LiveObjects.Destroyed();
    }

    /// <summary>Leaves the instance of a device that was given up to the driver.</summary>
    public static void GiveUp() => LiveObjects.Destroyed();

    private void Create(out Instance instance)
    {
        // Whoever does not ask for them gets no drivers that are not fully conformant.
        bool asks = Extensions.OfInstance(Api, Check).Contains(Extensions.PortabilityEnumeration);
        string[] extensions = asks ? [Extensions.PortabilityEnumeration] : [];
        nint name = Marshal.StringToCoTaskMemUTF8("SoftPool.Vulkan"), names = SilkMarshal.StringArrayToPtr(extensions);
        try
        {
            var application = new ApplicationInfo
            {
                SType = StructureType.ApplicationInfo,
                PEngineName = (byte*)name,
                ApiVersion = ApiVersion,
            };
            var info = new InstanceCreateInfo
            {
                SType = StructureType.InstanceCreateInfo,
                PApplicationInfo = &application,
                Flags = asks ? InstanceCreateFlags.EnumeratePortabilityBitKhr : 0,
                EnabledExtensionCount = (uint)extensions.Length,
                PpEnabledExtensionNames = (byte**)names,
            };
            Check(Api.CreateInstance(in info, null, out instance), "vkCreateInstance");
        }
        finally
        {
            SilkMarshal.Free(names);
            Marshal.FreeCoTaskMem(name);
        }
    }

    /// <summary>Says what the loader means by its results before there is an instance.</summary>
    private static void Check(Result result, string call)
    {
        if (result == Result.ErrorIncompatibleDriver)
            throw DriverManifests.NoDevice(found: false);
        // So the loader calls a manifest that it cannot parse.
        if (result == Result.ErrorOutOfHostMemory && DriverManifests.NotJson() is { } broken)
            throw broken;
        result.Check(call);
    }
}
