using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>What is enabled on a device follows from what its driver offers.</summary>
[TestClass]
public sealed class ExtensionsTests
{
    [TestMethod]
    public void A_driver_that_is_not_fully_conformant_has_the_extension_that_says_so_enabled()
    {
        string[] offered = ["VK_KHR_maintenance1", Extensions.PortabilitySubset, "VK_KHR_bind_memory2"];
        CollectionAssert.AreEqual(
            new[] { Extensions.PortabilitySubset },
            Extensions.ToEnable(offered, usesMatrices: false, inspect: false));
        CollectionAssert.AreEqual(
            new[] { Extensions.PortabilitySubset, PipelineStatistics.Extension },
            Extensions.ToEnable(offered, usesMatrices: false, inspect: true));
        Assert.IsEmpty(Extensions.ToEnable(["VK_KHR_maintenance1"], usesMatrices: false, inspect: false));
        CollectionAssert.AreEqual(
            new[] { "VK_KHR_cooperative_matrix", "VK_KHR_shader_float16_int8", "VK_KHR_vulkan_memory_model" },
            Extensions.ToEnable(Extensions.OfMatrices, usesMatrices: true, inspect: false));
    }

    [TestMethod]
    public void The_names_of_what_a_driver_offers_are_read() =>
        Assert.Contains("VK_KHR_maintenance1", TestDevices.Software.Vulkan.Physical.Extensions);
}
