using Silk.NET.Vulkan;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>Sessions of one model on one device share its weights.</summary>
[TestClass]
public sealed class WeightSharingTests
{
    private static readonly Model Model = SessionTests.NetworkOfAllOperators();
    private static readonly float[] Input = SessionTests.Input(1);

    /// <summary>The device that all tests share is no test's own.</summary>
    [TestInitialize]
    public void OpenTheSharedDevice() => _ = TestDevices.Software;

    [TestMethod]
    public void Sessions_of_one_model_share_their_weights_and_those_of_another_do_not()
    {
        using GpuDevice device = TestDevices.OpenSoftware();
        // The first session of a device would, with buffers of the probe.
        LoopLimitProbe.LargestOn(device.Vulkan);
        int first = AllocationsOf(() => device.CreateSession(Model), out InferenceSession one);
        int second = AllocationsOf(
            () => device.CreateSession(Model, new SessionOptions { Batch = 3 }), out InferenceSession two);
        int third = AllocationsOf(
            () => device.CreateSession(SessionTests.NetworkOfAllOperators()), out InferenceSession three);
        // The weights, which a CPU driver needs no staging for.
        Assert.AreEqual(first - 1, second);
        Assert.AreEqual(first, third);
        Assert.AreEqual(one.WeightBytes, two.WeightBytes);
        // Weights that fusion changed are others than those that it did not.
        int unfused = AllocationsOf(
            () => device.CreateSession(Model, new SessionOptions { Fuse = false }), out InferenceSession four);
        Assert.AreEqual(first, unfused);
        foreach (InferenceSession session in (InferenceSession[])[one, two, three, four])
        {
            session.Run(Input, new float[Model.Graph.OutputShape.ElementCount]);
            session.Dispose();
        }
    }

    [TestMethod]
    public void Weights_whose_upload_fails_are_not_kept_for_the_model_s_other_sessions()
    {
        // Weights are staged where the CPU does not see the device's memory.
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            SelfTest = false,
            Invented = MemoryTests.Listing(MemoryPropertyFlags.DeviceLocalBit, MemoryTypes.Coherent),
        });
        using InferenceSession session = device.CreateSession(Model);
        int before = LiveObjects.Count;
        long bytes = device.Vulkan.Memory.Bytes;
        VulkanResult.Injected = (call, result) => call == "vkQueueSubmit" ? Result.ErrorOutOfDeviceMemory : result;
        try
        {
            Assert.ThrowsExactly<OutOfDeviceMemoryException>(
                () => device.CreateSession(Model, new SessionOptions { Fuse = false }));
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        Assert.AreEqual(before, LiveObjects.Count);
        Assert.AreEqual(bytes, device.Vulkan.Memory.Bytes);
        using InferenceSession unfused = device.CreateSession(Model, new SessionOptions { Fuse = false });
        unfused.Run(Input, new float[Model.Graph.OutputShape.ElementCount]);
    }

    private static int AllocationsOf(Func<InferenceSession> create, out InferenceSession session)
    {
        int allocations = 0;
        VulkanResult.Injected = (call, result) =>
        {
            allocations += call.StartsWith("vkAllocateMemory", StringComparison.Ordinal) ? 1 : 0;
            return result;
        };
        try
        {
            session = create();
            return allocations;
        }
        finally
        {
            VulkanResult.Injected = null;
        }
    }
}
