using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;

namespace SoftPool.Runtime.Tests.Operators;

/// <summary>The kernels of linear layers that GPUs take.</summary>
[TestClass]
public sealed class LinearVariantTests
{
    // Few: drivers on CPUs compile a kernel that waits at barriers for a second or two.
    private static readonly OperatorCase[] Cases =
    [
        // One feature beyond a workgroup's, one quad beyond those of its lanes, the last of one input; a ninth item.
        new(new Linear(129, 17), new(129), 9),
        // As many quads as lanes load ahead, and one more.
        new(new Linear(512, 16), new(512), 1), new(new Linear(516, 16), new(516), 1),
        // Several tiles of weights, several vectors of an item, no bias.
        new(new Linear(1030, 140) { Bias = false }, new(3, 1030), 2),
        // Slices, with a pointwise operator behind their sum; and 16 of them.
        new([new("0", new Linear(12_301, 20)), new("1", new ReLU())], new(12_301), 5),
        new(new Linear(65_601, 2), new(65_601), 1),
    ];

    [TestMethod]
    [DataRow("linear_group", false)]
    [DataRow("linear_group", true)]
    [DataRow("linear_group_batch", false)]
    [DataRow("linear_group_batch", true)]
    public void A_kernel_gives_what_the_reference_gives(string variant, bool fp16)
    {
        GpuDevice device = fp16 ? TestDevices.SoftwareWithFp16 : TestDevices.Software;
        foreach ((Layer[] layers, TensorShape input, int batch) in Cases)
        {
            Assert.AreEqual(
                variant, ConvolutionVariantTests.Taken(
                    [.. layers.Take(1)], input, batch, device.Vulkan.Traits, new VariantChoice(variant), fp16));
            OperatorCheck.Matches(
                device, layers, input, batch, scale: 1, fp16,
                fp16 ? OperatorCheck.Fp16Tolerance : OperatorCheck.Tolerance, new VariantChoice(variant));
        }
    }

    [TestMethod]
    [DataRow(1, "linear_group")]
    [DataRow(3, "linear_group")]
    [DataRow(4, "linear_group_batch")]
    [DataRow(15, "linear_group_batch")]
    [DataRow(16, "conv2d_gemm")]
    public void A_GPU_takes_one_by_the_batch(int batch, string variant) =>
        StringAssert.StartsWith(Taken(new(LargestWorkgroup: 256, Units: 20), batch), variant);

    [TestMethod]
    public void A_GPU_of_smaller_workgroups_and_a_processor_take_those_of_a_lane()
    {
        Assert.AreEqual("linear", Taken(new(LargestWorkgroup: 128), 1));
        Assert.AreEqual("linear", Taken(new(Driver.SwiftShader, LargestWorkgroup: 1024), 1));
        Assert.AreEqual("linear.strict", Taken(new(LargestWorkgroup: 1024), 1, Numerics.Strict));
    }

    [TestMethod]
    public void More_features_than_workgroups_along_an_axis_are_computed_in_parts()
    {
        ExecutionPlan plan = ExecutionPlan.Create(
            TestModels.Sequential(new TensorShape(64), new Linear(64, 1_100_000)),
            name => throw new AssertFailedException(name),
            new PlanOptions(LargestBuffer: uint.MaxValue) { Device = new DeviceTraits(LargestWorkgroup: 256) });
        Assert.HasCount(2, plan.Launches);
        foreach (KernelLaunch launch in plan.Launches)
            Assert.IsLessThanOrEqualTo(GroupCount.Largest, launch.Groups.Y);
    }

    [TestMethod]
    public void A_rejected_kernel_leaves_the_layer_to_another()
    {
        var device = new DeviceTraits(LargestWorkgroup: 256);
        Assert.AreEqual("linear_group_batch", Taken(device, 1, rejected: ["linear_group"]));
        Assert.AreEqual("linear_group", Taken(device, 8, rejected: ["linear_group_batch"]));
        Assert.AreEqual("linear_batch", Taken(device, 8, rejected: ["linear_group", "linear_group_batch"]));
        Assert.AreEqual("linear_group", Taken(device, 1, inputs: 65_601, rejected: ["linear_sum"]));
    }

    private static string Taken(
        DeviceTraits device, int batch, Numerics numerics = Numerics.Fast, int inputs = 100,
        params string[] rejected)
    {
        ModelGraph graph = TestModels.Sequential(new TensorShape(inputs), new Linear(inputs, 40));
        return ExecutionPlan.Create(
            graph, name => throw new AssertFailedException(name), new PlanOptions(batch)
            {
                Device = device,
                Numerics = numerics,
                Variants = new VariantChoice(RejectedKernels: [.. rejected]),
            }).Launches[^1].Kernel;
    }
}
