using Silk.NET.Vulkan;

namespace SoftPool.Vulkan;

/// <summary>The features that a host has enabled, as it tells them: a chain of Vulkan's structures.</summary>
internal static unsafe class HostFeatures
{
    /// <summary>The same host, with the features of a chain.</summary>
    /// <param name="host">The host.</param>
    /// <param name="chain">A VkPhysicalDeviceFeatures2, and whatever follows it.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static HostDevice AddTo(HostDevice host, nint chain)
    {
        if (chain == 0 || ((BaseInStructure*)chain)->SType != StructureType.PhysicalDeviceFeatures2)
            throw new ArgumentException(
                "A VkPhysicalDeviceFeatures2 is needed, with the features that the device was created with; "
                + (chain == 0 ? "the pointer is null." : $"got {((BaseInStructure*)chain)->SType}."),
                nameof(chain));
        bool timeline = false, half = false, int64 = false, matrices = false, arithmetic = false, memoryModel = false;
        for (var at = (BaseInStructure*)chain; at is not null; at = at->PNext)
            switch (at->SType)
            {
                case StructureType.PhysicalDeviceFeatures2:
                    int64 |= ((PhysicalDeviceFeatures2*)at)->Features.ShaderInt64;
                    break;
                case StructureType.PhysicalDevice16BitStorageFeatures:
                    half |= ((PhysicalDevice16BitStorageFeatures*)at)->StorageBuffer16BitAccess;
                    break;
                case StructureType.PhysicalDeviceVulkan11Features:
                    half |= ((PhysicalDeviceVulkan11Features*)at)->StorageBuffer16BitAccess;
                    break;
                case StructureType.PhysicalDeviceTimelineSemaphoreFeatures:
                    timeline |= ((PhysicalDeviceTimelineSemaphoreFeatures*)at)->TimelineSemaphore;
                    break;
                case StructureType.PhysicalDeviceVulkan12Features:
                    timeline |= ((PhysicalDeviceVulkan12Features*)at)->TimelineSemaphore;
                    arithmetic |= ((PhysicalDeviceVulkan12Features*)at)->ShaderFloat16;
                    memoryModel |= ((PhysicalDeviceVulkan12Features*)at)->VulkanMemoryModel;
                    break;
                case StructureType.PhysicalDeviceShaderFloat16Int8Features:
                    arithmetic |= ((PhysicalDeviceShaderFloat16Int8Features*)at)->ShaderFloat16;
                    break;
                case StructureType.PhysicalDeviceVulkanMemoryModelFeatures:
                    memoryModel |= ((PhysicalDeviceVulkanMemoryModelFeatures*)at)->VulkanMemoryModel;
                    break;
                case StructureType.PhysicalDeviceCooperativeMatrixFeaturesKhr:
                    matrices |= ((PhysicalDeviceCooperativeMatrixFeaturesKHR*)at)->CooperativeMatrix;
                    break;
            }
        return host with
        {
            HasTimelineSemaphores = timeline,
            HasFp16Storage = half,
            HasInt64 = int64,
            HasCooperativeMatrices = matrices && arithmetic && memoryModel,
        };
    }
}
