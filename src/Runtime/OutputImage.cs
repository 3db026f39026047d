namespace SoftPool;

/// <summary>A VkImage of the host that receives one item of a dense network's output, (C, H, W): a mask, a picture. The
/// device writes it; the CPU does not touch it.</summary>
/// <remarks>The image has two dimensions, one sample a pixel and the usage TRANSFER_DST, and belongs to the queue
/// family of the session's device. Its first mip level is written. The write waits for all work that was submitted to
/// the queue before it, and later work on the queue waits for the write.</remarks>
/// <param name="Handle">The VkImage.</param>
/// <param name="Width">Its width, that of the output.</param>
/// <param name="Height">Its height, that of the output.</param>
/// <param name="Format">Its VkFormat. An output of one channel goes to R8_UNORM (9), R16_SFLOAT (76) or R32_SFLOAT
/// (100), one of three or four channels, red, green, blue and alpha, to R8G8B8A8_UNORM (37) or _SRGB (43),
/// B8G8R8A8_UNORM (44) or _SRGB (50), R16G16B16A16_SFLOAT (97) or R32G32B32A32_SFLOAT (109). Without a fourth channel
/// alpha is 1. A byte is the value, held to [0, 1], times 255, rounded to the nearest, ties to the even one, and NaN is
/// 0; bytes are given as they are, so that those of an sRGB image are sRGB. 16-bit floats are rounded in the same
/// way.</param>
public readonly record struct OutputImage(ulong Handle, int Width, int Height, uint Format)
{
    // VkImageLayout: UNDEFINED, PREINITIALIZED. VkImageUsageFlagBits: TRANSFER_DST.
    private const uint Undefined = 0, Preinitialised = 8, TransferDestination = 2;

    /// <summary>The VkImageLayout in which it is when the run begins; UNDEFINED (0) for any.</summary>
    public uint LayoutBefore { get; init; }

    /// <summary>The VkImageLayout in which it is when the run has ended.</summary>
    public uint LayoutAfter { get; init; }

    /// <summary>The array layer that is written.</summary>
    public int Layer { get; init; }

    /// <summary>The VkImageUsageFlags that it was created with, to be checked; 0 if they are not known.</summary>
    public uint Usage { get; init; }

    /// <summary>The format of its texels.</summary>
    internal TexelFormat Texels => TexelFormat.Of(Format)!.Value;

    /// <exception cref="ArgumentException">The handle is null, or the format, a layout, the layer or the usage cannot
    /// be.</exception>
    /// <exception cref="ShapeMismatchException">The output has other channels or another size.</exception>
    internal void Check(NetworkOutput output)
    {
        if (Handle == 0)
            throw new ArgumentException("A VkImage is needed for an output; its handle is null.");
        if (Usage != 0 && (Usage & TransferDestination) == 0)
            throw new ArgumentException(
                $"An image for an output is created with the usage TRANSFER_DST (0x2); got 0x{Usage:x}.");
        if (LayoutAfter is Undefined or Preinitialised || Layer < 0)
            throw new ArgumentException(
                "An image for an output is afterwards in a layout other than UNDEFINED and PREINITIALIZED, and has a "
                + $"layer from 0 on; got {LayoutAfter} and {Layer}.");
        if (TexelFormat.Of(Format) is not { } texels)
            throw new ArgumentException(
                $"An image for an output has the VkFormat {TexelFormat.Names}; got {Format}.");
        if (output.Shape.Rank != 3 || !texels.Takes(output.Shape[0]))
            throw new ShapeMismatchException(
                $"An image of {texels.Components} components takes an output (C, H, W) of "
                + $"{(texels.Components == 1 ? "one channel" : "3 or 4 channels")}; '{output.Name}' has the shape "
                + $"{output.Shape}.");
        if (Width != output.Shape[2] || Height != output.Shape[1])
            throw new ShapeMismatchException(
                $"The image for the output '{output.Name}' has {output.Shape[2]}x{output.Shape[1]} pixels; "
                + $"got {Width}x{Height}.");
    }
}
