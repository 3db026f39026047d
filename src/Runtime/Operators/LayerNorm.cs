using System.Globalization;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>(x - mean) / sqrt(variance + Eps) weight + bias over the last axes, as torch.nn.LayerNorm. The shape (...,
/// NormalizedShape) stays the same.</summary>
/// <param name="NormalizedShape">The extents of the last axes, over which mean and variance are computed. Also the
/// shape of weight and bias.</param>
/// <param name="Eps">The number that is added to the variance, at least 1e-12.</param>
public sealed record LayerNorm(TensorShape NormalizedShape, double Eps = 1e-5) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<Parameter> Parameters =>
        ElementwiseAffine ? [new("weight", NormalizedShape), new("bias", NormalizedShape)] : [];

    /// <summary>Whether there are a weight and a bias. Default: true.</summary>
    [JsonRequired]
    public bool ElementwiseAffine { get; init; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes =>
        string.Create(CultureInfo.InvariantCulture, $"over {NormalizedShape}, eps {Eps}")
        + (ElementwiseAffine ? "" : ", not affine");

    /// <summary>(..., NormalizedShape) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        RowNorm.CheckEps(nameof(LayerNorm), Eps);
        int rank = NormalizedShape.Rank;
        return rank > 0 && input.Rank >= rank && input.Extents[^rank..].SequenceEqual(NormalizedShape.Extents)
            ? input
            : throw new ShapeMismatchException(
                $"LayerNorm over {NormalizedShape} takes an input of these last axes; got {input}.");
    }

    internal override void Compute<T>(ReferenceStep step) => RowNormReference.Compute<T>(Rows, step);

    internal override void Lower(LoweringStep step) => Rows.Lower(step);

    private RowNorm Rows => new(
        NormalizedShape.ElementCount, Slices.Interleaved(NormalizedShape.ElementCount, long.MaxValue), Eps,
        ElementwiseAffine ? NormalizedShape.ElementCount : 0, 1);
}
