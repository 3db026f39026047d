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
    public void A_null_handle_is_refused()
    {
        using var host = new TestHost(4);
        Assert.ThrowsExactly<ArgumentException>(() => GpuDevice.Adopt(host.Handles() with { Queue = 0 }));
        Assert.ThrowsExactly<ArgumentException>(() => GpuDevice.Adopt(host.Handles() with { Instance = 0 }));
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
