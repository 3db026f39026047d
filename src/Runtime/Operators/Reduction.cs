namespace SoftPool.Operators;

/// <summary>What <see cref="Reduce"/> makes one number of many by, named as in PyTorch.</summary>
public enum Reduction
{
    /// <summary>The sum over the number of elements, as torch.mean.</summary>
    Mean,

    /// <summary>The sum, as torch.sum.</summary>
    Sum,

    /// <summary>The product, as torch.prod.</summary>
    Prod,

    /// <summary>The largest element, as torch.amax; NaN if there is one.</summary>
    Amax,

    /// <summary>The least element, as torch.amin; NaN if there is one.</summary>
    Amin,

    /// <summary>The sum of the magnitudes, as torch.linalg.vector_norm of order 1.</summary>
    L1,

    /// <summary>The root of the sum of the squares, as torch.linalg.vector_norm of order 2.</summary>
    L2,

    /// <summary>The sum of the squares.</summary>
    SumSquare,

    /// <summary>The logarithm of the sum of the exponentials, as torch.logsumexp: finite for every finite
    /// input.</summary>
    LogSumExp,
}
