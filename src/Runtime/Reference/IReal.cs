using System.Numerics;

namespace SoftPool.Reference;

/// <summary>The numbers that the reference's loops compute with. The loops are written once: with <see cref="Exact"/>
/// they say what is right, with <see cref="Strict"/> what strict numerics gives, to the bit. Nothing but what is here
/// and comparisons may be used, and the order of every sum is that of the kernels.</summary>
internal interface IReal<T> :
    IAdditionOperators<T, T, T>, ISubtractionOperators<T, T, T>,
    IMultiplyOperators<T, T, T>, IDivisionOperators<T, T, T>,
    IUnaryNegationOperators<T, T>, IComparisonOperators<T, T, bool>
    where T : struct, IReal<T>
{
    /// <summary>A number that comes from memory: an activation, a weight.</summary>
    static abstract T Of(float x);

    /// <summary>A number that was worked out of weights beforehand.</summary>
    static abstract T Of(double x);

    /// <summary>e^x for an x not above 0.</summary>
    static abstract T ExpNonpositive(T x);

    /// <summary>e^x for any x.</summary>
    static abstract T Exp(T x);

    /// <summary>The natural logarithm: -infinity for 0, NaN below.</summary>
    static abstract T Log(T x);

    /// <summary>1 / x for any x.</summary>
    static abstract T Reciprocal(T x);

    /// <summary>The largest integer not above x.</summary>
    static abstract T Floor(T x);

    /// <summary>1 / sqrt(x) for an x above 0.</summary>
    static abstract T ReciprocalRoot(T x);

    /// <summary>a / b for any numbers.</summary>
    static abstract T Quotient(T a, T b);

    /// <summary>x^y for any numbers; special values are those of C's pow.</summary>
    static abstract T Pow(T x, T y);

    /// <summary>The sine of any x; NaN of infinity.</summary>
    static abstract T Sin(T x);

    /// <summary>The cosine of any x; NaN of infinity.</summary>
    static abstract T Cos(T x);

    /// <summary>The tangent of any x; NaN of infinity.</summary>
    static abstract T Tan(T x);

    /// <summary>Whether it is no number.</summary>
    static abstract bool IsNaN(T x);

    /// <summary>The number as another operator would load it, had it been stored.</summary>
    T Passed { get; }

    /// <summary>The number as it is stored.</summary>
    float Stored { get; }
}
