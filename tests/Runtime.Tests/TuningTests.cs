using System.Diagnostics;
using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests;

/// <summary>The ways to compute a convolution or a linear layer are measured once a device, and what was measured is
/// what is taken.</summary>
[TestClass]
public sealed class TuningTests
{
    private static readonly Conv2d Convolution = new(8, 16, 3, 1, 1);

    private static readonly Model Model = TestModels.WithWeights(
        TestModels.Sequential(new TensorShape(8, 6, 6), Convolution, new ReLU()));

    private static readonly string Key = VariantTable<Conv2d>.KeyOf(
        Convolution, new TensorShape(8, 6, 6), new PlanOptions(3));

    [TestMethod]
    public void What_was_measured_is_remembered_from_one_start_to_the_next()
    {
        using var folder = new TemporaryFolder();
        var options = new GpuDeviceOptions { PipelineCacheFolder = folder.Path, SelfTest = false };
        string best;
        using (GpuDevice device = TestDevices.OpenSoftware(options))
        {
            Assert.IsFalse(device.Vulkan.Variants.Choice.Best!.ContainsKey(Key));
            using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = 3, Tune = true });
            best = device.Vulkan.Variants.Choice.Best![Key];
        }
        using (GpuDevice again = TestDevices.OpenSoftware(options))
            Assert.AreEqual(best, again.Vulkan.Variants.Choice.Best![Key]);
    }

    [TestMethod]
    public void A_variant_that_the_driver_does_not_compile_is_passed_over()
    {
        string guess = Guess.Variant, kernel = Guess.Kernel;
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions { PipelineCacheFolder = "" });
        VulkanResult.Injected = (call, result) => call == $"vkCreateComputePipelines for {kernel}"
            ? Silk.NET.Vulkan.Result.ErrorUnknown
            : result;
        try
        {
            using InferenceSession session = device.CreateSession(Model, new SessionOptions { Batch = 3, Tune = true });
            session.Run(
                new float[Model.Graph.InputShape.ElementCount], new float[Model.Graph.OutputShape.ElementCount]);
            Assert.AreNotEqual(guess, device.Vulkan.Variants.Choice.Best!.GetValueOrDefault(Key));
        }
        finally
        {
            VulkanResult.Injected = null;
        }
    }

    [TestMethod]
    public void A_lost_device_is_no_variant_s_fault()
    {
        using GpuDevice device = TestDevices.OpenSoftware();
        VulkanResult.Injected = (call, result) => call == "vkQueueSubmit"
            ? Silk.NET.Vulkan.Result.ErrorDeviceLost
            : result;
        try
        {
            Assert.ThrowsExactly<DeviceLostException>(() => device.CreateSession(
                TestModels.WithWeights(TestModels.Sequential(new TensorShape(8, 6, 6), Convolution)),
                new SessionOptions { Batch = 3, Tune = true }));
        }
        finally
        {
            VulkanResult.Injected = null;
        }
        Assert.IsEmpty(device.Vulkan.Variants.Choice.Best!);
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(0)]
    [DataRow(4_000_000)]
    public void A_batch_that_the_network_does_not_take_is_refused_by_the_network_s_name(int batch) =>
        StringAssert.Contains(
            Assert.ThrowsExactly<ShapeMismatchException>(() => TestDevices.Software.CreateSession(
                Model, new SessionOptions { Batch = batch, Tune = true })).Message,
            $"'{Model.Graph.Name}' takes batches");

    [TestMethod]
    public void What_several_processes_measure_at_once_is_all_remembered()
    {
        using var folder = new TemporaryFolder();
        var options = new GpuDeviceOptions { PipelineCacheFolder = folder.Path, SelfTest = false };
        using (GpuDevice one = TestDevices.OpenSoftware(options), other = TestDevices.OpenSoftware(options))
        {
            one.Vulkan.Variants.Remember(new Dictionary<string, string> { ["first"] = "tiled", ["both"] = "tiled" });
            other.Vulkan.Variants.Remember(
                new Dictionary<string, string> { ["second"] = "packed", ["both"] = "packed" });
        }
        using GpuDevice again = TestDevices.OpenSoftware(options);
        CollectionAssert.AreEquivalent(
            new Dictionary<string, string> { ["first"] = "tiled", ["second"] = "packed", ["both"] = "packed" }
                .ToArray(),
            again.Vulkan.Variants.Choice.Best!.ToArray());
    }

    [TestMethod]
    public void A_damaged_memory_is_as_good_as_none()
    {
        using var folder = new TemporaryFolder();
        var options = new GpuDeviceOptions { PipelineCacheFolder = folder.Path, SelfTest = false };
        using (GpuDevice device = TestDevices.OpenSoftware(options))
            device.Vulkan.Variants.Remember(new Dictionary<string, string> { [Key] = "tiled" });
        string file = Directory.GetFiles(folder.Path, "*.variants").Single();
        byte[] written = File.ReadAllBytes(file);
        written[^1] ^= 1;
        File.WriteAllBytes(file, written);
        using GpuDevice again = TestDevices.OpenSoftware(options);
        Assert.IsEmpty(again.Vulkan.Variants.Choice.Best!);
    }

    [TestMethod]
    public void Sessions_take_what_is_remembered_unless_it_is_unknown_or_struck_off()
    {
        using GpuDevice device = TestDevices.OpenSoftware();
        string guess = Taken(device);
        foreach (string variant in (string[])["tiled", "no such variant"])
        {
            device.Vulkan.Variants.Remember(new Dictionary<string, string> { [Key] = variant });
            Assert.AreEqual(variant == "tiled" ? variant : guess, Taken(device));
        }
        device.Vulkan.Variants.Remember(new Dictionary<string, string> { [Key] = guess });
        device.Vulkan.Variants.Judge(guess, "wrong, says this test");
        if (guess != "tiled")
            Assert.AreNotEqual(guess, Taken(device));
    }

    [TestMethod]
    public void How_long_the_driver_compiles_is_not_how_long_the_device_works()
    {
        TimeSpan compiling = TimeSpan.FromSeconds(1), spent = default;
        using GpuDevice device = Compiling(() => Thread.Sleep(compiling));
        long begin = Stopwatch.GetTimestamp();
        double? time = VariantTuner.Measure(
            device.Vulkan, Convolution, new TensorShape(8, 6, 6),
            new PlanOptions(3) { Device = device.Vulkan.Traits, Variants = new VariantChoice(Forced: "tiled") },
            ref spent);
        Assert.IsGreaterThan(compiling, Stopwatch.GetElapsedTime(begin));
        Assert.IsGreaterThan(TimeSpan.Zero, spent);
        Assert.IsLessThan(compiling, spent);
        Assert.IsGreaterThan(0, time!.Value);
    }

    /// <summary>Two convolutions are measured in several ways each, or none beyond the budget: half a convolution is
    /// not remembered.</summary>
    [TestMethod]
    [DataRow(60_000, 60_000, 2)]
    [DataRow(0.001, 60_000, 0)]
    [DataRow(60_000, 0.001, 0)]
    public void Either_budget_ends_the_search(double worked, double whole, int remembered)
    {
        int compiled = 0;
        using GpuDevice device = Compiling(() => Interlocked.Increment(ref compiled));
        ModelGraph graph = TestModels.Sequential(
            new TensorShape(8, 6, 6), Convolution, new ReLU(), new Conv2d(16, 16, 3, 1, 1), new ReLU());
        var options = new PlanOptions(3) { Device = device.Vulkan.Traits };
        string[] first =
            VariantTuner.Candidates(Convolution, graph.InputShapesOf(0)[0], options);
        Assert.IsGreaterThan(1, first.Length);
        VariantTuner.Tune(
            device.Vulkan, graph, options,
            new TuningBudget(TimeSpan.FromMilliseconds(worked), TimeSpan.FromMilliseconds(whole)));
        Assert.HasCount(remembered, device.Vulkan.Variants.Choice.Best!);
        // A variant takes two kernels at most: one that prepares the input, and its own.
        if (remembered == 0)
            Assert.IsLessThanOrEqualTo(2, compiled);
        else
            Assert.IsGreaterThan(first.Length, compiled);
    }

    private static GpuDevice Compiling(Action meanwhile) => TestDevices.OpenSoftware(new GpuDeviceOptions
    {
        PipelineCacheFolder = "",
        SelfTest = false,
        KernelCode = launch =>
        {
            meanwhile();
            return EmbeddedShaders.Load(launch.Kernel);
        },
    });

    [TestMethod]
    [DataRow(3, 1)]
    [DataRow(3, 0)]
    [DataRow(5, 2)]
    public void On_a_GPU_Winograd_s_algorithm_is_measured_but_not_guessed(int taps, int padding)
    {
        foreach (int channels in (int[])[8, 64, 512])
        {
            string[] candidates = VariantTuner.Candidates(
                new Conv2d(channels, channels, taps, 1, padding),
                new TensorShape(channels, 14, 14), new PlanOptions());
            Assert.Contains($"plain_winograd{taps}", candidates[1..], $"{channels} channels");
        }
    }

    [TestMethod]
    public void Of_a_linear_layer_what_suits_the_batch_is_measured()
    {
        var gpu = new DeviceTraits(LargestWorkgroup: 256);
        TestModels.AssertSequence<string>(["linear_group", "linear"], Candidates(1, gpu));
        TestModels.AssertSequence<string>(
            ["linear_group_batch", "linear_group", "linear_batch", "linear"], Candidates(4, gpu));
        TestModels.AssertSequence<string>(["linear_group_batch", "linear_batch"], Candidates(8, gpu));
        CollectionAssert.AreEquivalent(
            (string[])["linear_gemm128", "linear_gemm64", "linear_gemm32"], Candidates(64, gpu));
        TestModels.AssertSequence<string>(["linear"], Candidates(1, new(Driver.SwiftShader, LargestWorkgroup: 256)));

        static string[] Candidates(int batch, DeviceTraits device) => VariantTuner.Candidates(
            new Linear(100, 40), new TensorShape(100), new PlanOptions(batch) { Device = device });
    }

    [TestMethod]
    public void A_linear_layer_of_several_ways_is_measured_and_one_of_a_single_way_is_not()
    {
        var op = new Linear(72, 40);
        using GpuDevice device = TestDevices.OpenSoftware(
            new GpuDeviceOptions { PipelineCacheFolder = "", SelfTest = false });
        foreach (int batch in (int[])[1, 9])
        {
            var options = new PlanOptions(batch) { Device = device.Vulkan.Traits };
            VariantTuner.Tune(
                device.Vulkan, TestModels.Sequential(new TensorShape(72), op, new ReLU()), options,
                new TuningBudget(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)));
            string[] candidates = VariantTuner.Candidates(op, new TensorShape(72), options);
            string? best = device.Vulkan.Variants.Choice.Best!.GetValueOrDefault(
                VariantTable<Linear>.KeyOf(op, new TensorShape(72), options));
            if (batch == 1)
                Assert.IsNull(best);
            else
                Assert.Contains(best, candidates);
        }
    }

    private static KernelLaunch Guess => ExecutionPlan.Create(
        Model, new PlanOptions(3) { Device = TestDevices.Software.Vulkan.Traits }).Launches[^1];

    private static string Taken(GpuDevice device) => ExecutionPlan.Create(
        Model,
        new PlanOptions(3) { Device = device.Vulkan.Traits, Variants = device.Vulkan.Variants.Choice })
        .Launches[^1].Variant;
}
