namespace SoftPool.Operators;

/// <summary>Which elements of its input <see cref="Upsample"/> makes an element of its output of, by PyTorch's
/// names.</summary>
public enum UpsampleMode
{
    /// <summary>One: the nearest.</summary>
    Nearest,

    /// <summary>The two around its place along each axis, weighed by their distances.</summary>
    Bilinear,

    /// <summary>The four around its place along each axis, weighed by Keys' cubic convolution.</summary>
    Bicubic,
}
