using SoftPool.Operators;
using SoftPool.Runtime.Tests.Vulkan;

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
        using var host = new TestHost(Input.Length + Outputs);
        using GpuDevice device = GpuDevice.Adopt(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        host.Record(commands => session.Record(commands, host.BufferAt(0), host.BufferAt(Input.Length)));
        foreach (float[] input in (float[][])[Input, new float[Input.Length], Input])
        {
            input.CopyTo(host.Memory);
            host.Memory[Input.Length..].Fill(float.NaN);
            host.Submit();
            var output = new float[Outputs];
            session.Run(input, output);
            CollectionAssert.AreEqual(output, host.Memory[Input.Length..].ToArray());
        }
        CollectionAssert.AreEqual(Expected, host.Memory[Input.Length..].ToArray());
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

    /// <summary>An output that takes long to copy, and a cancellation in the midst of it.</summary>
    [TestMethod]
    public async Task A_cancelled_run_does_not_write_its_output_behind_its_caller_s_back()
    {
        var graph = new ModelGraph("large", new TensorShape(1, 2048, 4096), [new Layer("pool", new MaxPool2d(1, 1, 0, false))]);
        using InferenceSession session = TestDevices.Software.CreateSession(TestModels.WithZeros(graph));
        float[] input = [.. Enumerable.Repeat(1f, graph.InputShape.Count)];
        for (int round = 0; round < 5; round++)
        {
            using var cancel = new CancellationTokenSource();
            var output = new float[input.Length];
            Task run = session.RunAsync(input, output, cancel.Token);
            while (Volatile.Read(ref output[0]) == 0)
                Thread.SpinWait(10);
            cancel.Cancel();
            await run.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.AreEqual(1, output[^1]);
        }
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

    private static float[] RunOn(GpuDevice device)
    {
        using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = Batch });
        var output = new float[Outputs];
        session.Run(Input, output);
        return output;
    }
}
