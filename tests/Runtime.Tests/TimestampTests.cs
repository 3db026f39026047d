using System.Diagnostics;

namespace SoftPool.Runtime.Tests;

/// <summary>The times of single launches, which the benchmark takes from the device.</summary>
[TestClass]
public sealed class TimestampTests
{
    private static readonly Model Model = SessionTests.NetworkOfAllOperators();

    [TestMethod]
    public void Launches_take_time_and_together_no_more_than_the_run()
    {
        using InferenceSession session = TestDevices.Software.CreateSession(Model);
        using Profiler profiler = session.CreateProfiler();
        profiler.Run(SessionTests.Input(1)); // The driver may compile.
        for (int repeat = 0; repeat < 3; repeat++)
        {
            long begin = Stopwatch.GetTimestamp();
            IReadOnlyList<LaunchProfile> launches = profiler.Run(SessionTests.Input(1));
            TimeSpan whole = Stopwatch.GetElapsedTime(begin);
            TimeSpan sum = new(launches.Sum(launch => launch.DeviceTime.Ticks));
            Assert.IsTrue(launches.All(launch => launch.DeviceTime >= TimeSpan.Zero), string.Join(' ', launches));
            Assert.IsTrue(sum > TimeSpan.Zero && sum <= whole, $"{sum} of {whole}");
            CollectionAssert.AreEqual(
                session.Plan.Launches.Select(launch => (launch.Layer, launch.Kernel)).ToArray(),
                launches.Select(launch => (launch.Layer, launch.Kernel)).ToArray());
            CollectionAssert.AreEqual(
                session.Plan.Launches.Select(launch => launch.Operands.Distinct().Sum(operand => operand.ByteCount))
                    .ToArray(),
                launches.Select(launch => launch.Bytes).ToArray());
        }
    }

    [TestMethod]
    public void Memory_is_counted_and_given_back()
    {
        using GpuDevice device = TestDevices.OpenSoftware();
        using (InferenceSession session = device.CreateSession(Model))
            Assert.IsTrue(
                device.Vulkan.Memory.Bytes >= session.ActivationBytes + session.WeightBytes,
                $"{device.Vulkan.Memory.Bytes}");
        Assert.AreEqual(0, device.Vulkan.Memory.Bytes);
        Assert.IsGreaterThan(0, device.Vulkan.Memory.PeakBytes);
    }
}
