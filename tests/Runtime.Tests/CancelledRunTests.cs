using SoftPool.Runtime.Tests.Vulkan;
using static SoftPool.Runtime.Tests.EmbeddingTests;

namespace SoftPool.Runtime.Tests;

/// <summary>Runs that are cancelled: while they wait for their turn, while they run, and when they are done.</summary>
[TestClass]
public sealed class CancelledRunTests
{
    [TestMethod]
    public async Task A_cancelled_run_ends_at_once_leaves_its_output_alone_and_frees_its_place()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        ulong never = host.CreateSemaphore();
        using var cancel = new CancellationTokenSource();
        var output = new float[Outputs];
        Task held = session.RunAsync(
            Input, output, new GpuSync { Wait = new[] { new TimelinePoint(never, 1) } }, cancel.Token);
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
    [DataRow(false)]
    [DataRow(true)]
    public async Task Disposing_waits_for_the_run_that_is_under_way_cancelled_or_not_and_ends_those_behind_it(
        bool cancelled)
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        session.Run(Input, new float[Outputs]); // What a first run takes longer is not what is waited for below.
        ulong held = host.CreateSemaphore();
        using var cancel = new CancellationTokenSource();
        var output = new float[Outputs];
        Task run = session.RunAsync(
            Input, output, new GpuSync { Wait = new[] { new TimelinePoint(held, 1) } }, cancel.Token);
        if (cancelled)
        {
            cancel.Cancel();
            await Assert.ThrowsAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(10)));
        }
        Task behind = session.RunAsync(Input, new float[Outputs]);
        Task disposal = Task.Run(session.Dispose);
        Assert.IsFalse(disposal.Wait(TimeSpan.FromMilliseconds(300)));
        host.Signal(held, 1);
        await disposal.WaitAsync(TimeSpan.FromSeconds(30));
        if (!cancelled)
        {
            await run.WaitAsync(TimeSpan.FromSeconds(30));
            CollectionAssert.AreEqual(Expected, output);
        }
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => behind.WaitAsync(TimeSpan.FromSeconds(30)));
        host.Destroy(held);
    }

    [TestMethod]
    public async Task A_run_that_signals_does_so_though_it_is_cancelled_while_it_waits_for_its_turn()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        ulong held = host.CreateSemaphore(), done = host.CreateSemaphore();
        using var cancel = new CancellationTokenSource();
        Task first = session.RunAsync(
            Input, new float[Outputs], new GpuSync { Wait = new[] { new TimelinePoint(held, 1) } });
        var sync =
            new GpuSync { Wait = new[] { new TimelinePoint(held, 2) }, Signal = new[] { new TimelinePoint(done, 1) } };
        Task second = session.RunAsync(Input, new float[Outputs], sync, cancel.Token);
        cancel.Cancel();
        await Task.Delay(100);
        Assert.IsFalse(second.IsCompleted);
        host.Signal(held, 1);
        await first.WaitAsync(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<OperationCanceledException>(() => second.WaitAsync(TimeSpan.FromSeconds(30)));
        host.Signal(held, 2);
        host.Await(done, 1);
        // Cancelled beforehand it is no run at all.
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => session.RunAsync(Input, new float[Outputs],
                new GpuSync { Signal = new[] { new TimelinePoint(done, 2) } }, cancel.Token));
        await session.RunAsync(Input, new float[Outputs]).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.AreEqual(1UL, host.ValueOf(done));
        host.Destroy(held);
        host.Destroy(done);
    }

    [TestMethod]
    public async Task A_run_that_is_cancelled_while_its_output_is_written_ends_well()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch });
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
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        ulong held = host.CreateSemaphore();
        using var cancel = new CancellationTokenSource();
        var output = new float[Outputs];
        Task run = session.RunAsync(
            Input, output, new GpuSync { Wait = new[] { new TimelinePoint(held, 1) } }, cancel.Token);
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
    public async Task Very_many_cancelled_runs_that_wait_for_their_turn_are_passed_over()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        using InferenceSession session = device.CreateSession(
            EmbeddingTests.Model, new SessionOptions { Batch = Batch });
        ulong held = host.CreateSemaphore();
        using var cancel = new CancellationTokenSource();
        Task first = session.RunAsync(
            Input, new float[Outputs], new GpuSync { Wait = new[] { new TimelinePoint(held, 1) } });
        Task[] queued =
            [.. Enumerable.Range(0, 20000).Select(_ => session.RunAsync(Input, new float[Outputs], cancel.Token))];
        var output = new float[Outputs];
        Task last = session.RunAsync(Input, output);
        cancel.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => Task.WhenAll(queued).WaitAsync(TimeSpan.FromSeconds(30)));
        host.Signal(held, 1);
        await first.WaitAsync(TimeSpan.FromSeconds(30));
        await last.WaitAsync(TimeSpan.FromSeconds(30));
        CollectionAssert.AreEqual(Expected, output);
        host.Destroy(held);
    }
}
