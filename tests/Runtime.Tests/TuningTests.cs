using SoftPool.Operators;
using SoftPool.Planning;

namespace SoftPool.Runtime.Tests;

/// <summary>The ways to compute a convolution are measured once a device, and what was measured is what is taken.</summary>
[TestClass]
public sealed class TuningTests
{
    private static readonly Conv2d Convolution = new(8, 16, 3, 1, 1);

    private static readonly Model Model = TestModels.WithWeights(TestModels.Sequential(new TensorShape(8, 6, 6), Convolution, new ReLU()));

    private static readonly string Key = VariantChoice.KeyOf(Convolution, new TensorShape(8, 6, 6), new PlanOptions(3));

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

    private static string Taken(GpuDevice device) => ExecutionPlan.Create(
        Model, new PlanOptions(3) { Device = device.Vulkan.Traits, Variants = device.Vulkan.Variants.Choice }).Dispatches[^1].Variant;
}
