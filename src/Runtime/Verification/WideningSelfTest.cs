using SoftPool.Execution;
using SoftPool.Graph;
using SoftPool.Kernels;
using SoftPool.Operators;
using SoftPool.Vulkan;

namespace SoftPool.Verification;

/// <summary>Trusts the kernel that widens inputs no more than others: at its first use with a driver it has to give
/// every byte and every 16-bit float exactly.</summary>
internal static class WideningSelfTest
{
    private const int Halves = 1 << 16;

    /// <exception cref="UnsupportedDeviceException">The kernel failed, and no other can take its place.</exception>
    public static void Check(VulkanDevice device) =>
        FirstUse.Check(device, WidenPlan.Kernel, () => Try(device), "Give floats.");

    private static string Try(VulkanDevice device)
    {
        // A network that gives its input back. NaN may become another NaN in the copies of some devices.
        var model = new Model(
            new ModelGraph("self-test", new TensorShape(Halves), [new Layer("0", new Dropout(0.5))]),
            new Dictionary<string, Tensor>(), [], new Preprocessing([0], [1]));
        ExecutionPlan plan = ExecutionPlan.Create(
            model, PlanOptions.Of(new SessionOptions(), device.Traits, device.Physical.LargestOperand));
        using var slot = new RunSlot(new PlannedModel(device, model, plan));
        return FirstFault<Half>(slot, i => BitConverter.UInt16BitsToHalf((ushort)i), half => (float)half)
            ?? FirstFault<byte>(slot, i => (byte)(i * 7), value => value) ?? "";
    }

    private static string? FirstFault<T>(RunSlot slot, Func<int, T> make, Func<T, float> widen) where T : unmanaged
    {
        slot.Prepare<T>();
        var values = new T[Halves];
        for (int i = 0; i < values.Length; i++)
            values[i] = make(i);
        values.CopyTo(slot.ValuesOf<T>(0));
        slot.SubmitMapped<T>(default).WaitForTrial();
        var output = new float[Halves];
        slot.Read(1, output);
        for (int i = 0; i < values.Length; i++)
        {
            float expected = widen(values[i]);
            if (BitConverter.SingleToUInt32Bits(expected) != BitConverter.SingleToUInt32Bits(output[i])
                && !(float.IsNaN(expected) && float.IsNaN(output[i])))
                return $"wrong: {values[i]} became {output[i]:R}";
        }
        return null;
    }
}
