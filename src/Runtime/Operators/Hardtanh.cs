using System.Globalization;
using System.Text.Json.Serialization;

namespace SoftPool.Operators;

/// <summary>min(max(x, MinVal), MaxVal), as torch.nn.Hardtanh. NaN stays NaN.</summary>
/// <param name="MinVal">The smallest output; finite as a 32-bit float.</param>
/// <param name="MaxVal">The largest output, at least MinVal; finite as a 32-bit float.</param>
public sealed record Hardtanh(double MinVal, double MaxVal) : Pointwise
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => string.Create(CultureInfo.InvariantCulture, $"{MinVal} to {MaxVal}");

    internal override uint Code => 10;

    internal override float Coefficient => (float)MinVal;

    internal override float SecondCoefficient => (float)MaxVal;

    internal override T Of<T>(T x)
    {
        T least = T.Of(Coefficient), largest = T.Of(SecondCoefficient);
        return x < least ? least : x > largest ? largest : x;
    }

    private protected override TensorShape Infer(TensorShape input) =>
        float.IsFinite(Coefficient) && float.IsFinite(SecondCoefficient) && MinVal <= MaxVal
            ? input
            : throw new ShapeMismatchException(string.Create(
                CultureInfo.InvariantCulture,
                $"Hardtanh takes bounds that are finite as floats, the least first; got {MinVal} and {MaxVal}."));
}
