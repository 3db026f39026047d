using Silk.NET.Vulkan;
using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>On a device with a watchdog a run is submitted in parts, and a long launch in pieces. Both give the same
/// bits as one submission.</summary>
[TestClass]
public sealed class SubmissionTests
{
    /// <summary>Two microseconds at once: nearly every launch is a part or several.</summary>
    private static readonly Pace Short = Pace.Of(GpuKind.Integrated) with
    {
        LongestMilliseconds = 0.002,
        IsMeasured = false,
    };

    private static readonly Model Model = EmbeddingTests.Model;
    private static readonly float[] Input = EmbeddingTests.Input;
    private static readonly int Outputs = EmbeddingTests.Outputs;

    private static float[] Expected => EmbeddingTests.Expected;

    [TestInitialize]
    public void OpenTheSharedDevice() => _ = TestDevices.Software;

    [TestMethod]
    public async Task A_network_in_parts_gives_the_same_bits()
    {
        using GpuDevice device = Open(Short);
        using InferenceSession session = device.CreateSession(
            Model, new SessionOptions { Batch = EmbeddingTests.Batch, MaxConcurrentRuns = 2 });
        var output = new float[Outputs];
        Assert.IsGreaterThan(session.Plan.Launches.Count, SubmissionsOf(() => session.Run(Input, output)));
        CollectionAssert.AreEqual(Expected, output);
        float[][] outputs = [.. Enumerable.Range(0, 6).Select(_ => new float[Outputs])];
        await Task.WhenAll(outputs.Select(output => session.RunAsync(Input, output)));
        foreach (float[] async in outputs)
            CollectionAssert.AreEqual(Expected, async);
        using Stepper stepper = session.CreateStepper();
        stepper.Start(Input);
        while (!stepper.Step(TimeSpan.FromSeconds(1)))
        {
        }
        stepper.Finish(output);
        CollectionAssert.AreEqual(Expected, output);
        using Profiler profiler = session.CreateProfiler();
        Assert.HasCount(session.Plan.Launches.Count, profiler.Run(Input));
    }

    [TestMethod]
    public void Running_in_parts_allocates_nothing()
    {
        using GpuDevice device = Open(Short);
        using InferenceSession session = device.CreateSession(
            Model, new SessionOptions { Batch = EmbeddingTests.Batch });
        var output = new float[Outputs];
        for (int i = 0; i < 3; i++)
            session.Run(Input, output);
        long before = GC.GetAllocatedBytesForCurrentThread();
        session.Run(Input, output);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Kernels may count by the number of workgroups, which another launch of a part of them would
    /// change.</summary>
    [TestMethod]
    public void Every_operator_s_launches_in_pieces_give_the_same_bits()
    {
        using GpuDevice device = Open(Short);
        int cut = 0;
        foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
        {
            Model model = OperatorCheck.RandomModel(layers, input, new Random(5));
            float[] numbers = RandomNumbers.Normal(new Random(6), batch * input.ElementCount, 1), output = [];
            int parts = SubmissionsOf(() => output = OperatorCheck.Run(device, model, numbers));
            CollectionAssert.AreEqual(
                OperatorCheck.Run(TestDevices.Software, model, numbers), output, $"{layers[^1].Operator} on {input}");
            cut += parts > 4 ? 1 : 0;
        }
        Assert.IsGreaterThan(20, cut);
    }

    /// <summary>The guess is that a run takes a hundredth of a millisecond.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_device_that_takes_longer_than_was_thought_is_given_less_at_once(bool withoutClock)
    {
        Pace usual = Pace.Of(GpuKind.Integrated);
        ExecutionPlan plan = ExecutionPlan.Create(Model, new PlanOptions(EmbeddingTests.Batch));
        double faster = plan.Launches.Sum(usual.MillisecondsOf) / 0.01;
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            SelfTest = false,
            Invented = new InventedDevice { WithoutTimestamps = withoutClock },
            Pace = new Pace(usual.MultiplyAdds * faster, usual.Bytes * faster, 0.02),
        });
        var output = new float[Outputs];
        using var slot = new RunSlot(new PlannedModel(device.Vulkan, Model, ExecutionPlan.Create(
            Model, new PlanOptions(EmbeddingTests.Batch) { Device = device.Vulkan.Traits })));
        Input.CopyTo(slot.Input);
        Submission run = slot.Submit();
        Assert.AreEqual(1, run.Parts);
        run.Wait();
        Assert.IsGreaterThan(2, device.Vulkan.Slowness);
        run = slot.Submit();
        Assert.IsGreaterThan(2, run.Parts);
        run.Wait();
        slot.Read(EmbeddingTests.Batch, output);
        CollectionAssert.AreEqual(Expected, output);
        using InferenceSession session = device.CreateSession(
            Model, new SessionOptions { Batch = EmbeddingTests.Batch });
        await session.RunAsync(Input, output);
        CollectionAssert.AreEqual(Expected, output);
        using Stepper stepper = session.CreateStepper();
        stepper.Start(Input);
        while (!stepper.Step(TimeSpan.FromSeconds(1)))
        {
        }
        stepper.Finish(output);
        CollectionAssert.AreEqual(Expected, output);
    }

    /// <summary>A host's command buffer is one submission, whatever is in it; launches in it are divided.</summary>
    [TestMethod]
    public void What_is_recorded_for_a_host_has_its_launches_in_pieces_and_gives_the_same_bits()
    {
        using var host = new TestHost(Input.Length + Outputs);
        using GpuDevice device = GpuDevice.FromHost(
            host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = false, Pace = Short });
        using InferenceSession session = device.CreateSession(
            Model, new SessionOptions { Batch = EmbeddingTests.Batch });
        using Recorder recorder = session.CreateRecorder();
        Input.CopyTo(host.Memory);
        host.Record(commands =>
        {
            Assert.AreEqual(
                5, Commands.Into(device.Vulkan, commands).PiecesOf(new GroupCount(9, 7), 0.009));
            recorder.Record(commands, host.BufferAt(0), host.BufferAt(Input.Length));
        });
        host.Submit();
        CollectionAssert.AreEqual(Expected, host.Memory[Input.Length..].ToArray());
    }

    /// <summary>No watchdog looks at a CPU driver, and a submission costs some time.</summary>
    [TestMethod]
    public void A_CPU_driver_is_given_a_run_at_once()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(
            Model, new SessionOptions { Batch = EmbeddingTests.Batch });
        Assert.AreEqual(1, SubmissionsOf(() => session.Run(Input, new float[Outputs])));
        Assert.IsFalse(Pace.Of(GpuKind.Cpu).Divides);
        Assert.IsTrue(Pace.Of(GpuKind.Integrated).Divides);
    }

    [TestMethod]
    public void A_part_that_cannot_be_submitted_leaves_nothing_running()
    {
        int before = LiveObjects.Count;
        using (GpuDevice device = Open(Short))
        using (InferenceSession session = device.CreateSession(
            Model, new SessionOptions { Batch = EmbeddingTests.Batch }))
        {
            var output = new float[Outputs];
            for (int failing = 1; failing <= 4; failing++)
            {
                int submissions = 0;
                VulkanResult.Injected = (call, result) =>
                    call == "vkQueueSubmit" && ++submissions == failing ? Result.ErrorOutOfDeviceMemory : result;
                try
                {
                    Assert.ThrowsExactly<OutOfDeviceMemoryException>(
                        () => session.Run(new float[Input.Length], output));
                }
                finally
                {
                    VulkanResult.Injected = null;
                }
                session.Run(Input, output);
                CollectionAssert.AreEqual(Expected, output);
            }
        }
        Assert.AreEqual(before, LiveObjects.Count);
    }

    [TestMethod]
    public async Task The_first_part_waits_for_the_host_and_the_last_signals()
    {
        using var host = new TestHost(4);
        using GpuDevice device = GpuDevice.FromHost(
            host.Handles(), new GpuDeviceOptions { PipelineCacheFolder = "", Pace = Short });
        using InferenceSession session = device.CreateSession(
            Model, new SessionOptions { Batch = EmbeddingTests.Batch });
        ulong begin = host.CreateSemaphore(), done = host.CreateSemaphore();
        var output = new float[Outputs];
        Task run = session.RunAsync(
            Input, output,
            new GpuSync
            {
                Wait = new[] { new TimelinePoint(begin, 1) },
                Signal = new[] { new TimelinePoint(done, 1) },
            });
        await Task.Delay(100);
        Assert.IsFalse(run.IsCompleted);
        Assert.AreEqual(0ul, host.ValueOf(done));
        host.Signal(begin, 1);
        host.Await(done, 1);
        await run.WaitAsync(TimeSpan.FromSeconds(30));
        CollectionAssert.AreEqual(Expected, output);
        host.Destroy(begin);
        host.Destroy(done);
    }

    /// <summary>The network that Windows would reset an integrated GPU for: some 0.97 TFLOP at a batch of 64.</summary>
    [TestMethod]
    public void A_plan_s_launches_hold_the_arithmetic_of_its_layers()
    {
        ExecutionPlan plan = ExecutionPlan.Create(TestModels.WithZeros(TestModels.AlexNet()), new PlanOptions(64));
        double convolutions = 0;
        foreach ((int Channels, int Filters, int Taps, int Size) layer in
            ((int, int, int, int)[])
            [
                (3, 48, 121, 55), (48, 128, 25, 27), (128, 192, 9, 13), (192, 192, 9, 13), (192, 128, 9, 13),
            ])
            convolutions += (double)layer.Channels * layer.Filters * layer.Taps * layer.Size * layer.Size;
        double expected = 64 * (convolutions + 4608 * 2048 + 2048 * 2048 + 2048 * 10);
        Assert.AreEqual(1, plan.Launches.Sum(launch => launch.MultiplyAdds) / expected, 0.1);
        Pace pace = Pace.Of(GpuKind.Integrated);
        Assert.IsGreaterThan(5 * pace.LongestMilliseconds, plan.Launches.Sum(pace.MillisecondsOf));
    }

    private static GpuDevice Open(Pace pace) =>
        TestDevices.OpenSoftware(new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = false, Pace = pace });

    private static int SubmissionsOf(Action run)
    {
        int submissions = 0;
        VulkanResult.Injected = (call, result) =>
        {
            submissions += call == "vkQueueSubmit" ? 1 : 0;
            return result;
        };
        try
        {
            run();
            return submissions;
        }
        finally
        {
            VulkanResult.Injected = null;
        }
    }
}
