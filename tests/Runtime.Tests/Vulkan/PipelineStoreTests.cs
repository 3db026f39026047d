using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Runtime.Tests.Vulkan;

/// <summary>Drivers compile for seconds at the first start: several pipelines at once.</summary>
[TestClass]
public sealed class PipelineStoreTests
{
    private static readonly Model Model = TestModels.WithWeights(TestModels.Sequential(
        new TensorShape(3, 9, 9), new Conv2d(3, 8, 3, 1, 1), new ReLU(), new Conv2d(8, 12, 3, 1, 1),
        new MaxPool2d(2, 2, 0, false), new Flatten(), new Linear(12 * 4 * 4, 10), new Softmax()));

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_session_s_pipelines_are_compiled_side_by_side(bool selfTest)
    {
        var compilers = new Gathering();
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            SelfTest = selfTest,
            KernelCode = launch =>
            {
                compilers.Enter();
                return EmbeddedShaders.Load(launch.Kernel);
            },
        });
        using InferenceSession session = device.CreateSession(Model);
        Assert.IsGreaterThanOrEqualTo(2, compilers.Most);
    }

    /// <summary>What fails beside others fails as if it were alone, and the others are not left behind.</summary>
    [TestMethod]
    public void A_failure_among_several_is_the_session_s_and_leaves_nothing()
    {
        using GpuDevice device = TestDevices.OpenSoftware(new GpuDeviceOptions
        {
            PipelineCacheFolder = "",
            SelfTest = false,
            KernelCode = launch => launch.Kernel.StartsWith("linear", StringComparison.Ordinal)
                ? throw new UnsupportedDeviceException("no linear layers, says this test")
                : EmbeddedShaders.Load(launch.Kernel),
        });
        StringAssert.Contains(
            Assert.ThrowsExactly<UnsupportedDeviceException>(() => device.CreateSession(Model)).Message,
            "no linear layers");
        Assert.AreEqual(0, device.Vulkan.Pipelines.Count);
    }

    /// <summary>Counts those who are there at once. Whoever is alone waits for company.</summary>
    private sealed class Gathering
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

        private readonly object _lock = new();
        private int _present;

        public int Most { get; private set; }

        public void Enter()
        {
            lock (_lock)
            {
                Most = Math.Max(Most, ++_present);
                Monitor.PulseAll(_lock);
                if (Most < 2)
                    Monitor.Wait(_lock, Patience);
                _present--;
            }
        }
    }
}
