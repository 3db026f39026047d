using System.Collections.Concurrent;
using System.Text;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Runtime.Tests.Operators;
using SoftPool.Runtime.Tests.Vulkan;
using SoftPool.Verification;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Verification;

/// <summary>A kernel that a driver computes wrongly or unsteadily is found before it is used, and another takes its
/// place.</summary>
[TestClass]
public sealed class SelfTestTests
{
    private static readonly TensorShape Shape = new(8, 11, 13);

    /// <summary>Each of its three layers has several kernels to be computed by.</summary>
    private static readonly Model Model = TestModels.WithWeights(TestModels.Sequential(
        Shape, new Conv2d(8, 20, 3, 1, 1), new ReLU(),
        new MaxPool2d(3, 2, 0, false), new Flatten(), new Linear(600, 7)));

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Another_takes_the_place_of_a_broken_kernel_and_the_report_says_so(bool unsteady)
    {
        string[] kernels = [.. Plan().Launches.Select(dispatch => dispatch.Kernel).Distinct()];
        Assert.IsGreaterThan(2, kernels.Length);
        foreach (string kernel in kernels)
        {
            using GpuDevice device = Broken(unsteady, "", kernel);
            using InferenceSession session = device.CreateSession(Model);
            AssertRight(session);
            KernelLaunch launch = Plan().Launches.First(dispatch => dispatch.Kernel == kernel);
            Assert.AreEqual(launch.JudgedAs, session.RejectedKernels[0].Kernel);
            // A kernel that prepares the input of several variants has all of them struck off, one after the other.
            if (launch.JudgedAs == kernel)
                Assert.HasCount(1, session.RejectedKernels);
            foreach (RejectedKernel rejected in session.RejectedKernels)
                Assert.StartsWith(unsteady ? "unsteady: " : "wrong: ", rejected.Reason);
            CollectionAssert.AreEquivalent(session.RejectedKernels.ToArray(), device.RejectedKernels.ToArray());
        }
    }

    [TestMethod]
    public void Without_the_test_the_broken_kernel_would_be_used()
    {
        using GpuDevice device = Broken(unsteady: false, "", Plan().Launches[^1].Kernel, selfTest: false);
        using InferenceSession session = device.CreateSession(Model);
        Assert.IsEmpty(session.RejectedKernels);
        Assert.ThrowsExactly<AssertFailedException>(() => AssertRight(session));
    }

    [TestMethod]
    public void Verdicts_are_remembered_and_a_file_that_is_gone_or_damaged_or_of_another_build_has_all_tested_again()
    {
        using var folder = new TemporaryFolder();
        string kernel = Plan().Launches[^1].Kernel;
        AssertTested(folder.Path, kernel, expected: true);
        AssertTested(folder.Path, kernel, expected: false);
        string file = Directory.GetFiles(folder.Path, "*.verdicts").Single();
        byte[] written = File.ReadAllBytes(file);
        File.Delete(file);
        AssertTested(folder.Path, kernel, expected: true);
        byte[] flipped = [.. written];
        flipped[^1] ^= 1;
        foreach (byte[] damaged in (byte[][])[flipped, written[..^1], []])
        {
            File.WriteAllBytes(file, damaged);
            AssertTested(folder.Path, kernel, expected: true);
            CollectionAssert.AreEqual(written, File.ReadAllBytes(file));
        }
        new PipelineCacheFile(folder.Path, TestDevices.Software.Vulkan.Physical, "verdicts")
            .Write(Encoding.UTF8.GetBytes($"another build\n{kernel}\t"));
        AssertTested(folder.Path, kernel, expected: true);

        // What is remembered to be wrong is avoided even where nothing is tested.
        using GpuDevice untested = Broken(false, folder.Path, kernel, selfTest: false);
        using InferenceSession session = untested.CreateSession(Model);
        AssertRight(session);
        Assert.AreEqual(kernel, Only(session.RejectedKernels).Kernel);
    }

    [TestMethod]
    public void A_broken_kernel_that_has_no_other_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Model model = TestModels.WithWeights(TestModels.Sequential(new TensorShape(5), new Softmax()));
        for (int start = 0; start < 2; start++)
        {
            using GpuDevice device = Broken(false, folder.Path, "softmax");
            var e = Assert.ThrowsExactly<UnsupportedDeviceException>(() => device.CreateSession(model));
            StringAssert.Contains(e.Message, "softmax");
            StringAssert.Contains(e.Message, device.Info.Driver);
            // Whoever does not need it is not concerned.
            using InferenceSession session = device.CreateSession(Model);
            Assert.IsEmpty(session.RejectedKernels);
            Assert.AreEqual("softmax", Only(device.RejectedKernels).Kernel);
        }
    }

    [TestMethod]
    public void When_all_kernels_of_a_layer_are_broken_it_is_refused()
    {
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            KernelCode = launch => $"{launch.Kernel} {launch.Variant}".Contains("linear", StringComparison.Ordinal)
                ? BrokenKernel.Doubling(launch.Kernel, 1)
                : EmbeddedShaders.Load(launch.Kernel),
        });
        var e = Assert.ThrowsExactly<UnsupportedDeviceException>(() => device.CreateSession(Model));
        StringAssert.Contains(e.Message, "linear");
    }

    [TestMethod]
    public void Sessions_made_at_once_on_many_threads_test_a_kernel_once()
    {
        string kernel = Plan().Launches[^1].Kernel;
        var compiled = new ConcurrentBag<string>();
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            KernelCode = launch =>
            {
                if (launch.Kernel != kernel)
                    return EmbeddedShaders.Load(launch.Kernel);
                compiled.Add(string.Join(',', launch.Constants));
                return BrokenKernel.Doubling(launch.Kernel, 1);
            },
        });
        Parallel.For(0, 6, _ =>
        {
            using InferenceSession session = device.CreateSession(Model);
            AssertRight(session);
        });
        // Once for each of its cases.
        Assert.IsNotEmpty(compiled);
        Assert.HasCount(compiled.Count, compiled.Distinct());
    }

    [TestMethod]
    public void A_driver_that_cannot_compile_a_kernel_is_given_another()
    {
        string kernel = Plan().Launches[^1].Kernel;
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions { PipelineCacheFolder = "" });
        VulkanResult.Injected = (call, result) => call == $"vkCreateComputePipelines for {kernel}"
            ? Silk.NET.Vulkan.Result.ErrorUnknown
            : result;
        try
        {
            using InferenceSession session = device.CreateSession(Model);
            AssertRight(session);
            Assert.StartsWith("not to be run: vkCreateComputePipelines", Only(session.RejectedKernels).Reason);
        }
        finally
        {
            VulkanResult.Injected = null;
        }
    }

    [TestMethod]
    [DataRow("vkMapMemory", Silk.NET.Vulkan.Result.ErrorMemoryMapFailed)]
    [DataRow("vkAllocateMemory", Silk.NET.Vulkan.Result.ErrorInvalidExternalHandle)]
    [DataRow("vkQueueSubmit", Silk.NET.Vulkan.Result.ErrorUnknown)]
    public void A_failure_that_says_nothing_of_a_kernel_is_no_verdict_on_it(
        string failing, Silk.NET.Vulkan.Result failure)
    {
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions { PipelineCacheFolder = "" });
        VulkanResult.Injected = (call, result) => call.StartsWith(failing, StringComparison.Ordinal) ? failure : result;
        try
        {
            StringAssert.Contains(
                Assert.ThrowsExactly<VulkanException>(() => device.CreateSession(Model)).Message, failing);
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        Assert.IsEmpty(device.RejectedKernels);
        using InferenceSession session = device.CreateSession(Model);
        AssertRight(session);
        Assert.IsEmpty(session.RejectedKernels);
    }

    [TestMethod]
    public void Every_kernel_of_every_operator_has_a_test()
    {
        DeviceTraits here = TestDevices.Software.Vulkan.Traits;
        // A CPU driver and a GPU's launch different kernels; one whose views hold few texels launches both forms.
        foreach (DeviceTraits traits in (DeviceTraits[])[
            here, here with { LargestTexels = 4096 }, here with { Driver = Driver.Other, LargestTexels = 0 },
            DeviceTraits.Unknown])
            foreach (PlanOptions numerics in (PlanOptions[])[new(), new(Fp16: true), new(Numerics: Numerics.Strict)])
            {
                var seen = new HashSet<string>();
                foreach ((Layer[] layers, TensorShape input, int batch) in OperatorCases.All)
                    foreach (VariantChoice choice in OperatorForms.ChoicesFor(layers[^1].Operator))
                    {
                        PlanOptions options = numerics with { Batch = batch, Device = traits, Variants = choice };
                        var plan = ExecutionPlan.Create(
                            TestModels.WithZeros(new ModelGraph("test", input, layers)), options);
                        foreach (KernelLaunch dispatch in plan.Launches.Where(dispatch => seen.Add(dispatch.JudgedAs)))
                            Assert.AreNotEqual(0, SelfTest.CasesOf(dispatch, options).Count(), dispatch.JudgedAs);
                    }
                Assert.IsGreaterThan(30, seen.Count);
            }
    }

    [TestMethod]
    public void A_kernel_that_no_case_launches_does_not_pass()
    {
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions { PipelineCacheFolder = "" });
        using var kept = new Ownership();
        var unknown = new KernelLaunch("layer", new KernelId("unknown"), [], new GroupCount(1), []);
        StringAssert.StartsWith(
            SelfTest.VerdictOn(device.Vulkan, unknown, new PlanOptions { Device = device.Vulkan.Traits }, kept),
            "untested");
    }

    private static GpuDevice Broken(bool unsteady, string folder, string kernel, bool selfTest = true) =>
        TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = folder,
            SelfTest = selfTest,
            KernelCode = launch => launch.Kernel != kernel ? EmbeddedShaders.Load(launch.Kernel)
                : unsteady ? BrokenKernel.ReadingStaleMemory(kernel, binding: 1)
                : BrokenKernel.Doubling(kernel, binding: 1),
        });

    private static ExecutionPlan Plan() =>
        ExecutionPlan.Create(Model, new PlanOptions { Device = TestDevices.Software.Vulkan.Traits });

    private static void AssertTested(string folder, string kernel, bool expected)
    {
        bool compiled = false;
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = folder,
            KernelCode = launch =>
            {
                compiled |= launch.Kernel == kernel;
                return launch.Kernel == kernel
                    ? BrokenKernel.Doubling(kernel, binding: 1)
                    : EmbeddedShaders.Load(launch.Kernel);
            },
        });
        using InferenceSession session = device.CreateSession(Model);
        AssertRight(session);
        Assert.AreEqual(kernel, Only(session.RejectedKernels).Kernel);
        Assert.AreEqual(expected, compiled);
    }

    private static RejectedKernel Only(IReadOnlyList<RejectedKernel> kernels)
    {
        Assert.HasCount(1, kernels);
        return kernels[0];
    }

    private static void AssertRight(InferenceSession session)
    {
        float[] input = RandomNumbers.Normal(new Random(7), Shape.ElementCount, 1), output = new float[7];
        session.Run(input, output);
        OperatorCheck.AssertClose(ReferenceNetwork.Run(Model, input)[^1], output, "the session", 1e-5);
    }
}
