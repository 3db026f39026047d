using System.Buffers;
using System.Diagnostics;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>A session inside a host: on the host's device, in its command buffers, beside its work, over its frames.</summary>
[TestClass]
public sealed class EmbeddingTests
{
    private const int Batch = 2;

    private static readonly Model Model = SessionTests.NetworkOfAllOperators();
    private static readonly float[] Input = SessionTests.Input(Batch);
    private static readonly int Outputs = Batch * Model.Graph.OutputShape.Count;

    private static float[] Expected => field ??= RunOn(TestDevices.Software);

    [TestMethod]
    public void A_host_s_device_computes_the_same_and_is_the_host_s_again_afterwards()
    {
        using var host = new TestHost(4);
        for (int round = 0; round < 2; round++)
        {
            using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
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
                good with { Instance = 0 }, good with { PhysicalDevice = 0 }, good with { Device = 0 }, good with { Queue = 0 },
                good with { QueueFamily = 99 },
#pragma warning disable CS9216 // The compiler warns of a Lock that is seen as an object; not every caller's is C#'s.
                good with { QueueLock = new Lock() },
#pragma warning restore CS9216
            ])
            Assert.ThrowsExactly<ArgumentException>(() => GpuDevice.Adopt(bad), $"{bad}");
    }

    [TestMethod]
    public void Recording_refuses_null_handles_offsets_between_floats_and_devices_that_are_not_the_host_s()
    {
        using var host = new TestHost(Input.Length + Outputs);
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        using InferenceSession elsewhere = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = Batch });
        GpuBuffer input = host.BufferAt(0), output = host.BufferAt(Input.Length);
        host.Record(commands =>
        {
            Assert.ThrowsExactly<ArgumentException>(() => session.Record(0, input, output));
            foreach (GpuBuffer bad in (GpuBuffer[])[default, input with { Offset = -4 }, input with { Offset = 2 }])
            {
                Assert.ThrowsExactly<ArgumentException>(() => session.Record(commands, bad, output), $"{bad}");
                Assert.ThrowsExactly<ArgumentException>(() => session.Record(commands, input, bad), $"{bad}");
            }
            Assert.ThrowsExactly<InvalidOperationException>(() => elsewhere.Record(commands, input, output));
        });
    }

    [TestMethod]
    public void Recorded_into_the_host_s_commands_it_reads_and_writes_the_host_s_buffers_each_time()
    {
        // One float that is neither's, so that both have an offset.
        using var host = new TestHost(1 + Input.Length + Outputs);
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        host.Record(commands => session.Record(commands, host.BufferAt(1), host.BufferAt(1 + Input.Length)));
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
    public async Task A_run_waits_for_the_host_s_semaphore_and_signals_another()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        ulong before = host.CreateSemaphore(), after = host.CreateSemaphore();
        try
        {
            var output = new float[Outputs];
            Task run = session.RunAsync(
                Input, output,
                new GpuSync { Wait = new[] { new GpuSemaphore(before, 3) }, Signal = new[] { new GpuSemaphore(after, 7) } });
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
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        ulong[] semaphores = [.. Enumerable.Range(0, 4).Select(_ => host.CreateSemaphore())];
        try
        {
            Task run = session.RunAsync(Input, new float[Outputs], new GpuSync
            {
                Wait = new[] { new GpuSemaphore(semaphores[0], 1), new GpuSemaphore(semaphores[1], 2) },
                Signal = new[] { new GpuSemaphore(semaphores[2], 3), new GpuSemaphore(semaphores[3], 4) },
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
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        GpuSemaphore[] none = [default];
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
        using GpuDevice device = GpuDevice.Adopt(
            host.Handles(timelineSemaphores: false), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        var sync = new GpuSync { Wait = new[] { new GpuSemaphore(1, 1) } };
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
        using GpuDevice device = GpuDevice.Adopt(handles, new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
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
            using (GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" }))
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
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch, Fp16 = true });
        using InferenceSession elsewhere = own.CreateSession(Model, new SessionOptions { Batch = Batch, Fp16 = true });
        float[] output = new float[Outputs], expected = new float[Outputs];
        session.Run(Input, output);
        elsewhere.Run(Input, expected);
        CollectionAssert.AreEqual(expected, output);
        CollectionAssert.AreNotEqual(Expected, output);
    }

    [TestMethod]
    public void Sixteen_bits_that_the_host_did_not_enable_are_refused()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        StringAssert.Contains(
            Assert.ThrowsExactly<UnsupportedDeviceException>(
                () => device.CreateSession(Model, new SessionOptions { Fp16 = true })).Message,
            "storageBuffer16BitAccess");
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public async Task Many_runs_in_flight_give_each_its_own_output(int inFlight)
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = Batch, InFlight = inFlight });
        float[][] inputs = [.. Enumerable.Range(0, 12).Select(i => Input.Select(x => x * (1 + i % 3)).ToArray())];
        float[][] outputs = [.. inputs.Select(_ => new float[Outputs])];
        await Task.WhenAll(inputs.Zip(outputs, (input, output) => session.RunAsync(input, output)));
        for (int i = 0; i < inputs.Length; i++)
        {
            var expected = new float[Outputs];
            session.Run(inputs[i], expected);
            CollectionAssert.AreEqual(expected, outputs[i], $"run {i}");
        }
    }

    [TestMethod]
    [DataRow("pictures")]
    [DataRow("steps")]
    [DataRow("commands")]
    [DataRow("times")]
    public async Task Runs_come_and_go_while_a_session_is_busy_with_something_else(string what)
    {
        using var host = new TestHost(Input.Length + Outputs);
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        using var begun = new ManualResetEventSlim();
        using var released = new ManualResetEventSlim();
        Task busy = Task.Run(() =>
        {
            VulkanResult.Injected = (call, result) =>
            {
                if (call == "host")
                    return result;
                begun.Set();
                released.Wait(TimeSpan.FromSeconds(10));
                return result;
            };
            try
            {
                Use();
            }
            finally
            {
                VulkanResult.Injected = null;
            }
        });
        Assert.IsTrue(begun.Wait(TimeSpan.FromSeconds(10)));
        var output = new float[Outputs];
        await Task.Run(() => session.RunAsync(Input, output)).WaitAsync(TimeSpan.FromSeconds(5));
        CollectionAssert.AreEqual(Expected, output);
        Task disposal = Task.Run(session.Dispose);
        Assert.IsFalse(disposal.Wait(TimeSpan.FromMilliseconds(200)));
        released.Set();
        await busy.WaitAsync(TimeSpan.FromSeconds(10));
        await disposal.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.ThrowsExactly<ObjectDisposedException>(Use);

        void Use()
        {
            if (what == "pictures")
                session.Run([new Picture(new byte[3], 1, 1)], new float[Outputs / Batch]);
            else if (what == "steps")
                session.Begin(Input);
            else if (what == "times")
                session.TimeLaunches(Input, new double[session.Plan.Dispatches.Count]);
            else
                host.Record(commands => session.Record(commands, host.BufferAt(0), host.BufferAt(Input.Length)));
        }
    }

    [TestMethod]
    public async Task A_cancelled_run_ends_at_once_leaves_its_output_alone_and_frees_its_place()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        ulong never = host.CreateSemaphore();
        using var cancel = new CancellationTokenSource();
        var output = new float[Outputs];
        Task held = session.RunAsync(
            Input, output, new GpuSync { Wait = new[] { new GpuSemaphore(never, 1) } }, cancel.Token);
        Task queued = session.RunAsync(Input, new float[Outputs], cancel.Token);
        cancel.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => held.WaitAsync(TimeSpan.FromSeconds(10)));
        await Assert.ThrowsAsync<OperationCanceledException>(() => queued.WaitAsync(TimeSpan.FromSeconds(10)));
        host.Signal(never, 1);
        var after = new float[Outputs];
        await session.RunAsync(Input, after).WaitAsync(TimeSpan.FromSeconds(30));
        CollectionAssert.AreEqual(Expected, after);
        Assert.IsTrue(output.All(value => value == 0));
        host.Destroy(never);
    }

    [TestMethod]
    public async Task An_input_that_a_free_run_takes_is_the_caller_s_again_at_once()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = Batch });
        float[] input = [.. Input], output = new float[Outputs];
        Task run = session.RunAsync(input, output);
        Array.Clear(input);
        await run;
        CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    public async Task A_run_that_is_cancelled_while_its_output_is_written_ends_well()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = Batch });
        using var cancel = new CancellationTokenSource();
        var output = new float[Outputs];
        using var cancelling = new CallingMemory(output, () =>
        {
            // Elsewhere: who awaits the run may go on within Cancel.
            Task.Run(cancel.Cancel);
            SpinWait.SpinUntil(() => cancel.IsCancellationRequested);
            Thread.Sleep(100);
        });
        await session.RunAsync(Input, cancelling.Whole, cancel.Token);
        Assert.IsTrue(cancel.IsCancellationRequested);
        CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    public async Task A_run_that_is_done_before_it_hears_of_its_cancelling_ends_well_and_has_its_output()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        ulong held = host.CreateSemaphore();
        using var cancel = new CancellationTokenSource();
        var output = new float[Outputs];
        Task run = session.RunAsync(
            Input, output, new GpuSync { Wait = new[] { new GpuSemaphore(held, 1) } }, cancel.Token);
        // Who asked last is told first: the run hears of it once it is done.
        cancel.Token.Register(() =>
        {
            host.Signal(held, 1);
            run.Wait(TimeSpan.FromSeconds(30));
        });
        cancel.Cancel();
        await run.WaitAsync(TimeSpan.FromSeconds(30));
        CollectionAssert.AreEqual(Expected, output);
        host.Destroy(held);
    }

    [TestMethod]
    public async Task A_run_whose_output_cannot_be_written_says_so_and_frees_its_place()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = Batch });
        using var gone = new CallingMemory(new float[Outputs], () => throw new ObjectDisposedException("output"));
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => session.RunAsync(Input, gone.Whole));
        var output = new float[Outputs];
        await session.RunAsync(Input, output).WaitAsync(TimeSpan.FromSeconds(30));
        CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    public void Steps_come_to_the_same_output_over_any_number_of_frames()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = Batch });
        Assert.ThrowsExactly<InvalidOperationException>(() => session.Step(TimeSpan.Zero));
        var steps = new List<int>();
        foreach (TimeSpan budget in (TimeSpan[])[TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(1)])
        {
            session.Begin(Input);
            Assert.ThrowsExactly<InvalidOperationException>(() => session.End(new float[Outputs]));
            int count = 1;
            while (!session.Step(budget))
                count++;
            steps.Add(count);
            var output = new float[Outputs];
            session.End(output);
            CollectionAssert.AreEqual(Expected, output);
        }
        // A budget of nothing still does one launch a step; a minute holds them all.
        Assert.IsGreaterThan(10, steps[0]);
        Assert.AreEqual(steps[0], steps[1]);
        Assert.AreEqual(1, steps[2]);
    }

    [TestMethod]
    public void An_inference_in_steps_ends_with_as_many_items_as_it_began_with()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = Batch });
        session.Begin(Input.AsSpan(0, Input.Length / Batch));
        while (!session.Step(TimeSpan.FromMinutes(1)))
        {
        }
        foreach (int length in (int[])[0, Outputs / Batch - 1, Outputs])
            Assert.ThrowsExactly<ShapeMismatchException>(() => session.End(new float[length]), $"{length}");
        var output = new float[Outputs / Batch];
        session.End(output);
        CollectionAssert.AreEqual(Expected[..output.Length], output);
    }

    [TestMethod]
    public void An_inference_that_is_given_up_leaves_nothing_to_the_next()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Model, new SessionOptions { Batch = Batch });
        session.Begin(new float[Input.Length]);
        for (int i = 0; i < 5; i++)
            Assert.IsFalse(session.Step(TimeSpan.Zero));
        session.Begin(Input);
        while (!session.Step(TimeSpan.Zero))
        {
        }
        var output = new float[Outputs];
        session.End(output);
        CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    public void A_step_stops_before_a_launch_that_took_longer_than_what_is_left()
    {
        // Small launches, a large one, a small one.
        Model model = TestModels.WithZeros(TestModels.Sequential(
            new TensorShape(64, 64, 64), new ReLU(), new MaxPool2d(1, 1, 0, false), new Conv2d(64, 128, 9, 1, 4), new GlobalAvgPool()));
        using InferenceSession session = TestDevices.Software.CreateSession(model);
        _ = StepsOf(TimeSpan.Zero);
        // With half of what the large one takes: what is ahead of it, itself, what is behind it. A busy machine may be late once.
        Assert.IsTrue(Enumerable.Range(0, 5).Any(_ => StepsOf(StepsOf(TimeSpan.Zero).Max() / 2).Count >= 3));

        List<TimeSpan> StepsOf(TimeSpan budget)
        {
            session.Begin(new float[model.Graph.InputShape.Count]);
            var durations = new List<TimeSpan>();
            for (bool done = false; !done;)
            {
                long begin = Stopwatch.GetTimestamp();
                done = session.Step(budget);
                durations.Add(Stopwatch.GetElapsedTime(begin));
            }
            return durations;
        }
    }

    private static float[] RunOn(GpuDevice device)
    {
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        var output = new float[Outputs];
        session.Run(Input, output);
        return output;
    }

    /// <summary>Calls back when somebody begins to write it.</summary>
    private sealed class CallingMemory(float[] data, Action begun) : MemoryManager<float>
    {
        public Memory<float> Whole => CreateMemory(data.Length);

        public override Span<float> GetSpan()
        {
            begun();
            return data;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
