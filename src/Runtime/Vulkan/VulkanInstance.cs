using System.Runtime.InteropServices;
using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>The Vulkan loader and one VkInstance.</summary>
internal sealed unsafe class VulkanInstance : IDisposable
{
    /// <summary>What the kernels are compiled for.</summary>
    public static readonly uint ApiVersion = Vk.Version11;

    /// <exception cref="NoVulkanLoaderException">There is no loader.</exception>
    /// <exception cref="NoVulkanDriverException">There is no driver.</exception>
    public VulkanInstance()
    {
        try
        {
            Api = Vk.GetApi();
        }
        catch (FileNotFoundException e)
        {
            throw new NoVulkanLoaderException(e);
        }

        try
        {
            Handle = Create();
        }
        catch
        {
            Api.Dispose();
            throw;
        }
    }

    public Vk Api { get; }

    public Instance Handle { get; }

    /// <summary>The physical devices of all drivers, in the loader's order.</summary>
    public IReadOnlyList<VulkanPhysicalDevice> PhysicalDevices()
    {
        uint count = 0;
        Api.EnumeratePhysicalDevices(Handle, ref count, null).Check("vkEnumeratePhysicalDevices");
        var handles = new PhysicalDevice[count];
        fixed (PhysicalDevice* first = handles)
            Api.EnumeratePhysicalDevices(Handle, ref count, first).Check("vkEnumeratePhysicalDevices");
        if (count == 0)
            throw new NoVulkanDriverException();
        return [.. handles.Select((handle, index) => new VulkanPhysicalDevice(this, handle, index))];
    }

    public void Dispose()
    {
        Api.DestroyInstance(Handle, null);
        Api.Dispose();
    }

    private Instance Create()
    {
        nint name = Marshal.StringToCoTaskMemUTF8("SoftPool.Vulkan");
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
            };
            Result result = Api.CreateInstance(in info, null, out Instance instance);
            if (result == Result.ErrorIncompatibleDriver)
                throw new NoVulkanDriverException();
            result.Check("vkCreateInstance");
            return instance;
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }
}
