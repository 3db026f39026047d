using System.Text.Json.Serialization;

namespace SoftPool;

/// <summary>How an image of any size gets the height and width that a network takes. One of <see cref="Stretch"/>,
/// <see cref="CenterCrop"/> and <see cref="Letterbox"/>.</summary>
/// <remarks>Values are interpolated in floating point and not rounded to 8 bits in between; bicubic interpolation can
/// overshoot, and its values are limited to those of a byte, 0 to 255. torchvision and Pillow resize images of bytes
/// and round to whole values too, which changes a value by up to about half a level of 255 for each rounding.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "mode")]
[JsonDerivedType(typeof(Stretch), "stretch")]
[JsonDerivedType(typeof(CenterCrop), "center_crop")]
[JsonDerivedType(typeof(Letterbox), "letterbox")]
public abstract record Resize
{
    private protected Resize()
    {
    }

    /// <summary>How values between pixels are computed; bilinear unless set.</summary>
    [JsonRequired]
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>Whether shrinking averages over all pixels that an output pixel covers, as Pillow does, and torchvision
    /// with its argument of this name; true unless set. Without it, an output pixel is made of the nearest pixels
    /// alone, as by OpenCV's INTER_LINEAR. Has no effect with <see cref="Interpolation.Nearest"/>; bicubic
    /// interpolation without it is not supported.</summary>
    [JsonRequired]
    public bool Antialias { get; init; } = true;

    /// <summary>The value of the pixels that the image does not cover, in each channel, 0 to 255.</summary>
    internal virtual byte Border => 0;

    /// <summary>Where the image lies on the network's input.</summary>
    /// <param name="image">The image's height and width.</param>
    /// <param name="input">The height and width that the network takes.</param>
    internal abstract ImagePlace Place(Size2d image, Size2d input);

    /// <summary>What is wrong with the values; null if nothing is.</summary>
    internal virtual string? Fault => !Enum.IsDefined(Interpolation)
        ? $"interpolation is Nearest, Bilinear or Bicubic; got {Interpolation}"
        : Interpolation == Interpolation.Bicubic && !Antialias
            ? "bicubic interpolation is antialiased; got one without"
            : null;
}

/// <summary>The whole image, height and width each resized to the network's. The aspect ratio changes.</summary>
public sealed record Stretch : Resize
{
    internal override ImagePlace Place(Size2d image, Size2d input) => new(input.Height, input.Width, 0, 0);
}

/// <summary>The image's shorter edge is resized to a length and the longer one in proportion, rounded down; then the
/// centre is cut out, as torchvision's Resize(size) and CenterCrop do. Where the resized image is smaller than the
/// network's input, the rest is black.</summary>
/// <param name="Size">The shorter edge's length in pixels, 1 to 65,536; for a network of 224x224 pixels usually
/// 256.</param>
public sealed record CenterCrop(int Size) : Resize
{
    private const int Largest = 65_536;

    internal override string? Fault =>
        Size is < 1 or > Largest ? $"the shorter edge takes 1 to {Largest} pixels; got {Size}" : base.Fault;

    internal override ImagePlace Place(Size2d image, Size2d input)
    {
        // In double as in Python, so that quotients are rounded alike.
        long longer = (long)((double)((long)Size * Math.Max(image.Height, image.Width))
            / Math.Min(image.Height, image.Width));
        bool portrait = image.Width <= image.Height;
        (long height, long width) = (portrait ? longer : Size, portrait ? Size : longer);
        return new ImagePlace(height, width, Offset(height, input.Height), Offset(width, input.Width));
    }

    /// <summary>Of a longer image half the excess is cut off, by Python's round, which takes halves to even; a shorter
    /// one gets half of what it lacks, rounded down.</summary>
    private static long Offset(long image, int input) => image < input
        ? (input - image) / 2
        : -(long)Math.Round((image - input) / 2.0, MidpointRounding.ToEven);
}

/// <summary>The whole image, as large as it fits with its aspect ratio kept, in the centre of the network's input, and
/// a border of one grey: as the YOLO detectors take images. Small images are enlarged.</summary>
/// <param name="Fill">The border's value in each channel, 0 to 255; YOLO's is 114.</param>
public sealed record Letterbox(byte Fill) : Resize
{
    internal override byte Border => Fill;

    internal override ImagePlace Place(Size2d image, Size2d input)
    {
        double scale = Math.Min((double)input.Height / image.Height, (double)input.Width / image.Width);
        (long height, long width) = (Scaled(image.Height), Scaled(image.Width));
        return new ImagePlace(height, width, (input.Height - height) / 2, (input.Width - width) / 2);

        long Scaled(int extent) => Math.Max((long)Math.Round(extent * scale, MidpointRounding.ToEven), 1);
    }
}

/// <summary>An image's extents once it is resized, and where its first pixel lies on the network's input.</summary>
internal readonly record struct ImagePlace(long Height, long Width, long Top, long Left);
