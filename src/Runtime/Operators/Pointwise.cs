using System.Globalization;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>A function of each element, for an input of any shape. The kernel of the operator before can compute it in
/// the same launch.</summary>
public abstract record Pointwise : UnaryOperator
{
    private protected Pointwise()
    {
    }

    /// <summary>The number that pointwise.glsl knows it by; 0 is none.</summary>
    internal abstract uint Code { get; }

    /// <summary>Whether the kernels that compute a function on the way know this one; others have a launch of their
    /// own.</summary>
    internal bool CanBeFused => Code <= LastFused;

    // LAST_FUSED of pointwise.glsl.
    private const uint LastFused = 10;

    /// <summary>The function's parameter, where it has one.</summary>
    internal virtual float Coefficient => 0;

    /// <summary>The function's second parameter, where it has two.</summary>
    internal virtual float SecondCoefficient => 0;

    /// <summary>What kernels are given of it.</summary>
    internal PointwiseFunction Function => new(Code, Coefficient, SecondCoefficient);

    internal abstract T Of<T>(T x)
        where T : struct, IReal<T>;

    private protected override TensorShape Infer(TensorShape input) => input;

    internal override void Compute<T>(ReferenceStep step) => PointwiseReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        int count = step.Batch * step.InputShape.ElementCount;
        step.DispatchElements(
            "pointwise", [("COUNT", count), .. Function.Constants], count, 0b1, step.Input, step.Output);
    }
}

/// <summary>max(x, 0), as torch.nn.ReLU. NaN stays NaN.</summary>
public sealed record ReLU : Pointwise
{
    internal override uint Code => 1;

    internal override T Of<T>(T x) => x < default(T) ? default : x;
}

/// <summary>x where x is not negative, otherwise NegativeSlope x, as torch.nn.LeakyReLU.</summary>
/// <param name="NegativeSlope">The slope for negative inputs; finite as a 32-bit float.</param>
public sealed record LeakyReLU(double NegativeSlope = 0.01) : Pointwise
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => string.Create(CultureInfo.InvariantCulture, $"slope {NegativeSlope}");

    internal override uint Code => 2;

    internal override float Coefficient => (float)NegativeSlope;

    internal override T Of<T>(T x) => x < default(T) ? T.Of(Coefficient) * x : x;

    private protected override TensorShape Infer(TensorShape input) => float.IsFinite(Coefficient)
        ? input
        : throw new ShapeMismatchException($"LeakyReLU takes a slope that is finite as a float; got {NegativeSlope}.");
}

/// <summary>1 / (1 + exp(-x)), as torch.nn.Sigmoid.</summary>
public sealed record Sigmoid : Pointwise
{
    internal override uint Code => 3;

    internal override T Of<T>(T x) => PointwiseReference.Sigmoid(x);
}

/// <summary>x / (1 + exp(-x)), as torch.nn.SiLU.</summary>
public sealed record SiLU : Pointwise
{
    internal override uint Code => 4;

    internal override T Of<T>(T x) => x * PointwiseReference.Sigmoid(x);
}

/// <summary>min(max(x, 0), 6), as torch.nn.ReLU6. NaN stays NaN.</summary>
public sealed record ReLU6 : Pointwise
{
    internal override uint Code => 5;

    internal override T Of<T>(T x) => x < default(T) ? default : x > T.Of(6f) ? T.Of(6f) : x;
}

/// <summary>ReLU6(x + 3) / 6, as torch.nn.Hardsigmoid.</summary>
public sealed record Hardsigmoid : Pointwise
{
    internal override uint Code => 6;

    internal override T Of<T>(T x) => PointwiseReference.Hardsigmoid(x);
}

/// <summary>x ReLU6(x + 3) / 6, as torch.nn.Hardswish.</summary>
public sealed record Hardswish : Pointwise
{
    internal override uint Code => 7;

    internal override T Of<T>(T x) => x * PointwiseReference.Hardsigmoid(x);
}

/// <summary>The hyperbolic tangent, as torch.nn.Tanh.</summary>
public sealed record Tanh : Pointwise
{
    internal override uint Code => 8;

    internal override T Of<T>(T x) => PointwiseReference.Tanh(x);
}

/// <summary>x where x is positive, otherwise Alpha (exp(x) - 1), as torch.nn.ELU.</summary>
/// <param name="Alpha">The output tends to -Alpha for large negative inputs; finite as a 32-bit float.</param>
public sealed record ELU(double Alpha = 1) : Pointwise
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => string.Create(CultureInfo.InvariantCulture, $"alpha {Alpha}");

    internal override uint Code => 9;

    internal override float Coefficient => (float)Alpha;

    internal override T Of<T>(T x) =>
        x > default(T) ? x : T.Of(Coefficient) * PointwiseReference.ExponentialLessOne(x);

    private protected override TensorShape Infer(TensorShape input) => float.IsFinite(Coefficient)
        ? input
        : throw new ShapeMismatchException($"ELU takes an alpha that is finite as a float; got {Alpha}.");
}
