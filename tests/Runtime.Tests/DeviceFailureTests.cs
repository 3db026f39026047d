using Silk.NET.Vulkan;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>What the caller is told where the device fails, and that the next run is right again.</summary>
[TestClass]
public sealed class DeviceFailureTests
{
    private static readonly Model Model = SessionTests.NetworkOfAllOperators();
    private static readonly float[] Input = SessionTests.Input(1);

    /// <summary>The device that all tests share is no test's own.</summary>
    [TestInitialize]
    public void OpenTheSharedDevice() => _ = TestDevices.Software;

    [TestMethod]
    [DataRow(1, "session", "The batch is 1 already")]
    [DataRow(3, "session", "Take a smaller batch than 3")]
    [DataRow(3, "pictures", "Take a smaller batch than 3")]
    [DataRow(3, "device", "vkCreateDevice found no memory left.")]
    public void The_advice_where_memory_lacks_fits_the_call(int batch, string use, string advice)
    {
        string failing = use == "device" ? "vkCreateDevice" : "vkAllocateMemory";
        bool fails = use != "pictures";
        VulkanResult.Injected = (call, result) =>
            fails && call.StartsWith(failing, StringComparison.Ordinal) ? Result.ErrorOutOfDeviceMemory : result;
        try
        {
            string message = Assert.ThrowsExactly<OutOfDeviceMemoryException>(() =>
            {
                using GpuDevice device = TestDevices.OpenSoftware();
                using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = batch });
                fails = true;
                session.Run([new Image(new byte[3], 1, 1)], new float[Model.Graph.OutputShape.ElementCount]);
            }).Message;
            StringAssert.Contains(message, advice);
            Assert.AreEqual(batch > 1 && use != "device", message.Contains("smaller batch"), message);
        }
        finally
        {
            VulkanResult.Injected = null;
        }
    }

    [TestMethod]
    public void A_lost_device_says_so_and_the_session_can_be_built_anew()
    {
        float[] expected = new float[Model.Graph.OutputShape.ElementCount], output = new float[expected.Length];
        int before = LiveObjects.Count;
        using (GpuDevice device = TestDevices.OpenSoftware())
        using (InferenceSession session = device.CreateSession(Model))
        {
            session.Run(Input, expected);
            VulkanResult.Injected = (call, result) => call == "vkQueueSubmit" ? Result.ErrorDeviceLost : result;
            try
            {
                Assert.ThrowsExactly<DeviceLostException>(() => session.Run(Input, output));
            }
            finally
            {
                VulkanResult.Injected = null;
            }
        }
        Assert.AreEqual(before, LiveObjects.Count);
        using GpuDevice again = TestDevices.OpenSoftware();
        using InferenceSession rebuilt = again.CreateSession(Model);
        rebuilt.Run(Input, output);
        CollectionAssert.AreEqual(expected, output);
    }

    [TestMethod]
    [DataRow("vkWaitForFences")]
    [DataRow("vkResetFences")]
    public void A_run_after_one_whose_wait_failed_is_a_run_of_its_own(string failing)
    {
        float[] expected = new float[Model.Graph.OutputShape.ElementCount], output = new float[expected.Length];
        using GpuDevice device = TestDevices.OpenSoftware();
        using InferenceSession session = device.CreateSession(Model);
        session.Run(Input, expected);
        session.Run(new float[Input.Length], output);
        CollectionAssert.AreNotEqual(expected, output);
        VulkanResult.Injected = (call, result) => call == failing ? Result.ErrorOutOfDeviceMemory : result;
        try
        {
            Assert.ThrowsExactly<OutOfDeviceMemoryException>(() => session.Run(new float[Input.Length], output));
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        session.Run(Input, output);
        CollectionAssert.AreEqual(expected, output);
    }

    [TestMethod]
    public void A_stepped_inference_first_waits_for_the_launch_whose_wait_failed()
    {
        float[] expected = new float[Model.Graph.OutputShape.ElementCount], output = new float[expected.Length];
        using GpuDevice device = TestDevices.OpenSoftware();
        using InferenceSession session = device.CreateSession(Model);
        session.Run(Input, expected);
        using Stepper stepper = session.CreateStepper();
        stepper.Start(new float[Input.Length]);
        int waits = 0;
        VulkanResult.Injected = (call, result) =>
        {
            waits += call == "vkWaitForFences" ? 1 : 0;
            return waits == 1 ? Result.ErrorOutOfDeviceMemory : result;
        };
        try
        {
            Assert.ThrowsExactly<OutOfDeviceMemoryException>(() => stepper.Step(TimeSpan.Zero));
            stepper.Start(Input);
            Assert.AreEqual(2, waits, "The launch may still read the input that Start writes.");
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        while (!stepper.Step(TimeSpan.Zero))
        {
        }
        stepper.Finish(output);
        CollectionAssert.AreEqual(expected, output);
    }
}
