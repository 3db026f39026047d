using Silk.NET.Vulkan;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>Work that does not end: it is not waited for without end, and what hung is not tried at the next
/// start.</summary>
[TestClass]
public sealed class HangTests : IDisposable
{
    private static readonly TensorShape Shape = new(8, 11, 13);

    private static readonly Model Model = TestModels.WithWeights(TestModels.Sequential(
        Shape, new Conv2d(8, 20, 3, 1, 1), new ReLU(), new Flatten(), new Linear(20 * 11 * 13, 7)));

    private static readonly float[] Input = RandomNumbers.Normal(new Random(7), Shape.ElementCount, 1);

    private readonly TemporaryFolder _folder = new();

    private static ExecutionPlan Plan => ExecutionPlan.Create(Model, new PlanOptions { Device = TestDevices.Software.Vulkan.Traits });

    /// <summary>The kernel of the linear layer, which has others to take its place.</summary>
    private static KernelLaunch Suspect => Plan.Launches[^1];

    [TestInitialize]
    public void OpenTheSharedDevice() => _ = TestDevices.Software;

    public void Dispose() => _folder.Dispose();

    /// <summary>The device is really at work when the wait gives up: nothing that it uses may be freed.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_run_that_does_not_end_in_time_is_a_lost_device(bool async)
    {
        int before = LiveObjects.Count;
        Model large = TestModels.WithWeights(TestModels.Sequential(new TensorShape(64, 96, 96), new Conv2d(64, 64, 3, 1, 1)));
        float[] input = new float[large.Graph.InputShape.ElementCount], output = new float[large.Graph.OutputShape.ElementCount];
        using (GpuDevice device = TestDevices.OpenSoftware(
            new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = false, WaitLimit = TimeSpan.FromMilliseconds(5) }))
        {
            InferenceSession? session = null;
            // The probe's wait and those of uploads are held to the limit too.
            try
            {
                session = device.CreateSession(large);
                string message = async
                    ? (await Assert.ThrowsExactlyAsync<DeviceLostException>(() => session.RunAsync(input, output))).Message
                    : Assert.ThrowsExactly<DeviceLostException>(() => session.Run(input, output)).Message;
                StringAssert.Contains(message, "did not end its work within 0.005 s");
                StringAssert.Contains(Assert.ThrowsExactly<DeviceLostException>(() => session.Run(input, output)).Message, "anew");
            }
            catch (DeviceLostException)
            {
                Assert.IsTrue(device.Vulkan.IsGivenUp);
            }
            finally
            {
                session?.Dispose();
            }
        }
        Assert.AreEqual(before, LiveObjects.Count);
    }

    [TestMethod]
    public void A_kernel_that_does_not_end_in_the_self_test_is_not_tried_again()
    {
        int tried = 0;
        string message = Assert.ThrowsExactly<DeviceLostException>(() => Create(Suspect, Result.Timeout, ref tried)).Message;
        StringAssert.Contains(message, $"It was trying {Suspect.JudgedAs}");
        Assert.AreEqual(1, tried);
        InferenceSession session = Create(Suspect, Result.Timeout, ref tried);
        Assert.AreEqual(1, tried);
        AssertAvoided(session, Suspect);
        Assert.IsEmpty(Notes);
    }

    /// <summary>The first time another program may have lost it.</summary>
    [TestMethod]
    public void A_kernel_that_loses_the_device_twice_is_not_tried_again()
    {
        int tried = 0;
        for (int start = 1; start <= 2; start++)
        {
            Assert.ThrowsExactly<DeviceLostException>(() => Create(Suspect, Result.ErrorDeviceLost, ref tried));
            Assert.AreEqual(start, tried);
            Assert.HasCount(1, Notes);
        }
        AssertAvoided(Create(Suspect, Result.ErrorDeviceLost, ref tried), Suspect);
        Assert.AreEqual(2, tried);
        Assert.IsEmpty(Notes);
    }

    [TestMethod]
    public void A_note_of_a_process_that_was_killed_is_a_verdict()
    {
        Leave(Suspect.JudgedAs, isSecond: true);
        int tried = 0;
        AssertAvoided(Create(Suspect, Result.Timeout, ref tried), Suspect);
        Assert.AreEqual(0, tried);
        Assert.IsEmpty(Notes);
        // It is kept like any other.
        AssertAvoided(Create(Suspect, Result.Timeout, ref tried), Suspect);
    }

    [TestMethod]
    public void A_note_of_a_process_that_was_killed_in_a_trial_s_first_seconds_gives_a_second_try()
    {
        Leave(Suspect.JudgedAs, isSecond: false);
        int tried = 0;
        using InferenceSession session = Create(Suspect, Result.Success, ref tried);
        Assert.AreEqual(1, tried);
        Assert.IsEmpty(session.RejectedKernels);
        Assert.IsEmpty(Notes);
    }

    [TestMethod]
    public void A_plan_at_its_own_shape_that_was_left_over_has_another_kernel_take_the_layer()
    {
        int tried = 0;
        using InferenceSession first = Create(Suspect, Result.Success, ref tried);
        ExecutionPlan plan = first.Plan;
        File.Delete(Directory.GetFiles(_folder.Path, "*.verdicts").Single());
        PlannedLayer layer = plan.Layers[^1];
        Leave(ShapeTest.KeyOf(Model.Graph, plan), isSecond: true, $"{layer.FirstLaunch} {TuningCache.Hung}");
        AssertAvoided(Create(Suspect, Result.Success, ref tried), Suspect);
    }

    [TestMethod]
    public void A_living_process_s_note_is_no_verdict_and_stays()
    {
        using GpuDevice living = Open();
        using (living.Vulkan.Variants.NoteOf(Suspect.JudgedAs))
        {
            string note = Notes.Single();
            using GpuDevice device = Open();
            using InferenceSession session = device.CreateSession(Model);
            Assert.IsEmpty(session.RejectedKernels);
            Assert.AreEqual(note, Notes.Single());
        }
        Assert.IsEmpty(Notes);
    }

    [TestMethod]
    public void Notes_that_are_damaged_or_of_another_build_say_nothing()
    {
        string prefix = new PipelineCacheFile(_folder.Path, TestDevices.Software.Vulkan.Physical, "verdicts").Prefix;
        File.WriteAllText($"{prefix}.a.trying", new TrialNotes(prefix, "another").TextOf(Suspect.JudgedAs, TuningCache.Hung, isSecond: true));
        File.WriteAllText($"{prefix}.b.trying", "no note");
        File.WriteAllText($"{prefix}.c.trying", "");
        File.SetLastWriteTimeUtc($"{prefix}.c.trying", DateTime.UtcNow.AddMinutes(-1));
        using GpuDevice device = Open();
        Assert.IsEmpty(device.RejectedKernels);
        Assert.IsEmpty(Notes);
    }

    [TestMethod]
    public void A_variant_that_hangs_while_it_is_measured_is_not_tried_again()
    {
        using GpuDevice device = Open();
        int waits = 0;
        VulkanResult.Injected = (call, result) => call == "vkWaitForFences" && ++waits == 2 ? Result.Timeout : result;
        string message;
        try
        {
            message = Assert.ThrowsExactly<DeviceLostException>(
                () => device.CreateSession(Model, new SessionOptions { Batch = 3, Tune = true })).Message;
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        using GpuDevice again = Open();
        RejectedKernel rejected = again.RejectedKernels.Single();
        Assert.AreEqual(TuningCache.Hung, rejected.Reason);
        StringAssert.Contains(message, $"It was trying {rejected.Kernel}");
        using InferenceSession session = again.CreateSession(Model, new SessionOptions { Batch = 3, Tune = true });
    }

    private string[] Notes => Directory.GetFiles(_folder.Path, "*.trying");

    private GpuDevice Open(Func<KernelLaunch, uint[]>? code = null) =>
        TestDevices.OpenSoftware(new GpuDeviceOptions { PipelineCacheFolder = _folder.Path, KernelCode = code });

    /// <summary>Creates a session on a device of its own, on which the first wait for a kernel ends with a
    /// result.</summary>
    private InferenceSession Create(KernelLaunch kernel, Result result, ref int tried)
    {
        int compiled = 0;
        using GpuDevice device = Open(launch =>
        {
            if (launch.JudgedAs == kernel.JudgedAs)
                compiled++;
            return EmbeddedShaders.Load(launch.Kernel);
        });
        bool failed = false;
        VulkanResult.Injected = (call, real) =>
        {
            if (call != "vkWaitForFences" || compiled == 0 || failed)
                return real;
            failed = true;
            return result;
        };
        try
        {
            return device.CreateSession(Model);
        }
        finally
        {
            VulkanResult.Injected = null;
            tried += Math.Min(compiled, 1);
        }
    }

    private void Leave(string key, bool isSecond, string verdict = TuningCache.Hung)
    {
        string prefix = new PipelineCacheFile(_folder.Path, TestDevices.Software.Vulkan.Physical, "verdicts").Prefix;
        File.WriteAllText($"{prefix}.left.trying", new TrialNotes(prefix, TuningCache.Build).TextOf(key, verdict, isSecond));
    }

    private static void AssertAvoided(InferenceSession session, KernelLaunch kernel)
    {
        using (session)
        {
            Assert.AreEqual(new RejectedKernel(kernel.JudgedAs, TuningCache.Hung), session.RejectedKernels.Single());
            var output = new float[7];
            session.Run(Input, output);
            OperatorCheck.AssertClose(
                ReferenceNetwork.Run(Model, Input)[^1], output, "the session", 1e-5);
        }
    }
}
