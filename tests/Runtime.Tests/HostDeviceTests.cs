using Silk.NET.Vulkan;
using SoftPool.Runtime.Tests.Verification;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>A host's device as hosts tell of it: locks of functions, chains of features, queues by their
/// index.</summary>
[TestClass]
public sealed class HostDeviceTests
{
    // Small: drivers on a CPU compile each kernel for a second and more.
    private static readonly Model Model = TestModels.WithWeights(Certified.Tiny);
    private static readonly float[] Input = [1, -2, 3, -4];

    private static readonly GpuDeviceOptions NoCache = new() { PipelineCacheFolder = "", SelfTest = false };

    [TestMethod]
    public void Each_use_of_the_queue_is_between_the_host_s_functions_and_released_is_called_once()
    {
        using var host = new TestHost(4);
        int held = 0, locks = 0, released = 0, faults = 0;
        using GpuDevice device = GpuDevice.FromHost(
            host.Handles() with
            {
                Queue = 0,
                QueueIndex = 0,
                QueueLock = null,
                LockQueue = () =>
                {
                    if (Interlocked.Increment(ref held) != 1)
                        faults++;
                    locks++;
                },
                UnlockQueue = () => Interlocked.Decrement(ref held),
                Released = () => released++,
            },
            NoCache);
        InferenceSession session = device.CreateSession(Model);
        int before = locks;
        Assert.IsGreaterThan(0, before);
        CollectionAssert.AreEqual(Expected, RunOn(session));
        Assert.IsGreaterThan(before, locks);
        Stepper stepper = session.CreateStepper();
        device.Dispose();
        session.Dispose();
        Assert.AreEqual((0, 0, 0), (held, faults, released));
        stepper.Dispose();
        Assert.AreEqual(1, released);
    }

    [TestMethod]
    [Timeout(60_000)]
    public void A_run_within_the_host_s_functions_is_refused_and_the_outer_one_goes_on()
    {
        using var host = new TestHost(16);
        var refused = new List<string>();
        Action? within = null;
        void Try()
        {
            Action? once = within;
            within = null;
            once?.Invoke();
        }
        using GpuDevice device = GpuDevice.FromHost(
            host.Handles() with { QueueLock = null, LockQueue = Try, UnlockQueue = Try }, NoCache);
        using InferenceSession session = device.CreateSession(Model);
        using Stepper stepper = session.CreateStepper();
        var output = new float[2];
        foreach (Action inner in (Action[])
            [
                () => session.Run(Input, output), () => { _ = session.RunAsync(Input, output); },
                () => session.Run(host.BufferAt(0), host.BufferAt(8)), () => session.MapInput<float>(),
                () => stepper.Step(TimeSpan.FromSeconds(1)),
                () => device.CreateSession(TestModels.WithWeights(Certified.Tiny)), () => device.CreateSession(Model),
            ])
        {
            stepper.Start(Input);
            within = () => refused.Add(Assert.ThrowsExactly<InvalidOperationException>(inner).Message);
            CollectionAssert.AreEqual(Expected, RunOn(session));
            Assert.IsNull(within);
        }
        Assert.HasCount(7, refused);
        Assert.StartsWith("This thread has locked the queue", refused.Distinct().Single());
    }

    [TestMethod]
    [Timeout(60_000)]
    public void A_run_while_the_thread_holds_the_host_s_monitor_is_refused_and_another_thread_s_is_not()
    {
        using var host = new TestHost(4);
        HostDevice handles = host.Handles();
        using GpuDevice device = GpuDevice.FromHost(handles, NoCache);
        using InferenceSession session = device.CreateSession(Model);
        Task<float[]> other;
        lock (handles.QueueLock!)
        {
            Assert.ThrowsExactly<InvalidOperationException>(() => RunOn(session));
            other = Task.Run(() => RunOn(session));
            Assert.IsFalse(other.Wait(100));
        }
        CollectionAssert.AreEqual(Expected, other.Result);
        CollectionAssert.AreEqual(Expected, RunOn(session));
    }

    [TestMethod]
    [Timeout(60_000)]
    public void Runs_that_waited_for_a_slot_end_well_if_it_is_given_back_by_a_thread_that_has_locked_the_queue()
    {
        using var host = new TestHost(4);
        HostDevice handles = host.Handles();
        using GpuDevice device = GpuDevice.FromHost(handles, NoCache);
        using InferenceSession session = device.CreateSession(Model, new SessionOptions(MaxConcurrentRuns: 1));
        float[][] outputs = [new float[2], new float[2]];
        MappedInput<float> mapped = session.MapInput<float>();
        Task[] waiting = [.. outputs.Select(output => session.RunAsync(Input, output))];
        lock (handles.QueueLock!)
            mapped.Dispose();
        Task.WaitAll(waiting);
        foreach (float[] output in outputs)
            CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    public void A_lock_is_told_in_one_way_and_whole()
    {
        using var host = new TestHost(4);
        HostDevice good = host.Handles() with { QueueLock = null, LockQueue = () => { }, UnlockQueue = () => { } };
        GpuDevice.FromHost(good, NoCache).Dispose();
        foreach (HostDevice bad in (HostDevice[])
            [good with { LockQueue = null }, good with { UnlockQueue = null }, good with { QueueLock = new object() }])
            Assert.Contains(
                "a function that locks together with one that unlocks",
                Assert.ThrowsExactly<ArgumentException>(() => GpuDevice.FromHost(bad, NoCache)).Message);
    }

    [TestMethod]
    [DataRow(false, true)]
    [DataRow(true, true)]
    [DataRow(false, false)]
    [DataRow(true, false)]
    public void Features_come_as_a_chain(bool isOld, bool on)
    {
        var before = new HostDevice
        {
            Instance = 1,
            PhysicalDevice = 2,
            Device = 3,
            QueueFamily = 4,
            HasFp16Storage = !on,
            HasInt64 = !on,
            HasTimelineSemaphores = !on,
            HasCooperativeMatrices = !on,
        };
        Assert.AreEqual(
            before with
            {
                HasFp16Storage = on,
                HasInt64 = on,
                HasTimelineSemaphores = on,
                HasCooperativeMatrices = on,
            },
            TestHost.Enable(before, isOld, on));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Kernels_on_matrix_units_need_all_of_their_features(bool isOld)
    {
        HostDevice host = TestHost.Enable(
            new HostDevice { Instance = 1, PhysicalDevice = 2, Device = 3, QueueFamily = 4 }, isOld, on: true,
            hasMemoryModel: false);
        Assert.IsTrue(host.HasFp16Storage);
        Assert.IsFalse(host.HasCooperativeMatrices);
    }

    [TestMethod]
    public void An_instance_for_Vulkan_1_0_is_refused_with_what_helps()
    {
        using var host = new TestHost(4, isOfVulkan10: true);
        foreach (HostDevice told in (HostDevice[])
            [host.Handles(), host.Handles() with { ApiVersion = new Version(1, 0) }])
            Assert.Contains(
                "VK_API_VERSION_1_1",
                Assert.ThrowsExactly<DeviceNotFoundException>(() => GpuDevice.FromHost(told, NoCache)).Message);
    }

    [TestMethod]
    public void An_own_device_s_handles_make_a_host_s_device_of_the_same_queue_and_lock()
    {
        using GpuDevice own = TestDevices.OpenSoftware(); // Its handles go last.
        HostDevice handles = own.Handles;
        Assert.IsTrue(Monitor.TryEnter(handles.QueueLock!));
        Monitor.Exit(handles.QueueLock!);
        using GpuDevice device = GpuDevice.FromHost(handles, NoCache);
        Assert.AreEqual(handles, device.Handles);
        Assert.AreEqual(own.Info, device.Info with { Index = own.Info.Index });
        Assert.AreNotEqual(default, own.Info.Uuid);
        using InferenceSession session = device.CreateSession(Model);
        CollectionAssert.AreEqual(Expected, RunOn(session));
        device.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => device.Handles);
    }

    [TestMethod]
    public void A_session_on_a_lost_device_is_refused_even_if_nothing_is_left_to_submit()
    {
        using GpuDevice device = TestDevices.OpenSoftware();
        using InferenceSession first = device.CreateSession(Model);
        VulkanResult.Injected = (call, result) => call == "vkQueueSubmit" ? Result.ErrorDeviceLost : result;
        try
        {
            Assert.ThrowsExactly<DeviceLostException>(() => device.CreateSession(Model));
        }
        finally
        {
            VulkanResult.Injected = null;
        }
    }

    private static float[] Expected
    {
        get
        {
            using GpuDevice device = TestDevices.OpenSoftware();
            using InferenceSession session = device.CreateSession(Model);
            return RunOn(session);
        }
    }

    private static float[] RunOn(InferenceSession session)
    {
        var output = new float[2];
        session.Run(Input, output);
        return output;
    }
}
