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
        var milliseconds = new double[session.Plan.Dispatches.Count];
        session.TimeLaunches(SessionTests.Input(1), milliseconds); // makes what the next one uses
        for (int repeat = 0; repeat < 3; repeat++)
        {
            Array.Fill(milliseconds, double.NaN);
            long begin = Stopwatch.GetTimestamp();
            session.TimeLaunches(SessionTests.Input(1), milliseconds);
            double whole = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            Assert.IsTrue(milliseconds.All(time => time >= 0), string.Join(' ', milliseconds));
            Assert.IsTrue(milliseconds.Sum() > 0 && milliseconds.Sum() <= whole, $"{milliseconds.Sum()} ms of {whole} ms");
        }
    }

    [TestMethod]
    public void Memory_is_counted_and_given_back()
    {
        using GpuDevice device = TestDevices.OpenSoftware();
        using (InferenceSession session = device.CreateSession(Model))
            Assert.IsTrue(
                device.Vulkan.Memory.Bytes >= session.ActivationBytes + session.WeightBytes, $"{device.Vulkan.Memory.Bytes}");
        Assert.AreEqual(0, device.Vulkan.Memory.Bytes);
        Assert.IsGreaterThan(0, device.Vulkan.Memory.PeakBytes);
    }
}
