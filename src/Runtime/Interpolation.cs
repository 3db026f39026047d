namespace SoftPool;

/// <summary>How the values between the pixels of an image are computed, along each axis.</summary>
public enum Interpolation
{
    /// <summary>The value of the pixel in which an output pixel's centre lies, as Pillow's NEAREST.</summary>
    Nearest,

    /// <summary>A triangle around the output pixel's centre, one pixel wide to each side.</summary>
    Bilinear,

    /// <summary>The cubic of Keys (1981) with a = -0.5, as Pillow's BICUBIC and torchvision's, two pixels wide to each
    /// side. (Torch's own interpolation without antialias has a = -0.75.)</summary>
    Bicubic,
}
