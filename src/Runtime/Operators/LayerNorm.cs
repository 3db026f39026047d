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
    // As in layer_norm_moments.comp: the terms that are summed by themselves.
    internal const int Block = 64;

    // Without it a row of equal elements would come to 0 times infinity.
    internal const double LeastEps = 1e-12;

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
        if (!(Eps >= LeastEps && float.IsFinite((float)Eps)))
            throw new ShapeMismatchException(string.Create(
                CultureInfo.InvariantCulture, $"LayerNorm takes an eps of at least {LeastEps}; got {Eps}."));
        int rank = NormalizedShape.Rank;
        return rank > 0 && input.Rank >= rank && input.Extents[^rank..].SequenceEqual(NormalizedShape.Extents)
            ? input
            : throw new ShapeMismatchException(
                $"LayerNorm over {NormalizedShape} takes an input of these last axes; got {input}.");
    }

    internal override void Compute<T>(ReferenceStep step) => LayerNormReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        int length = NormalizedShape.ElementCount, count = step.Batch * step.InputShape.ElementCount;
        var moments = new Activation(2L * (count / length));
        step.Dispatch(
            "layer_norm_moments",
            [
                ("ROWS", count / length), ("LENGTH", length), ("EPS_BITS", BitConverter.SingleToUInt32Bits((float)Eps)),
                ("SHARE_BITS", BitConverter.SingleToUInt32Bits(1f / length)),
            ],
            GroupCount.Linear(count / length), texels: 0, 2 * LoopIterations.Of(Division.RoundUp(length, Block), Block),
            step.Input, moments);
        step.DispatchElements(
            "layer_norm", [("COUNT", count), ("LENGTH", length)], count, length % 4 == 0 ? 0b1u : 0,
            step.Input, step.Output, moments, step.Constant("norm", 2 * length, () => Interleaved(step)));
    }

    /// <summary>The factor and the summand of each element.</summary>
    private float[] Interleaved(LoweringStep step)
    {
        var pairs = new float[2 * NormalizedShape.ElementCount];
        for (int i = 0; i < pairs.Length / 2; i++)
            (pairs[2 * i], pairs[2 * i + 1]) =
                ElementwiseAffine ? (step.Parameter("weight")[i], step.Parameter("bias")[i]) : (1, 0);
        return pairs;
    }
}
