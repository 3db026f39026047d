using System.Runtime.InteropServices;
using SoftPool.Kernels;

namespace SoftPool.Vulkan;

/// <summary>Finds out after how many iterations a driver ends the loops of an invocation. Lavapipe of Mesa 22.3 does so
/// after 65,535.</summary>
internal static class LoopLimitProbe
{
    // A driver that counts iterations has counted to its end by then; it takes a CPU some milliseconds.
    private const uint Wanted = 1 << 20;

    /// <summary>The iterations that the driver grants an invocation, probed at the first use of the device and then
    /// remembered.</summary>
    public static long LargestOn(VulkanDevice device)
    {
        TuningCache memory = device.Variants;
        lock (memory.Testing)
        {
            if (memory.LargestIterations is { } known)
                return known;
            uint made = 0;
            memory.TryTurns(() => made = Probe(device));
            long largest = made < Wanted ? made : long.MaxValue;
            memory.LargestIterations = largest;
            return largest;
        }
    }

    private static uint Probe(VulkanDevice device)
    {
        using var ownership = new Ownership();
        // The buffers are the probe's own: the operands only say that there are two.
        Operand buffer = new Activation(2);
        var dispatch = new KernelLaunch("", new KernelId("loop_limit"), [], new GroupCount(1), [buffer, buffer]);
        ComputePipeline pipeline = ownership.Take(device.Pipelines.Take(dispatch)).Pipeline;
        var sets = ownership.Take(new DescriptorSets(device, 1, 2, 0));
        DeviceBuffer wanted = ownership.Take(DeviceBuffer.HostStorage(device, buffer.ByteCount));
        DeviceBuffer made = ownership.Take(DeviceBuffer.HostStorage(device, buffer.ByteCount));
        MemoryMarshal.Cast<float, uint>(wanted.Floats(0, 2)).Fill(Wanted);
        MemoryMarshal.Cast<float, uint>(made.Floats(0, 2)).Clear();
        BoundLaunch launch = sets.Bind(
            pipeline, dispatch,
            [wanted.Part(0, wanted.ByteCount), made.Part(0, made.ByteCount)]);
        var recording = ownership.Take(new Submission(device, commands =>
        {
            commands.Dispatch(launch);
            commands.BarrierToHost();
        }));
        recording.Submit();
        recording.WaitForTrial();
        return MemoryMarshal.Cast<float, uint>(made.Floats(0, 2))[0];
    }
}
