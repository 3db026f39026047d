namespace SoftPool;

/// <summary>A picture of any size on the host's device, in its buffers or its images. The device resizes and normalises
/// it as an <see cref="Image"/> of the same pixels; the CPU does not touch it.</summary>
/// <remarks>The runtime copies the picture before it reads it. The copy waits for all work that was submitted to the
/// queue before it, and later work on the queue waits for the copy. Buffers and images need the usage TRANSFER_SRC, and
/// belong to the queue family of the session's device.</remarks>
/// <param name="Pixels">Where the pixels are; of NV12 and P010 the luma, Y'.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Format">The order of the bytes of a pixel, or of the planes. A VkImage has a format of the same order:
/// R8G8B8A8_UNORM or _SRGB is <see cref="PixelFormat.Rgba8"/>. Bytes are taken as they are, so that those of an sRGB
/// image are sRGB.</param>
public readonly record struct DeviceImage(
    DevicePlane Pixels, int Width, int Height, PixelFormat Format = PixelFormat.Rgba8) : IPicture
{
    /// <summary>Where the chroma of NV12 and P010 is, Cb and Cr in turns, for 2x2 pixels each. Without a value it is in
    /// the other plane of the same VkImage (G8_B8R8_2PLANE_420_UNORM and its like), or in the same buffer directly
    /// behind the last row of the luma, with the same pitch.</summary>
    public DevicePlane? Chroma { get; init; }

    /// <summary>How NV12 and P010 become RGB.</summary>
    public YuvMatrix Matrix { get; init; }

    /// <summary>Whether all values of NV12 and P010 are in use: luma from 0 to 255 in place of 16 to 235, in 10 bits
    /// four times as much.</summary>
    public bool IsFullRange { get; init; }

    PictureShape IPicture.Shape => Shape;

    internal PictureShape Shape => new(Width, Height, Format, Matrix, IsFullRange);

    /// <summary>Whether one VkImage has both planes.</summary>
    internal bool IsMultiplanar => Shape.IsYuv && Pixels.Image != 0 && (Chroma ?? Pixels).Image == Pixels.Image;

    /// <summary>Where the chroma is.</summary>
    internal DevicePlane ChromaPlane => Chroma
        ?? (Pixels.Image != 0
            ? Pixels
            : Pixels with { Offset = Pixels.Offset + Pitch * Height, RowPitch = Pixels.RowPitch });

    private long Pitch => Pixels.RowPitch > 0 ? Pixels.RowPitch : (long)Shape.SampleBytes * Width;

    /// <exception cref="ArgumentException">A handle is missing, or a pitch, a layout or a matrix cannot be.</exception>
    /// <exception cref="ShapeMismatchException">The size or the format cannot be.</exception>
    internal void Check()
    {
        Shape.Check();
        Pixels.Check(Shape.RowBytes);
        if (!Shape.IsYuv)
            return;
        if (!Enum.IsDefined(Matrix))
            throw new ArgumentException($"The matrix is Bt709 or Bt601; got {Matrix}.");
        ChromaPlane.Check(Shape.ChromaRowBytes);
    }
}

/// <summary>A plane of pixels or samples on the host's device: rows in a buffer, or a VkImage.</summary>
public readonly record struct DevicePlane
{
    // VkImageLayout: UNDEFINED, PREINITIALIZED.
    private const uint Undefined = 0, Preinitialised = 8;

    /// <summary>Rows in a buffer.</summary>
    /// <param name="buffer">The VkBuffer, with the usage TRANSFER_SRC.</param>
    /// <param name="offset">Where the first row begins, in bytes.</param>
    /// <param name="rowPitch">The bytes from the beginning of a row to that of the next; 0 where there are no
    /// gaps.</param>
    public static DevicePlane InBuffer(ulong buffer, long offset = 0, int rowPitch = 0) =>
        new() { Buffer = buffer, Offset = offset, RowPitch = rowPitch };

    /// <summary>A VkImage, or a plane of it.</summary>
    /// <param name="image">The VkImage, of two dimensions, one sample a pixel, with the usage TRANSFER_SRC. Its first
    /// mip level is read.</param>
    /// <param name="layout">The VkImageLayout in which it is when the run begins, and again when the run has read
    /// it.</param>
    /// <param name="layer">The array layer.</param>
    public static DevicePlane InImage(ulong image, uint layout, int layer = 0) =>
        new() { Image = image, Layout = layout, Layer = layer };

    /// <summary>The VkBuffer; 0 for a VkImage.</summary>
    public ulong Buffer { get; init; }

    /// <summary>Where the first row begins in the buffer, in bytes.</summary>
    public long Offset { get; init; }

    /// <summary>The bytes from row to row in the buffer; 0 where there are no gaps.</summary>
    public int RowPitch { get; init; }

    /// <summary>The VkImage; 0 for a buffer.</summary>
    public ulong Image { get; init; }

    /// <summary>The image's VkImageLayout.</summary>
    public uint Layout { get; init; }

    /// <summary>The image's array layer.</summary>
    public int Layer { get; init; }

    /// <exception cref="ArgumentException">It is no plane with rows of so many bytes.</exception>
    internal void Check(long rowBytes)
    {
        if (Buffer == 0 == (Image == 0))
            throw new ArgumentException(
                "A picture on the device is in a VkBuffer or in a VkImage: one handle is needed, and only one.");
        if (Buffer != 0 && (Offset < 0 || (RowPitch != 0 && RowPitch < rowBytes)))
            throw new ArgumentException(
                $"A row of {rowBytes} bytes needs a pitch of as many or 0, and an offset from 0 on; "
                + $"got {RowPitch} and {Offset}.");
        if (Image != 0 && (Layout is Undefined or Preinitialised || Layer < 0))
            throw new ArgumentException(
                "An image that is read has a layout other than UNDEFINED and PREINITIALIZED, and a layer from 0 on; "
                + $"got {Layout} and {Layer}.");
    }
}

/// <summary>How Y'CbCr becomes RGB: the matrices of ITU-R BT.709 and BT.601.</summary>
public enum YuvMatrix
{
    /// <summary>Of high-definition video.</summary>
    Bt709,

    /// <summary>Of standard-definition video, and of JPEG.</summary>
    Bt601,
}
