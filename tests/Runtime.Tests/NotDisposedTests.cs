using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>Sessions and devices that are dropped without Dispose: freed and reported, or, on a host's device, reported
/// alone.</summary>
[TestClass]
public sealed class NotDisposedTests
{
    private static readonly Model Model = SessionTests.NetworkOfAllOperators();
    private static readonly float[] Input = SessionTests.Input(1);
    private static readonly int Outputs = Model.Graph.OutputShape.ElementCount;

    /// <summary>The device that all tests share is no test's own; whatever earlier tests dropped is gone.</summary>
    [TestInitialize]
    public void OpenTheSharedDevice()
    {
        _ = TestDevices.Software;
        Collect();
    }

    [TestMethod]
    public void A_session_that_is_dropped_is_freed_and_reported()
    {
        using var events = new Events();
        using GpuDevice device = TestDevices.OpenSoftware();
        int before = LiveObjects.Count;
        Drop(() => device.CreateSession(Model).Run(Input, new float[Outputs]));
        Assert.IsGreaterThan(before, LiveObjects.Count);
        CollectUntil(() => LiveObjects.Count == before);
        Assert.AreEqual(0, device.Vulkan.Memory.Bytes);
        Assert.AreEqual(
            $"ObjectNotDisposed A session of {Model.Graph.Name}, {device.Info.Name}, freed now", events.Single());
    }

    [TestMethod]
    public void A_device_that_is_dropped_with_its_session_is_closed()
    {
        using var events = new Events();
        int before = LiveObjects.Count;
        Drop(() => TestDevices.OpenSoftware().CreateSession(Model).Run(Input, new float[Outputs]));
        Assert.IsGreaterThan(before, LiveObjects.Count);
        CollectUntil(() => LiveObjects.Count == before);
        Assert.HasCount(2, events.Seen);
    }

    [TestMethod]
    public async Task A_run_that_outlives_its_session_ends_well()
    {
        using GpuDevice device = TestDevices.OpenSoftware();
        var right = new float[Outputs];
        using (InferenceSession session = device.CreateSession(Model))
            session.Run(Input, right);
        int before = LiveObjects.Count;
        float[][] outputs = [.. Enumerable.Range(0, 8).Select(_ => new float[Outputs])];
        Task[] runs = [];
        Drop(() =>
        {
            InferenceSession session = device.CreateSession(Model);
            runs = [.. outputs.Select(output => session.RunAsync(Input, output))];
        });
        Collect();
        await Task.WhenAll(runs).WaitAsync(TimeSpan.FromSeconds(60));
        foreach (float[] output in outputs)
            CollectionAssert.AreEqual(right, output);
        CollectUntil(() => LiveObjects.Count == before);
    }

    [TestMethod]
    public void Nothing_is_reported_of_what_was_disposed_or_could_not_be_created()
    {
        using var events = new Events();
        using GpuDevice device = TestDevices.OpenSoftware();
        Drop(() => device.CreateSession(Model).Dispose());
        Drop(() => TestDevices.OpenSoftware().Dispose());
        Drop(() => Assert.ThrowsExactly<ArgumentException>(() => _ = device.CreateSession(Model, new SessionOptions { MaxConcurrentRuns = 0 })));
        Collect();
        Assert.IsEmpty(events.Seen);
    }

    [TestMethod]
    public void What_is_dropped_on_a_hosts_device_is_reported_and_left_alone()
    {
        using var events = new Events();
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "" });
        WeakReference? session = null;
        Drop(() => session = new WeakReference(device.CreateSession(Model), trackResurrection: true));
        int dropped = LiveObjects.Count;
        CollectUntil(() => !events.Seen.IsEmpty);
        Assert.AreEqual(
            $"ObjectNotDisposed A session of {Model.Graph.Name}, {device.Info.Name}, not freed, because the host may have destroyed its device",
            events.Single());
        Assert.AreEqual(dropped, LiveObjects.Count);
        // For the host's sake, where the collector has not been by again.
        (session!.Target as InferenceSession)?.Dispose();
    }

    [TestMethod]
    [DataRow("run")]
    [DataRow("images")]
    [DataRow("steps")]
    [DataRow("profile")]
    [DataRow("profile of images")]
    public void What_is_used_for_the_last_time_is_not_freed_meanwhile(string use)
    {
        Image[] images = [new(new byte[3], 1, 1)];
        using GpuDevice device = TestDevices.OpenSoftware();
        int fewest = int.MaxValue, before = 0, without = LiveObjects.Count;
        VulkanResult.Injected = (call, result) =>
        {
            if (call == "vkWaitForFences" && before > 0)
            {
                Collect();
                Thread.Sleep(100); // What is freed is freed by a thread of the pool.
                fewest = Math.Min(fewest, LiveObjects.Count);
            }
            return result;
        };
        try
        {
            Drop(() => Use(device.CreateSession(Model)));
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        Assert.AreNotEqual(int.MaxValue, fewest);
        Assert.IsGreaterThanOrEqualTo(before, fewest);
        CollectUntil(() => LiveObjects.Count == without);

        void Use(InferenceSession session)
        {
            switch (use)
            {
                case "run":
                    before = LiveObjects.Count;
                    session.Run(Input, new float[Outputs]);
                    break;
                case "images":
                    before = LiveObjects.Count;
                    session.Run(images, new float[Outputs]);
                    break;
                case "steps":
                    Stepper stepper = session.CreateStepper();
                    session.Dispose();
                    stepper.Start(Input);
                    before = LiveObjects.Count;
                    stepper.Step(TimeSpan.FromMinutes(1));
                    break;
                default:
                    Profiler profiler = session.CreateProfiler();
                    session.Dispose();
                    before = LiveObjects.Count;
                    _ = use == "profile" ? profiler.Run(Input) : profiler.Run(images);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop(Action use) => use();

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static void CollectUntil(Func<bool> done)
    {
        for (int i = 0; i < 600 && !done(); i++)
        {
            Collect();
            Thread.Sleep(50);
        }
        Assert.IsTrue(done(), "Not within 30 s.");
    }

    /// <summary>What the runtime reports meanwhile.</summary>
    private sealed class Events : EventListener
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public string Single()
        {
            Assert.HasCount(1, Seen);
            return Seen.First();
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "SoftPool.Vulkan")
                EnableEvents(eventSource, EventLevel.Warning);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventSource.Name == "SoftPool.Vulkan")
                Seen.Enqueue($"{eventData.EventName} {string.Join(", ", eventData.Payload!)}");
        }
    }
}
