using Silk.NET.Vulkan;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>Who owns what: nothing is left behind, whatever fails and in whatever order it is disposed.</summary>
[TestClass]
public sealed class OwnershipTests
{
    private static readonly Model Model = SessionTests.NetworkOfAllOperators();
    private static readonly float[] Input = SessionTests.Input(1);

    /// <summary>The device that all tests share is no test's own.</summary>
    [TestInitialize]
    public void OpenTheSharedDevice() => _ = TestDevices.Software;

    [TestMethod]
    [DataRow(0, 1, 2)]
    [DataRow(2, 1, 0)]
    [DataRow(1, 2, 0)]
    public void Device_and_sessions_are_disposed_in_any_order(params int[] order)
    {
        int before = LiveObjects.Count;
        GpuDevice device = TestDevices.OpenSoftware();
        InferenceSession first = device.CreateSession(Model), second = device.CreateSession(Model);
        IDisposable[] all = [device, first, second];
        foreach (int place in order)
        {
            all[place].Dispose();
            foreach (InferenceSession left in order.SkipWhile(i => i != place).Skip(1).Select(i => all[i]).OfType<InferenceSession>())
                left.Run(Input, new float[Model.Graph.OutputShape.ElementCount]);
        }
        Assert.AreEqual(before, LiveObjects.Count);
        Assert.ThrowsExactly<ObjectDisposedException>(() => device.CreateSession(Model));
    }

    [TestMethod]
    public async Task A_device_that_is_disposed_while_a_session_is_created_ends_with_that()
    {
        int before = LiveObjects.Count;
        GpuDevice device = TestDevices.OpenSoftware();
        using ManualResetEventSlim begun = new(), released = new();
        Task<InferenceSession> creation = Task.Run(() =>
        {
            VulkanResult.Injected = (_, result) =>
            {
                begun.Set();
                released.Wait(TimeSpan.FromSeconds(30));
                return result;
            };
            try
            {
                // Between two measurements of the tuner nothing but the creation itself holds the device.
                return device.CreateSession(Model, new SessionOptions { Tune = true });
            }
            finally
            {
                VulkanResult.Injected = null;
            }
        });
        Assert.IsTrue(begun.Wait(TimeSpan.FromSeconds(30)));
        device.Dispose();
        Assert.IsGreaterThan(before, LiveObjects.Count);
        released.Set();
        using (InferenceSession session = await creation.WaitAsync(TimeSpan.FromSeconds(30)))
            session.Run(Input, new float[Model.Graph.OutputShape.ElementCount]);
        Assert.AreEqual(before, LiveObjects.Count);
    }

    [TestMethod]
    public async Task What_a_session_makes_later_is_freed_with_it_too()
    {
        int before = LiveObjects.Count;
        using (GpuDevice device = TestDevices.OpenSoftware())
        using (InferenceSession session = device.CreateSession(Model, new SessionOptions { MaxConcurrentRuns = 2 }))
        {
            var output = new float[Model.Graph.OutputShape.ElementCount];
            await session.RunAsync(Input, output);
            using Stepper stepper = session.CreateStepper();
            stepper.Start(Input);
            stepper.Step(TimeSpan.Zero);
            stepper.Start([new Image(new byte[3], 1, 1)]);
            using Profiler profiler = session.CreateProfiler();
            profiler.Run(Input);
            profiler.Run([new Image(new byte[3], 1, 1)]);
            session.Run([new Image(new byte[3], 1, 1)], output);
        }
        Assert.AreEqual(before, LiveObjects.Count);
    }

    [TestMethod]
    [DataRow("steps")]
    [DataRow("pictures")]
    [DataRow("times")]
    [DataRow("two in flight")]
    [DataRow("self-test")]
    public void What_fails_at_any_call_frees_what_it_made(string use)
    {
        // Few layers: each has the same calls, and the whole is made anew for every one of them.
        Model small = TestModels.WithWeights(TestModels.Sequential(
            new TensorShape(3, 5, 5), new Conv2d(3, 4, 3, 1, 1),
            new SoftPool2d(2, 2, 0, false, SoftPoolWeighting.SharedAcrossChannels)));
        var options = new SessionOptions { Batch = 2, MaxConcurrentRuns = use == "two in flight" ? 2 : 1 };
        // The self-test makes the same few calls for many networks: every third will do.
        int before = LiveObjects.Count, failures = 0, stride = use == "self-test" ? 3 : 1;
        for (int failing = 0; ; failing += stride)
        {
            int calls = 0;
            VulkanResult.Injected = (_, result) => calls++ == failing ? Result.ErrorOutOfDeviceMemory : result;
            try
            {
                using GpuDevice device = TestDevices.OpenSoftware(
                    new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = use == "self-test" });
                using InferenceSession session = device.CreateSession(small, options);
                if (use == "steps")
                {
                    using Stepper stepper = session.CreateStepper();
                    stepper.Start([new Image(new byte[3], 1, 1)]);
                }
                else if (use == "pictures")
                    session.Run([new Image(new byte[3], 1, 1)], new float[small.Graph.OutputShape.ElementCount]);
                else if (use == "times")
                {
                    using Profiler profiler = session.CreateProfiler();
                    profiler.Run(new float[75]);
                }
                Assert.IsLessThanOrEqualTo(failing, calls, $"The failure of call {failing} went unseen.");
                break;
            }
            catch (OutOfDeviceMemoryException)
            {
                failures++;
            }
            finally
            {
                VulkanResult.Injected = null;
            }
            Assert.AreEqual(before, LiveObjects.Count, $"The failure of call {failing} left something behind.");
        }
        Assert.AreEqual(before, LiveObjects.Count);
        Assert.IsGreaterThan(50, failures);
    }

    [TestMethod]
    [DataRow(1, "session", "The batch is 1 already")]
    [DataRow(3, "session", "Take a smaller batch than 3")]
    [DataRow(3, "pictures", "Take a smaller batch than 3")]
    [DataRow(3, "device", "vkCreateDevice found no memory left.")]
    public void The_advice_where_memory_lacks_fits_the_call(int batch, string use, string advice)
    {
        string failing = use == "device" ? "vkCreateDevice" : "vkAllocateMemory";
        bool fails = use != "pictures";
        VulkanResult.Injected = (call, result) => fails && call.StartsWith(failing, StringComparison.Ordinal) ? Result.ErrorOutOfDeviceMemory : result;
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
    public void Sessions_of_one_model_share_their_weights_and_those_of_another_do_not()
    {
        using GpuDevice device = TestDevices.OpenSoftware();
        // The first session of a device would, with buffers of the probe.
        TurnProbe.LargestOn(device.Vulkan);
        int first = AllocationsOf(() => device.CreateSession(Model), out InferenceSession one);
        int second = AllocationsOf(() => device.CreateSession(Model, new SessionOptions { Batch = 3 }), out InferenceSession two);
        int third = AllocationsOf(() => device.CreateSession(SessionTests.NetworkOfAllOperators()), out InferenceSession three);
        // The weights, which a processor's driver needs no staging for.
        Assert.AreEqual(first - 1, second);
        Assert.AreEqual(first, third);
        Assert.AreEqual(one.WeightBytes, two.WeightBytes);
        // Weights that fusion changed are others than those that it did not.
        int unfused = AllocationsOf(() => device.CreateSession(Model, new SessionOptions { Fuse = false }), out InferenceSession four);
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
        // Weights are staged where the host does not see the device's memory.
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
            Assert.ThrowsExactly<OutOfDeviceMemoryException>(() => device.CreateSession(Model, new SessionOptions { Fuse = false }));
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
