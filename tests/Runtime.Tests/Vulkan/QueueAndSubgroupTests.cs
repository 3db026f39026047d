using Silk.NET.Vulkan;
using SoftPool.Kernels;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>Which queue family an own device takes, and which kernels ask for a size of subgroup.</summary>
[TestClass]
public sealed class QueueAndSubgroupTests
{
    private const QueueFlags Compute = QueueFlags.ComputeBit, Graphics = QueueFlags.GraphicsBit,
        Transfer = QueueFlags.TransferBit;

    [TestMethod]
    [DataRow(0u, 64u, 1u, DisplayName = "Compute alone is preferred.")]
    [DataRow(1u, 0u, 0u, DisplayName = "But not without a clock.")]
    public void A_family_for_compute_alone_is_preferred_unless_it_has_no_clock(uint _, uint bits, uint expected)
    {
        Assert.AreEqual(expected, VulkanPhysicalDevice.PreferredOf(
        [
            new() { QueueFlags = Graphics | Compute | Transfer, TimestampValidBits = 64 },
            new() { QueueFlags = Compute | Transfer, TimestampValidBits = bits },
            new() { QueueFlags = Transfer, TimestampValidBits = 64 },
        ]));
    }

    [TestMethod]
    public void A_device_without_a_clock_or_without_compute_is_told_from_others()
    {
        Assert.AreEqual(1u, VulkanPhysicalDevice.PreferredOf(
            [new() { QueueFlags = Graphics }, new() { QueueFlags = Graphics | Compute }]));
        Assert.IsNull(VulkanPhysicalDevice.PreferredOf([new() { QueueFlags = Graphics | Transfer }]));
    }

    /// <summary>RDNA has subgroups of 32 and 64, Adreno of 64 and 128, Intel of 8 to 32: there the compiler knows
    /// better.</summary>
    [TestMethod]
    [DataRow(32, 32, true)]
    [DataRow(64, 64, true)]
    [DataRow(64, 32, false)]
    [DataRow(32, 8, false)]
    [DataRow(32, 64, false)]
    [DataRow(1, 1, false)]
    [DataRow(32, 0, false)]
    public void A_workgroup_of_the_least_subgroup_is_to_run_as_one(int workgroup, int least, bool asks) =>
        Assert.AreEqual(asks, ComputePipeline.AsksForSubgroup(workgroup, least));

    /// <summary>GLSL's sizes: a number, a constant, and an expression of constants.</summary>
    [TestMethod]
    public void The_workgroup_of_every_kernel_is_read_from_its_code()
    {
        foreach (string name in EmbeddedShaders.Names)
        {
            var signature = KernelSignature.Of(EmbeddedShaders.Load(name));
            if (!signature.Workgroup.IsConstant)
                Assert.IsTrue(
                    signature.Workgroup.Value is 1 or 32 or 64 or 128 or 256, $"{name} {signature.Workgroup}");
            else
                Assert.IsTrue(
                    signature.Constants![(int)signature.Workgroup.Value] is "WORKGROUP_SIZE" or "LANES",
                    $"{name} {signature.Workgroup}");
        }
    }
}
