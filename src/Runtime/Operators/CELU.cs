using System.Globalization;
using System.Text.Json.Serialization;

namespace SoftPool.Operators;

/// <summary>x where x is positive, otherwise Alpha (exp(x / Alpha) - 1), as torch.nn.CELU.</summary>
/// <param name="Alpha">The output tends to -Alpha for large negative inputs. Above 0; Alpha and 1 / Alpha are normal
/// 32-bit floats.</param>
public sealed record CELU(double Alpha = 1) : Pointwise
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => string.Create(CultureInfo.InvariantCulture, $"alpha {Alpha}");

    internal override uint Code => 18;

    internal override float Coefficient => (float)Alpha;

    /// <summary>Kernels multiply by it: devices divide differently.</summary>
    internal override float SecondCoefficient => (float)(1 / Alpha);

    internal override T Of<T>(T x) => x > default(T)
        ? x
        : T.Of(Coefficient) * PointwiseReference.ExponentialLessOne((x * T.Of(SecondCoefficient)).Passed);

    private protected override TensorShape Infer(TensorShape input) =>
        float.IsNormal(Coefficient) && float.IsNormal(SecondCoefficient) && Alpha > 0
            ? input
            : throw new ShapeMismatchException(string.Create(
                CultureInfo.InvariantCulture,
                $"CELU takes an alpha above 0 that is, like its reciprocal, a normal float; got {Alpha}."));
}
