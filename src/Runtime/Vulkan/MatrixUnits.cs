using Silk.NET.Vulkan;
using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>What a driver says of a GPU's matrix units (VK_KHR_cooperative_matrix).</summary>
internal static unsafe class MatrixUnits
{
    // What the kernels of conv2d_matrix.glsl stage and list, and what they divide into matrices.
    private const int SharedBytes = 24 << 10, Block = 16, Depth = 32;

    // Rows of eight 16-bit numbers keep every load of a matrix at a multiple of 16 bytes, which Vulkan asks for.
    private const int LeastExtent = 8;

    /// <summary>The largest matrices that the kernels can use; null if the device has none, or lacks something else
    /// that the kernels need.</summary>
    public static MatrixShape? Of(VulkanPhysicalDevice physical)
    {
        if (!Extensions.OfMatrices.All(physical.Extensions.Contains)
            || physical.Limits.MaxComputeSharedMemorySize < SharedBytes || !HasFeatures(physical))
            return null;
        var properties = new PhysicalDeviceCooperativeMatrixPropertiesKHR
        {
            SType = StructureType.PhysicalDeviceCooperativeMatrixPropertiesKhr,
        };
        var chain = new PhysicalDeviceProperties2
        {
            SType = StructureType.PhysicalDeviceProperties2,
            PNext = &properties,
        };
        physical.Instance.Api.GetPhysicalDeviceProperties2(physical.Handle, &chain);
        if (!properties.CooperativeMatrixSupportedStages.HasFlag(ShaderStageFlags.ComputeBit))
            return null;
        return ShapesOf(physical).Where(Fits).Select(shape => new MatrixShape(
                (int)shape.MSize, (int)shape.NSize, (int)shape.KSize))
            .OrderByDescending(shape => shape.Rows * shape.Columns * shape.Depth)
            .ThenByDescending(shape => shape.Rows * shape.Columns) // fewer loads for a product
            .Select(shape => (MatrixShape?)shape).FirstOrDefault();
    }

    private static bool Fits(CooperativeMatrixPropertiesKHR shape) =>
        shape is
        {
            AType: ComponentTypeKHR.Float16Khr, BType: ComponentTypeKHR.Float16Khr,
            CType: ComponentTypeKHR.Float32Khr, ResultType: ComponentTypeKHR.Float32Khr, Scope: ScopeKHR.SubgroupKhr,
            MSize: >= LeastExtent, NSize: >= LeastExtent, KSize: >= LeastExtent,
        }
        && Block % shape.MSize == 0 && Block % shape.NSize == 0 && Depth % shape.KSize == 0;

    private static bool HasFeatures(VulkanPhysicalDevice physical)
    {
        var memoryModel = new PhysicalDeviceVulkanMemoryModelFeatures
        {
            SType = StructureType.PhysicalDeviceVulkanMemoryModelFeatures,
        };
        var arithmetic = new PhysicalDeviceShaderFloat16Int8Features
        {
            SType = StructureType.PhysicalDeviceShaderFloat16Int8Features,
            PNext = &memoryModel,
        };
        var matrices = new PhysicalDeviceCooperativeMatrixFeaturesKHR
        {
            SType = StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr,
            PNext = &arithmetic,
        };
        var features = new PhysicalDeviceFeatures2
        {
            SType = StructureType.PhysicalDeviceFeatures2,
            PNext = &matrices,
        };
        physical.Instance.Api.GetPhysicalDeviceFeatures2(physical.Handle, &features);
        return matrices.CooperativeMatrix && arithmetic.ShaderFloat16 && memoryModel.VulkanMemoryModel;
    }

    private static CooperativeMatrixPropertiesKHR[] ShapesOf(VulkanPhysicalDevice physical)
    {
        const string Call = "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR";
        // Silk.NET has it in a package for extensions, which the runtime does not need otherwise.
        nint address = physical.Instance.Api.GetInstanceProcAddr(physical.Instance.Handle, Call);
        if (address == 0)
            return [];
        var get = (delegate* unmanaged<PhysicalDevice, uint*, CooperativeMatrixPropertiesKHR*, Result>)address;
        uint count = 0;
        get(physical.Handle, &count, null).Check(Call);
        var shapes = new CooperativeMatrixPropertiesKHR[count];
        Array.Fill(shapes, new() { SType = StructureType.CooperativeMatrixPropertiesKhr });
        fixed (CooperativeMatrixPropertiesKHR* first = shapes)
            get(physical.Handle, &count, first).Check(Call);
        return shapes;
    }
}
