namespace SoftPool.Operators;

/// <summary>What a reduction does, as reduce.glsl knows it: what it makes of each element, how it combines two, and
/// what it makes of the result.</summary>
internal readonly record struct ReductionSteps(ReductionTerm Term, ReductionCombine Combine, ReductionFinish Finish)
{
    public static ReductionSteps Of(Reduction kind) => kind switch
    {
        Reduction.Mean => new(default, default, ReductionFinish.Mean),
        Reduction.Sum => default,
        Reduction.Prod => new(default, ReductionCombine.Product, default),
        Reduction.Amax => new(default, ReductionCombine.Largest, default),
        Reduction.Amin => new(default, ReductionCombine.Least, default),
        Reduction.L1 => new(ReductionTerm.Magnitude, default, default),
        Reduction.L2 => new(ReductionTerm.Square, default, ReductionFinish.Root),
        Reduction.SumSquare => new(ReductionTerm.Square, default, default),
        Reduction.LogSumExp => new(default, ReductionCombine.LogSumExp, default),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}

/// <summary>What is combined.</summary>
internal enum ReductionTerm
{
    /// <summary>The elements.</summary>
    Element,

    /// <summary>Their magnitudes.</summary>
    Magnitude,

    /// <summary>Their squares.</summary>
    Square,
}

/// <summary>How two numbers are combined.</summary>
internal enum ReductionCombine
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their product.</summary>
    Product,

    /// <summary>The larger one; NaN if one is.</summary>
    Largest,

    /// <summary>The lesser one; NaN if one is.</summary>
    Least,

    /// <summary>The logarithm of the sum of their exponentials.</summary>
    LogSumExp,
}

/// <summary>What becomes of the result.</summary>
internal enum ReductionFinish
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>It is divided by the number of elements.</summary>
    Mean,

    /// <summary>Its square root.</summary>
    Root,
}
