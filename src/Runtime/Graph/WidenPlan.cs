using SoftPool.Kernels;

namespace SoftPool.Graph;

/// <summary>The launch that makes 32-bit floats of bytes or 16-bit floats.</summary>
internal static class WidenPlan
{
    /// <summary>The kernel.</summary>
    public const string Kernel = "widen_input";

    /// <param name="input">The network's input.</param>
    /// <param name="words">A whole batch of narrow elements.</param>
    /// <param name="first">The element that becomes the input's first.</param>
    /// <param name="bits">The bits of an element, 8 or 16.</param>
    /// <param name="to">Where the floats go.</param>
    public static KernelLaunch Of(string input, Operand words, long first, int bits, Operand to) => new(
        input, new KernelId(Kernel), [("COUNT", (uint)to.Count), ("FIRST", (uint)first), ("BITS", (uint)bits)],
        GroupCount.Linear(to.Count), [words, to]);
}
