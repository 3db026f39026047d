using System.Globalization;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>Zeroes random elements in training, as torch.nn.Dropout. In inference it is the identity, and no kernel
/// runs.</summary>
/// <param name="P">The probability that an element is zeroed, in [0, 1).</param>
public sealed record Dropout(double P) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => string.Create(CultureInfo.InvariantCulture, $"p {P}");

    /// <summary>Any shape to itself.</summary>
    private protected override TensorShape Infer(TensorShape input) =>
        P is >= 0 and < 1
            ? input
            : throw new ShapeMismatchException($"Dropout takes a probability in [0, 1); got {P}.");

    internal override void Compute<T>(ReferenceStep step) => step.Input.CopyTo(step.Output);

    internal override void Lower(LoweringStep step) => step.Alias();
}
