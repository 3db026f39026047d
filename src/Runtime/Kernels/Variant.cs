namespace SoftPool.Kernels;

/// <summary>One of several ways to compute an operator. All give the same numbers to within rounding. Which one is the
/// fastest depends on the device, its driver and the shape.</summary>
/// <typeparam name="TOperator">The operator.</typeparam>
internal abstract record Variant<TOperator>
{
    /// <summary>What tells it from the operator's other variants. The tuner's memory and messages use this
    /// name.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the self-test judges each of its kernels by itself, and not all of them together under the
    /// variant's name.</summary>
    public virtual bool HasIndependentKernels => true;

    /// <summary>The largest error of its results that rounding explains, relative to the largest result: a few units in
    /// the last place of long sums.</summary>
    public virtual double Tolerance => 2e-6;

    /// <summary>Whether its kernels add the <see cref="LoweringStep.Residual"/>, with a fifth storage buffer.</summary>
    public virtual bool AddsResidual => false;

    /// <summary>Whether kernels that it cannot do without are rejected on this driver.</summary>
    public virtual bool IsRejected(TOperator op, LoweringStep step) => !HasIndependentKernels && step.IsRejected(Name);

    /// <summary>Whether it can compute this operator on this device, rejected or not.</summary>
    public abstract bool Takes(TOperator op, LoweringStep step);

    /// <summary>A guess at its time, to compare with that of the operator's other variants on the same
    /// device.</summary>
    public abstract double Cost(TOperator op, LoweringStep step);

    /// <summary>Adds its kernel launches to a plan.</summary>
    public abstract void Lower(TOperator op, LoweringStep step);
}
