namespace SoftPool.Operators;

/// <summary>How <see cref="GELU"/> computes the normal distribution, by PyTorch's names.</summary>
public enum GeluApproximation
{
    /// <summary>By the error function: (1 + erf(x / sqrt(2))) / 2.</summary>
    None,

    /// <summary>By the hyperbolic tangent: (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.</summary>
    Tanh,
}
