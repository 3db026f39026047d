using System.Runtime.InteropServices;
using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>What a loader or a driver offers beyond the core of Vulkan, and what of it is enabled.</summary>
internal static unsafe class Extensions
{
    /// <summary>Has the loader name drivers that are not fully conformant, such as MoltenVK and Dozen.</summary>
    public const string PortabilityEnumeration = "VK_KHR_portability_enumeration";

    /// <summary>Says of a driver that it is not fully conformant.</summary>
    public const string PortabilitySubset = "VK_KHR_portability_subset";

    /// <summary>Has kernels say what they need of floats.</summary>
    public const string FloatControls = "VK_KHR_shader_float_controls";

    /// <summary>Has pipelines ask for a size of subgroup.</summary>
    public const string SubgroupSizeControl = "VK_EXT_subgroup_size_control";

    /// <summary>Have kernels multiply matrices on units of their own. The last two are core in Vulkan 1.2, and the
    /// runtime's instances are of 1.1.</summary>
    public static readonly string[] OfMatrices =
        ["VK_KHR_cooperative_matrix", "VK_KHR_shader_float16_int8", "VK_KHR_vulkan_memory_model"];

    /// <summary>Says how much memory the system grants this program.</summary>
    public const string MemoryBudget = "VK_EXT_memory_budget";

    /// <summary>What the loader offers.</summary>
    /// <param name="api">The loader.</param>
    /// <param name="check">Turns a result of the call with this name into its exception.</param>
    public static string[] OfInstance(Vk api, Action<Result, string> check)
    {
        const string Call = "vkEnumerateInstanceExtensionProperties";
        uint count = 0;
        check(api.EnumerateInstanceExtensionProperties((byte*)null, ref count, null), Call);
        var properties = new ExtensionProperties[count];
        fixed (ExtensionProperties* first = properties)
            check(
                WithoutThoseAddedMeanwhile(api.EnumerateInstanceExtensionProperties((byte*)null, ref count, first)),
                Call);
        return NamesOf(properties, count);
    }

    /// <summary>What a device's driver offers.</summary>
    public static string[] OfDevice(Vk api, PhysicalDevice device)
    {
        const string Call = "vkEnumerateDeviceExtensionProperties";
        uint count = 0;
        api.EnumerateDeviceExtensionProperties(device, (byte*)null, ref count, null).Check(Call);
        var properties = new ExtensionProperties[count];
        fixed (ExtensionProperties* first = properties)
            WithoutThoseAddedMeanwhile(api.EnumerateDeviceExtensionProperties(device, (byte*)null, ref count, first))
                .Check(Call);
        return NamesOf(properties, count);
    }

    /// <summary>What is enabled on an own device.</summary>
    /// <param name="offered">What its driver offers.</param>
    /// <param name="usesMatrices">Whether kernels may use matrix units.</param>
    /// <param name="inspect">Whether pipelines have statistics.</param>
    public static string[] ToEnable(IReadOnlyCollection<string> offered, bool usesMatrices, bool inspect) =>
    [
        // Vulkan asks this of whoever uses such a driver. What the driver may lack then concerns drawing, images and
        // events, and the runtime uses none of them.
        .. offered.Contains(PortabilitySubset) ? [PortabilitySubset] : Array.Empty<string>(),
        .. new[] { FloatControls, SubgroupSizeControl }.Where(offered.Contains),
        .. usesMatrices ? OfMatrices : Array.Empty<string>(),
        .. inspect ? [PipelineStatistics.Extension] : Array.Empty<string>(),
    ];

    private static Result WithoutThoseAddedMeanwhile(Result result) =>
        result == Result.Incomplete ? Result.Success : result;

    private static string[] NamesOf(ExtensionProperties[] properties, uint count)
    {
        var names = new string[count];
        for (int i = 0; i < names.Length; i++)
            fixed (byte* name = properties[i].ExtensionName)
                names[i] = Marshal.PtrToStringUTF8((nint)name) ?? "";
        return names;
    }
}
