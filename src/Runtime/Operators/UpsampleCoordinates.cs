namespace SoftPool.Operators;

/// <summary>Where in its input the i-th place of <see cref="Upsample"/>'s output lies along an axis of n places that
/// becomes one of m, s being the scale factor. The names are ONNX's.</summary>
public enum UpsampleCoordinates
{
    /// <summary>(i + 1/2) / s - 1/2: the centres of pixels. PyTorch's for bilinear and bicubic.</summary>
    HalfPixel,

    /// <summary>As HalfPixel, but 0 where m is 1. What the name says was PyTorch's once.</summary>
    PytorchHalfPixel,

    /// <summary>As HalfPixel, but about the middle, where s n is no whole number.</summary>
    HalfPixelSymmetric,

    /// <summary>i / s. PyTorch's for nearest.</summary>
    Asymmetric,

    /// <summary>i (n - 1) / (m - 1): both ends meet. PyTorch's align_corners.</summary>
    AlignCorners,
}
