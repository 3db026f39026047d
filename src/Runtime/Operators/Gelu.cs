using System.Text.Json.Serialization;

namespace SoftPool.Operators;

/// <summary>The Gaussian error linear unit, as torch.nn.GELU: x times the probability that a standard normal variable
/// is below x.</summary>
/// <param name="Approximate">How the probability is computed.</param>
public sealed record GELU(GeluApproximation Approximate) : Pointwise
{
    // sqrt(8 / pi) and 0.044715 times it: (1 + tanh(z)) / 2 is the sigmoid of 2 z.
    private const double Linear = 1.5957691216057308, Cubic = 0.071354816272600247;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => Approximate == GeluApproximation.None ? "" : "approximated by tanh";

    internal override uint Code => Approximate == GeluApproximation.None ? 11u : 12;

    internal override T Of<T>(T x)
    {
        if (Approximate == GeluApproximation.Tanh)
            return x * PointwiseReference.Sigmoid(x * (x * x * T.Of(Cubic) + T.Of(Linear)));
        T tail = NormalTail.Of(x);
        return x * (x < default(T) ? tail : T.Of(1f) - tail);
    }

    private protected override TensorShape Infer(TensorShape input) => Enum.IsDefined(Approximate)
        ? input
        : throw new ShapeMismatchException($"GELU takes an approximation of None or Tanh; got {Approximate}.");
}
