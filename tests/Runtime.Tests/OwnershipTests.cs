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
            foreach (InferenceSession left in
                order.SkipWhile(i => i != place).Skip(1).Select(i => all[i]).OfType<InferenceSession>())
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
    [DataRow("pictures on the device")]
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
        using var host = new TestHost(1024);
        // The self-test makes the same few calls for many networks: every third will do.
        int before = LiveObjects.Count, failures = 0, stride = use == "self-test" ? 3 : 1;
        for (int failing = 0; ; failing += stride)
        {
            int calls = 0;
            VulkanResult.Injected = (_, result) => calls++ == failing ? Result.ErrorOutOfDeviceMemory : result;
            try
            {
                var how = new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = use == "self-test" };
                using GpuDevice device = use == "pictures on the device"
                    ? GpuDevice.FromHost(host.Handles(), how)
                    : TestDevices.OpenSoftware(how);
                using InferenceSession session = device.CreateSession(small, options);
                if (use == "steps")
                {
                    using Stepper stepper = session.CreateStepper();
                    stepper.Start([new Image(new byte[3], 1, 1)]);
                }
                else if (use == "pictures")
                    session.Run([new Image(new byte[3], 1, 1)], new float[small.Graph.OutputShape.ElementCount]);
                else if (use == "pictures on the device")
                {
                    DeviceImage[] one = [new(DevicePlane.InBuffer(host.Buffer), 2, 2, PixelFormat.Nv12)];
                    session.Run(one, new float[small.Graph.OutputShape.ElementCount]);
                    session.Run(one, [host.BufferAt(16)]);
                    using Stepper stepper = session.CreateStepper();
                    stepper.Start(one);
                    using Recorder recorder = session.CreateRecorder();
                    host.Record(commands => recorder.Record(commands, one, [host.BufferAt(16)]));
                }
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
}
