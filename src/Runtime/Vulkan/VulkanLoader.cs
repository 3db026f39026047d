using System.Runtime.InteropServices;
using System.Text;
using Silk.NET.Core.Contexts;
using Silk.NET.Core.Loader;

namespace SoftPool.Vulkan;

/// <summary>Finds Vulkan's functions: through a host's vkGetInstanceProcAddr, or through that of the system's
/// loader.</summary>
internal sealed unsafe class VulkanLoader : INativeContext
{
    private static readonly string[] Libraries =
        OperatingSystem.IsWindows() ? ["vulkan-1.dll"]
        : OperatingSystem.IsMacOS() ? ["libvulkan.1.dylib", "libvulkan.dylib", "libMoltenVK.dylib"]
        : OperatingSystem.IsAndroid() ? ["libvulkan.so"]
        : ["libvulkan.so.1"];

    private readonly delegate* unmanaged<nint, byte*, nint> _getInstanceProcAddr;

    /// <param name="getInstanceProcAddr">A host's vkGetInstanceProcAddr; 0 for the system's loader.</param>
    /// <exception cref="VulkanLoaderNotFoundException">The system has no loader.</exception>
    public VulkanLoader(nint getInstanceProcAddr = 0)
    {
        if (getInstanceProcAddr == 0)
        {
            // The library stays loaded: drivers that it has loaded may have threads.
            nint library = 0;
            foreach (string name in Libraries)
                if (NativeLibrary.TryLoad(name, typeof(VulkanLoader).Assembly, null, out library))
                    break;
            if (library == 0 || !NativeLibrary.TryGetExport(library, "vkGetInstanceProcAddr", out getInstanceProcAddr))
                throw new VulkanLoaderNotFoundException(
                    new DllNotFoundException($"{string.Join(", ", Libraries)}: not found, or not a Vulkan loader."));
        }
        _getInstanceProcAddr = (delegate* unmanaged<nint, byte*, nint>)getInstanceProcAddr;
    }

    /// <summary>The function vkGetInstanceProcAddr itself.</summary>
    public nint GetInstanceProcAddr => (nint)_getInstanceProcAddr;

    /// <summary>The VkInstance whose functions are found; 0 before there is one.</summary>
    public nint Instance { get; set; }

    public nint GetProcAddress(string proc, int? slot = null) =>
        TryGetProcAddress(proc, out nint address) ? address : throw new SymbolLoadingException(proc);

    public bool TryGetProcAddress(string proc, out nint addr, int? slot = null)
    {
        fixed (byte* name = Encoding.ASCII.GetBytes($"{proc}\0"))
            addr = proc == "vkGetInstanceProcAddr"
                ? GetInstanceProcAddr
                : _getInstanceProcAddr(Instance, name);
        return addr != 0;
    }

    public void Dispose()
    {
    }
}
