using System.Numerics;

namespace SoftPool.Reference;

/// <summary>The numbers that the reference's loops compute with. The loops are written once: with <see cref="Exact"/>
/// they say what is right, with <see cref="Strict"/> what strict numerics gives, to the bit. Nothing but what is here
/// and comparisons may be used, and the order of every sum is that of the kernels.</summary>
internal interface IReal<T> :
    IAdditionOperators<T, T, T>, ISubtractionOperators<T, T, T>, IMultiplyOperators<T, T, T>, IDivisionOperators<T, T, T>,
    IUnaryNegationOperators<T, T>, IComparisonOperators<T, T, bool>
    where T : struct, IReal<T>
{
    /// <summary>A number that comes from memory: an activation, a weight.</summary>
    static abstract T Of(float x);

    /// <summary>A number that was worked out of weights beforehand.</summary>
    static abstract T Of(double x);

    /// <summary>e^x for an x not above 0.</summary>
    static abstract T ExpNonpositive(T x);

    /// <summary>1 / sqrt(x) for an x above 0.</summary>
    static abstract T ReciprocalRoot(T x);

    /// <summary>The number as another operator would load it, had it been stored.</summary>
    T Passed { get; }

    /// <summary>The number as it is stored.</summary>
    float Stored { get; }
}
