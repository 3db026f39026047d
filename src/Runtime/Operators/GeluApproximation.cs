namespace SoftPool.Operators;

/// <summary>How <see cref="GELU"/> computes the probability that a standard normal variable is below x. The names are
/// PyTorch's.</summary>
public enum GeluApproximation
{
    /// <summary>The error function: (1 + erf(x / sqrt(2))) / 2.</summary>
    None,

    /// <summary>An approximation by the hyperbolic tangent: (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.</summary>
    Tanh,
}
