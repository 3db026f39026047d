using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>A session inside a host: on the host's device and in its command buffers.</summary>
[TestClass]
public sealed class EmbeddingTests
{
    internal const int Batch = 2;

    internal static readonly Model Model = SessionTests.NetworkOfAllOperators();
    internal static readonly float[] Input = SessionTests.Input(Batch);
    internal static readonly int Outputs = Batch * Model.Graph.OutputShape.ElementCount;

    internal static float[] Expected => field ??= RunOn(TestDevices.Software);

    [TestMethod]
    public void A_host_s_device_computes_the_same_and_is_the_host_s_again_afterwards()
    {
        using var host = new TestHost(4);
        for (int round = 0; round < 2; round++)
        {
            using GpuDevice device = GpuDevice.FromHost(
                host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
            Assert.AreEqual(GpuKind.Cpu, device.Info.Kind);
            CollectionAssert.AreEqual(Expected, RunOn(device));
        }
        host.Record(_ => { });
        host.Submit();
    }

    [TestMethod]
    public void Adopting_refuses_null_handles_and_queues_without_compute()
    {
        using var host = new TestHost(4);
        HostDevice good = host.Handles();
        foreach (HostDevice bad in (HostDevice[])
            [
                good with { Instance = 0 }, good with { PhysicalDevice = 0 },
                good with { Device = 0 },
                good with { QueueFamily = 99 },
                good with { Queue = 0, QueueIndex = 4096 },
#pragma warning disable CS9216 // The compiler warns of a Lock that is seen as an object; not every caller's is C#'s.
                good with { QueueLock = new Lock() },
#pragma warning restore CS9216
            ])
            Assert.ThrowsExactly<ArgumentException>(() => GpuDevice.FromHost(bad), $"{bad}");
    }

    [TestMethod]
    public void Recording_refuses_null_handles_offsets_between_floats_and_devices_that_are_not_the_host_s()
    {
        using var host = new TestHost(Input.Length + Outputs);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        using InferenceSession elsewhere = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch });
        using Recorder recorder = session.CreateRecorder();
        BufferRegion input = host.BufferAt(0), output = host.BufferAt(Input.Length);
        host.Record(commands =>
        {
            Assert.ThrowsExactly<ArgumentException>(() => recorder.Record(0, input, output));
            foreach (BufferRegion bad in (BufferRegion[])[
                default, input with { Offset = -4 }, input with { Offset = 2 }])
            {
                Assert.ThrowsExactly<ArgumentException>(() => recorder.Record(commands, bad, output), $"{bad}");
                Assert.ThrowsExactly<ArgumentException>(() => recorder.Record(commands, input, bad), $"{bad}");
            }
            Assert.ThrowsExactly<InvalidOperationException>(() => elsewhere.CreateRecorder());
            Assert.ThrowsExactly<InvalidOperationException>(() => elsewhere.Run(input, output));
        });
    }

    [TestMethod]
    public void Recorded_into_the_host_s_commands_it_reads_and_writes_the_host_s_buffers_each_time()
    {
        // One float that is neither's, so that both have an offset.
        using var host = new TestHost(1 + Input.Length + Outputs);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        using Recorder recorder = session.CreateRecorder();
        host.Record(commands => recorder.Record(commands, host.BufferAt(1), host.BufferAt(1 + Input.Length)));
        foreach (float[] input in (float[][])[Input, new float[Input.Length], Input])
        {
            host.Memory.Fill(float.NaN);
            input.CopyTo(host.Memory[1..]);
            host.Submit();
            var output = new float[Outputs];
            session.Run(input, output);
            CollectionAssert.AreEqual(output, host.Memory[(1 + Input.Length)..].ToArray());
        }
        CollectionAssert.AreEqual(Expected, host.Memory[(1 + Input.Length)..].ToArray());
    }

    [TestMethod]
    public void Only_what_names_the_host_s_buffers_is_recorded_for_each_run()
    {
        // A buffer may be another one under the handle of one that the host has destroyed.
        using var host = new TestHost(Input.Length + Outputs);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        using Stepper stepper = session.CreateStepper();
        BufferRegion from = host.BufferAt(0), to = host.BufferAt(Input.Length);
        var modes = new Action[]
        {
            () => session.Run(from, to),
            () =>
            {
                stepper.Start(from, to);
                while (!stepper.Step(TimeSpan.MaxValue))
                {
                }
            },
        };
        foreach (Action run in modes)
            for (int round = 0; round < 3; round++)
            {
                host.Memory.Fill(float.NaN);
                Input.CopyTo(host.Memory);
                int recorded = 0;
                VulkanResult.Injected = (call, result) =>
                {
                    recorded += call == "vkBeginCommandBuffer" ? 1 : 0;
                    return result;
                };
                try
                {
                    run();
                }
                finally
                {
                    VulkanResult.Injected = null;
                }
                CollectionAssert.AreEqual(Expected, host.Memory[Input.Length..].ToArray());
                if (round > 0)
                    Assert.AreEqual(2, recorded, "The copies of input and output.");
            }
        (long before, int objects) = (GC.GetAllocatedBytesForCurrentThread(), LiveObjects.Count);
        session.Run(from, to);
        Assert.AreEqual((0L, objects), (GC.GetAllocatedBytesForCurrentThread() - before, LiveObjects.Count));
    }

    [TestMethod]
    public async Task A_run_waits_for_the_host_s_semaphore_and_signals_another()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        session.Run(Input, new float[Outputs]); // Not for compiling is what follows to take long.
        ulong before = host.CreateSemaphore(), after = host.CreateSemaphore();
        try
        {
            var output = new float[Outputs];
            Task run = session.RunAsync(
                Input, output,
                new GpuSync
                {
                    Wait = new[] { new TimelinePoint(before, 3) },
                    Signal = new[] { new TimelinePoint(after, 7) },
                });
            await Task.Delay(200);
            Assert.IsFalse(run.IsCompleted);
            Assert.AreEqual(0UL, host.ValueOf(after));
            host.Signal(before, 3);
            await run.WaitAsync(TimeSpan.FromSeconds(30));
            host.Await(after, 7);
            Assert.AreEqual(7UL, host.ValueOf(after));
            CollectionAssert.AreEqual(Expected, output);
        }
        finally
        {
            host.Destroy(before);
            host.Destroy(after);
        }
    }

    [TestMethod]
    public async Task A_run_waits_for_all_semaphores_and_signals_all_of_them()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        session.Run(Input, new float[Outputs]); // Not for compiling is what follows to take long.
        ulong[] semaphores = [.. Enumerable.Range(0, 4).Select(_ => host.CreateSemaphore())];
        try
        {
            Task run = session.RunAsync(Input, new float[Outputs], new GpuSync
            {
                Wait = new[] { new TimelinePoint(semaphores[0], 1), new TimelinePoint(semaphores[1], 2) },
                Signal = new[] { new TimelinePoint(semaphores[2], 3), new TimelinePoint(semaphores[3], 4) },
            });
            host.Signal(semaphores[0], 1);
            await Task.Delay(200);
            Assert.IsFalse(run.IsCompleted);
            host.Signal(semaphores[1], 2);
            await run.WaitAsync(TimeSpan.FromSeconds(30));
            host.Await(semaphores[2], 3);
            host.Await(semaphores[3], 4);
            Assert.AreEqual((3UL, 4UL), (host.ValueOf(semaphores[2]), host.ValueOf(semaphores[3])));
        }
        finally
        {
            Array.ForEach(semaphores, host.Destroy);
        }
    }

    [TestMethod]
    public async Task A_null_semaphore_is_refused_and_the_session_goes_on()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        TimelinePoint[] none = [default];
        foreach (GpuSync sync in (GpuSync[])[new GpuSync { Wait = none }, new GpuSync { Signal = none }])
            await Assert.ThrowsExactlyAsync<ArgumentException>(() => session.RunAsync(Input, new float[Outputs], sync));
        var output = new float[Outputs];
        await session.RunAsync(Input, output).WaitAsync(TimeSpan.FromSeconds(30));
        CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    public async Task Semaphores_without_the_feature_are_refused_and_the_session_goes_on()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(
            host.Handles(timelineSemaphores: false), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        var sync = new GpuSync { Wait = new[] { new TimelinePoint(1, 1) } };
        UnsupportedDeviceException e = await Assert.ThrowsExactlyAsync<UnsupportedDeviceException>(
            () => session.RunAsync(Input, new float[Outputs], sync));
        StringAssert.Contains(e.Message, "timelineSemaphore");
        var output = new float[Outputs];
        session.Run(Input, output);
        CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    public async Task The_runtime_submits_under_the_host_s_lock()
    {
        using var host = new TestHost(4);
        HostDevice handles = host.Handles();
        using GpuDevice device = GpuDevice.FromHost(handles, new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        session.Run(Input, new float[Outputs]); // Not for compiling is what follows to take long.
        Task run;
        lock (handles.QueueLock!)
        {
            run = Task.Run(() => session.Run(Input, new float[Outputs]));
            Assert.IsFalse(run.Wait(TimeSpan.FromMilliseconds(300)));
        }
        await run.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [TestMethod]
    public async Task Once_all_is_disposed_nothing_touches_the_host_s_device_any_more()
    {
        _ = Expected;
        int before = LiveObjects.Count;
        for (int round = 0; round < 10; round++)
        {
            using var host = new TestHost(4);
            using (GpuDevice device = GpuDevice.FromHost(
                host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" }))
            using (InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch }))
                await session.RunAsync(Input, new float[Outputs]);
            // At once: the host may destroy its device now.
            Assert.AreEqual(before, LiveObjects.Count);
        }
    }

    [TestMethod]
    public void Sixteen_bits_that_the_host_enabled_are_used()
    {
        GpuDevice own = TestDevices.SoftwareWithFp16;
        using var host = new TestHost(4, fp16Storage: true);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch, Fp16 = true });
        using InferenceSession elsewhere = own.CreateSession(Model, new SessionOptions { Batch = Batch, Fp16 = true });
        float[] output = new float[Outputs], expected = new float[Outputs];
        session.Run(Input, output);
        elsewhere.Run(Input, expected);
        CollectionAssert.AreEqual(expected, output);
        CollectionAssert.AreNotEqual(Expected, output);
    }

    [TestMethod]
    public void Sixty_four_bit_integers_that_the_host_enabled_are_used()
    {
        if (!TestDevices.Software.Vulkan.Physical.Traits.HasInt64)
            Assert.Inconclusive($"{TestDevices.Software.Info.Name} has no 64-bit integers.");
        foreach (bool enabled in (bool[])[true, false])
        {
            using var host = new TestHost(4, int64: enabled);
            using GpuDevice device = GpuDevice.FromHost(
                host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
            Assert.AreEqual(enabled, device.Vulkan.Traits.HasInt64);
            foreach (string variant in (string[])["lanes8x1x16", "lanes4x1x16"])
            {
                (Layer[] layers, TensorShape shape, int batch) =
                    OperatorCases.All.First(row => row.Layers is [{ Operator: Conv2d }]);
                OperatorCheck.Matches(device, layers, shape, batch, variants: new VariantChoice(variant));
            }
        }
    }

    [TestMethod]
    public void Sixteen_bits_that_the_host_did_not_enable_are_refused()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        StringAssert.Contains(
            Assert.ThrowsExactly<UnsupportedDeviceException>(
                () => device.CreateSession(Model, new SessionOptions { Fp16 = true })).Message,
            "storageBuffer16BitAccess");
    }

    private static float[] RunOn(GpuDevice device)
    {
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        var output = new float[Outputs];
        session.Run(Input, output);
        return output;
    }
}
