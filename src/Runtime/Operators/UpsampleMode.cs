namespace SoftPool.Operators;

/// <summary>The interpolation of <see cref="Upsample"/>. The names are PyTorch's.</summary>
public enum UpsampleMode
{
    /// <summary>The nearest element.</summary>
    Nearest,

    /// <summary>The two nearest elements along each axis, weighted by their distances.</summary>
    Bilinear,

    /// <summary>The four nearest elements along each axis, weighted by Keys' cubic convolution.</summary>
    Bicubic,
}
