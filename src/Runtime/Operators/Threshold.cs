using System.Globalization;
using System.Text.Json.Serialization;

namespace SoftPool.Operators;

/// <summary>x where x is above Limit, otherwise Value, as torch.nn.Threshold. NaN stays NaN.</summary>
/// <param name="Limit">The limit, PyTorch's threshold; finite as a 32-bit float.</param>
/// <param name="Value">What stands in the place of all others; finite as a 32-bit float.</param>
public sealed record Threshold(double Limit, double Value) : Pointwise
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes =>
        string.Create(CultureInfo.InvariantCulture, $"{Value} up to {Limit}");

    internal override uint Code => 34;

    internal override float Coefficient => (float)Limit;

    internal override float SecondCoefficient => (float)Value;

    internal override T Of<T>(T x) => x <= T.Of(Coefficient) ? T.Of(SecondCoefficient) : x;

    private protected override TensorShape Infer(TensorShape input) =>
        float.IsFinite(Coefficient) && float.IsFinite(SecondCoefficient)
            ? input
            : throw new ShapeMismatchException(string.Create(
                CultureInfo.InvariantCulture,
                $"Threshold takes a limit and a value that are finite as floats; got {Limit} and {Value}."));
}
