using SoftPool.Kernels;

namespace SoftPool.Graph;

/// <summary>The launch that makes texels of images of a network's output.</summary>
internal static class TexelPlan
{
    /// <summary>The kernel.</summary>
    public const string Kernel = "texels";

    // No device asks more of the offset of a buffer.
    private const int Alignment = 256;

    /// <summary>The bytes from the texels of one item to those of the next.</summary>
    public static long ItemBytes(TensorShape shape, TexelFormat format) =>
        Division.Align((long)shape[1] * shape[2] * format.Bytes, Alignment);

    /// <param name="output">The network's output.</param>
    /// <param name="items">The items that are computed at a time.</param>
    /// <param name="format">The images' format.</param>
    /// <param name="from">These items of the output.</param>
    /// <param name="texels">Where their texels go.</param>
    public static KernelLaunch Of(NetworkOutput output, int items, TexelFormat format, Operand from, Operand texels)
    {
        long words = ItemBytes(output.Shape, format) / sizeof(uint);
        return new KernelLaunch(
            output.Layer, new KernelId(Kernel),
            [
                ("ITEMS", (uint)items), ("ITEM_WORDS", (uint)words),
                ("PIXELS", (uint)(output.Shape[1] * output.Shape[2])), ("CHANNELS", (uint)output.Shape[0]),
                ("COMPONENTS", (uint)format.Components), ("BITS", (uint)format.Bits),
                ("BLUE_FIRST", format.IsBlueFirst ? 1u : 0),
            ],
            GroupCount.Linear(items * words), [from, texels]);
    }
}
