using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Vulkan;
using static SoftPool.Runtime.Tests.EmbeddingTests;

namespace SoftPool.Runtime.Tests;

/// <summary>Several runs of a session at once, and beside its other work.</summary>
[TestClass]
public sealed class RunsInFlightTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public async Task Many_runs_in_flight_give_each_its_own_output(int inFlight)
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch, MaxConcurrentRuns = inFlight });
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
    [DataRow("images")]
    [DataRow("steps")]
    [DataRow("commands")]
    [DataRow("profile")]
    public async Task Runs_come_and_go_while_a_session_is_busy_with_something_else(string what)
    {
        using var host = new TestHost(Input.Length + Outputs);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch, MaxConcurrentRuns = what == "images" ? 2 : 1 });
        using Stepper stepper = session.CreateStepper();
        using Recorder recorder = session.CreateRecorder();
        using Profiler profiler = session.CreateProfiler();
        Image[] images = [new(new byte[3], 1, 1)];
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
        // A run of the session's own is waited for; a stepper, a recorder and a profiler may outlive it.
        Assert.AreEqual(what != "images", disposal.Wait(TimeSpan.FromMilliseconds(what == "images" ? 200 : 5000)));
        released.Set();
        await busy.WaitAsync(TimeSpan.FromSeconds(10));
        await disposal.WaitAsync(TimeSpan.FromSeconds(10));
        if (what == "images")
            Assert.ThrowsExactly<ObjectDisposedException>(Use);
        else
            Use();
        Assert.ThrowsExactly<ObjectDisposedException>(session.CreateStepper);
        Assert.ThrowsExactly<ObjectDisposedException>(session.CreateRecorder);
        Assert.ThrowsExactly<ObjectDisposedException>(session.CreateProfiler);

        void Use()
        {
            if (what == "images")
                session.Run(images, new float[Outputs / Batch]);
            else if (what == "steps")
                stepper.Start(images);
            else if (what == "profile")
                profiler.Run(images);
            else
                host.Record(commands => recorder.Record(commands, images, host.BufferAt(Input.Length)));
        }
    }

    [TestMethod]
    public async Task A_run_that_the_device_fails_ends_with_its_exception_and_frees_its_place()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        var output = new float[Outputs];
        Task run;
        VulkanResult.Injected = (call, result) => call == "vkWaitForFences"
            ? Silk.NET.Vulkan.Result.ErrorDeviceLost : result;
        try
        {
            run = session.RunAsync(Input, output);
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        await Assert.ThrowsExactlyAsync<DeviceLostException>(() => run.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.IsTrue(output.All(value => value == 0));
        await session.RunAsync(Input, output).WaitAsync(TimeSpan.FromSeconds(30));
        CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    public async Task An_input_that_a_free_run_takes_is_the_caller_s_again_at_once()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        float[] input = [.. Input], output = new float[Outputs];
        Task run = session.RunAsync(input, output);
        Array.Clear(input);
        await run;
        CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    public async Task A_run_whose_output_cannot_be_written_says_so_and_frees_its_place()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        using var gone = new CallingMemory(new float[Outputs], () => throw new ObjectDisposedException("output"));
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => session.RunAsync(Input, gone.Whole));
        var output = new float[Outputs];
        await session.RunAsync(Input, output).WaitAsync(TimeSpan.FromSeconds(30));
        CollectionAssert.AreEqual(Expected, output);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public void Runs_end_though_every_thread_of_the_pool_waits_for_one(int inFlight)
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch, MaxConcurrentRuns = inFlight });
        ThreadPool.GetMinThreads(out int least, out int leastPorts);
        ThreadPool.GetMaxThreads(out int most, out int mostPorts);
        int right = 0;
        using var left = new CountdownEvent(64);
        Assert.IsTrue(ThreadPool.SetMinThreads(2, leastPorts)
            && ThreadPool.SetMaxThreads(Math.Max(2, Environment.ProcessorCount), mostPorts));
        try
        {
            for (int i = 0; i < 64; i++)
                ThreadPool.UnsafeQueueUserWorkItem(_ =>
                {
                    var output = new float[Outputs];
                    session.RunAsync(Input, output).Wait();
                    if (output.AsSpan().SequenceEqual(Expected))
                        Interlocked.Increment(ref right);
                    left.Signal();
                }, null);
            Assert.IsTrue(left.Wait(TimeSpan.FromSeconds(10)), $"{left.CurrentCount} of 64 still wait.");
        }
        finally
        {
            ThreadPool.SetMaxThreads(most, mostPorts);
            ThreadPool.SetMinThreads(least, leastPorts);
            left.Wait(TimeSpan.FromSeconds(60));
        }
        Assert.AreEqual(64, right);
    }

    [TestMethod]
    public void Runs_of_both_kinds_take_turns()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch, MaxConcurrentRuns = 2 });
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(thread => new Thread(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                var output = new float[Outputs];
                if ((thread + i) % 2 == 0)
                    session.Run(Input, output);
                else
                    session.RunAsync(Input, output).Wait();
                if (!output.AsSpan().SequenceEqual(Expected))
                    Interlocked.Increment(ref wrong);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            Assert.IsTrue(thread.Join(TimeSpan.FromSeconds(60)));
        Assert.AreEqual(0, wrong);
    }
}
