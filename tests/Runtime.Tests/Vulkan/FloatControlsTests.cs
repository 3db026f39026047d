using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>Kernels ask for what a driver offers of floats, and what it does not offer is told.</summary>
[TestClass]
public sealed class FloatControlsTests
{
    private const uint OpCapability = 17, OpExecutionMode = 16;

    [TestMethod]
    public void A_kernel_asks_for_what_the_driver_offers_and_keeps_all_else()
    {
        uint[] code = EmbeddedShaders.Load("pointwise.fp16");
        Assert.AreSame(code, FloatControls.None.Declare(code, fp16: true));
        uint[] asking = new FloatControls(true, true, true).Declare(code, fp16: true);
        CollectionAssert.AreEqual(
            (uint[])[4466, 4467, 4464],
            Operations(asking, OpCapability).Select(words => words[1])
                .Except(Operations(code, OpCapability).Select(words => words[1])).ToArray());
        CollectionAssert.AreEqual(
            (string[])["4461 32", "4462 16", "4459 16"],
            Operations(asking, OpExecutionMode).Where(words => words[2] >= 4459)
                .Select(words => $"{words[2]} {words[3]}").ToArray());
        Assert.AreEqual(code.Length + 3 * 2 + 7 + 3 * 4, asking.Length);
        CollectionAssert.AreEqual(code[^500..], asking[^500..]);
        Assert.HasCount(1, Operations(new FloatControls(true, true, true).Declare(code, fp16: false), OpExecutionMode)
            .Where(words => words[2] >= 4459));
    }

    [TestMethod]
    public void What_is_not_promised_is_told_by_Verify()
    {
        CollectionAssert.AreEqual(
            (string[])["NaN, infinity and the sign of zero", "32-bit floats below 1.2e-38"],
            FloatControls.None.Missing(fp16: false).ToArray());
        Assert.HasCount(4, FloatControls.None.Missing(fp16: true));
        // No kernel asks for the last: it would have GPUs that flush them by default compute more slowly.
        CollectionAssert.AreEqual(
            (string[])["32-bit floats below 1.2e-38"],
            new FloatControls(true, true, true).Missing(fp16: true).ToArray());
    }

    /// <summary>What the software driver offers keeps NaN, infinity and -0 through a kernel, and the host's device is
    /// not asked.</summary>
    [TestMethod]
    public void Specials_go_through()
    {
        Assert.IsFalse(TestDevices.Software.Vulkan.FloatControls == FloatControls.None
            && TestDevices.Software.Vulkan.Physical.Extensions.Contains(Extensions.FloatControls));
        float[] input = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 1], output = new float[5];
        using InferenceSession session = TestDevices.Software.CreateSession(TestModels.WithZeros(
            new ModelGraph("twice", new TensorShape(5), [new Layer("sum", new Add(), ["input", "input"])])));
        session.Run(input, output);
        CollectionAssert.AreEqual(
            input.Select(value => BitConverter.SingleToUInt32Bits(value + value)).Skip(1).ToArray(),
            output.Select(BitConverter.SingleToUInt32Bits).Skip(1).ToArray());
        Assert.IsTrue(float.IsNaN(output[0]));
        using var host = new TestHost(4);
        using GpuDevice adopted = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        Assert.AreEqual(FloatControls.None, adopted.Vulkan.FloatControls);
    }

    private static IEnumerable<uint[]> Operations(uint[] code, uint operation)
    {
        for (int at = 5; at < code.Length; at += (int)(code[at] >> 16))
            if ((code[at] & 0xFFFF) == operation)
                yield return code[at..(at + (int)(code[at] >> 16))];
    }
}
