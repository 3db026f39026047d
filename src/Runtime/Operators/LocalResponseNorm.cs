using System.Globalization;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>x / (K + Alpha m)^Beta, as torch.nn.LocalResponseNorm. m is the mean of the squares of Size neighbouring
/// channels around x; channels that do not exist count as 0. The shape (C, ...) stays the same.</summary>
/// <param name="Size">The number of channels in m, odd, at most 4095.</param>
/// <param name="Beta">The exponent: 0.5, 0.75 or 1.</param>
/// <param name="K">The summand in the denominator, at least 1e-6.</param>
/// <param name="Alpha">The factor of m, at least 0.</param>
public sealed record LocalResponseNorm(int Size, double Beta, double K, double Alpha = 1) : UnaryOperator
{
    private const double LeastK = 1e-6;

    private const int LargestSize = 4096;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes =>
        string.Create(CultureInfo.InvariantCulture, $"size {Size}, alpha {Alpha}, beta {Beta}, k {K}");

    /// <summary>The exponent in quarters, which are roots of roots.</summary>
    internal int Quarters => Beta switch { 0.5 => 2, 0.75 => 3, 1 => 4, _ => 0 };

    /// <summary>The factor of the sum of the squares.</summary>
    internal float Scale => (float)(Alpha / Size);

    /// <summary>(C, ...) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        bool fits = Size is > 0 and <= LargestSize && Size % 2 == 1 && Quarters > 0
            && K >= LeastK && float.IsFinite((float)K)
            && Alpha >= 0 && float.IsFinite((float)Alpha);
        if (!fits)
            throw new ShapeMismatchException(
                $"LocalResponseNorm takes an odd size of 1 to {LargestSize}, a beta of 0.5, 0.75 or 1, "
                + $"a k of at least {LeastK} and an alpha of at least 0; got {Attributes}.");
        return input.Rank > 1
            ? input
            : throw new ShapeMismatchException($"LocalResponseNorm takes (C, ...); got {input}.");
    }

    internal override void Compute<T>(ReferenceStep step) => LocalResponseNormReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        (int channels, int plane, int count) =
            (step.InputShape[0], step.InputShape.Plane(), step.Batch * step.InputShape.ElementCount);
        step.Dispatch(
            "local_response_norm",
            [
                ("COUNT", count), ("CHANNELS", channels), ("PLANE", plane), ("REACH", Size / 2), ("QUARTERS", Quarters),
                ("SCALE_BITS", BitConverter.SingleToUInt32Bits(Scale)),
                ("K_BITS", BitConverter.SingleToUInt32Bits((float)K)),
            ],
            GroupCount.Linear(count), texels: 0, LoopIterations.Of(Math.Min(Size, channels)), step.Input, step.Output);
    }
}
