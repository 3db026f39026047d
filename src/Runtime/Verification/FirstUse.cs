using SoftPool.Vulkan;

namespace SoftPool.Verification;

/// <summary>The self-test of a kernel that no plan launches and no other can replace, at its first use with a driver.
/// The verdict is remembered.</summary>
internal static class FirstUse
{
    /// <param name="device">Where it is to run.</param>
    /// <param name="kernel">Its name.</param>
    /// <param name="attempt">Runs it, and says what is wrong with what it gave; nothing if all is well.</param>
    /// <param name="advice">What to do without it.</param>
    /// <exception cref="UnsupportedDeviceException">The kernel failed.</exception>
    public static void Check(VulkanDevice device, string kernel, Func<string> attempt, string advice)
    {
        TuningCache memory = device.Variants;
        lock (memory.Testing)
        {
            string? verdict = memory.VerdictOn(kernel);
            if (verdict is null && device.SelfTests)
            {
                verdict = "";
                try
                {
                    memory.Try(kernel, () => verdict = attempt());
                }
                catch (VulkanException e) when (SelfTest.IsOfKernel(e.Call))
                {
                    verdict = $"not to be run: {e.Message}";
                }
                memory.Judge(kernel, verdict);
                memory.SaveVerdicts();
            }
            if (verdict is { Length: > 0 })
                throw new UnsupportedDeviceException(
                    $"{device.Physical.Info.Name} with the driver {device.Physical.Info.Driver} fails the self-test of "
                    + $"the kernel {kernel}, and no other takes its place; it is {verdict}. {advice}");
        }
    }
}
