namespace SoftPool.Operators;

/// <summary>The position in the input of element i of the output of <see cref="Upsample"/>, along an axis with n
/// elements in the input and m in the output. s is the scale factor. The names are ONNX's.</summary>
public enum UpsampleCoordinates
{
    /// <summary>(i + 1/2) / s - 1/2: the centres of pixels correspond. PyTorch's rule for bilinear and
    /// bicubic.</summary>
    HalfPixel,

    /// <summary>As <see cref="HalfPixel"/>, but 0 where m is 1. An earlier rule of PyTorch.</summary>
    PytorchHalfPixel,

    /// <summary>As <see cref="HalfPixel"/>, but symmetric about the middle of the input where s n is not an
    /// integer.</summary>
    HalfPixelSymmetric,

    /// <summary>i / s. PyTorch's rule for nearest.</summary>
    Asymmetric,

    /// <summary>i (n - 1) / (m - 1): the first and last elements correspond. PyTorch's rule for
    /// align_corners.</summary>
    AlignCorners,
}
