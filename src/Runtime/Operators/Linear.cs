using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Operators.Convolutions.Gpu;
using SoftPool.Operators.Linears;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = x W^T + b, as torch.nn.Linear: (..., InFeatures) to (..., OutFeatures). The weight W has the shape
/// (OutFeatures, InFeatures), the bias b (OutFeatures).</summary>
/// <param name="InFeatures">The extent of the input's last axis.</param>
/// <param name="OutFeatures">The extent of the output's last axis.</param>
public sealed record Linear(int InFeatures, int OutFeatures) : UnaryOperator
{
    // The blocks of terms that linear.glsl sums, and how many of them one invocation takes at most: drivers bound the
    // iterations of loops.
    internal const int Block = 64;
    private const int LargestSlice = 1024;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<Parameter> Parameters =>
        Bias
            ? [new("weight", new TensorShape(OutFeatures, InFeatures)), new("bias", new TensorShape(OutFeatures))]
            : [new("weight", new TensorShape(OutFeatures, InFeatures))];

    /// <summary>Whether there is a bias. Default: true.</summary>
    [JsonRequired]
    public bool Bias { get; init; } = true;

    /// <summary>The blocks of 64 terms; what remains behind them is less than one.</summary>
    internal int Blocks => InFeatures / Block;

    /// <summary>Into how many slices, of as many blocks each but for the last, the sum is always split.</summary>
    internal int LeastSlices => Math.Max(Division.RoundUp(Blocks, LargestSlice), 1);

    internal override bool FusesPointwise => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"{InFeatures} to {OutFeatures}" + (Bias ? "" : ", no bias");

    /// <summary>(..., InFeatures) to (..., OutFeatures).</summary>
    private protected override TensorShape Infer(TensorShape input) =>
        input.Rank > 0 && input[^1] == InFeatures
            ? new TensorShape([.. input.Extents[..^1], OutFeatures])
            : throw new ShapeMismatchException($"Linear takes {InFeatures} features along the last axis; got {input}.");

    /// <summary>The number of vectors of a whole batch.</summary>
    internal int VectorsOf(LoweringStep step) => step.Batch * (step.InputShape.ElementCount / InFeatures);

    internal override void Compute<T>(ReferenceStep step) => LinearReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step) => Variants.Lower(this, step);

    /// <summary>The ways to compute it.</summary>
    internal static VariantTable<Linear> Variants { get; } = new(
    [
        new LaneLinear("linear_lanes", Items: 16, LeastBatch: 9) { Lanes = 8 },
        .. GemmTile.All.Select(tile => new GemmLinear(tile)),
        new GroupLinear("linear_group_batch", Items: 8, LeastBatch: 4),
        new GroupLinear("linear_group", Items: 1, LeastBatch: 1),
        new LaneLinear("linear_batch", Items: 8, LeastBatch: 4) { LaneFeatures = 4 },
        new LaneLinear("linear", Items: 1, LeastBatch: 1) { LaneFeatures = 4 },
    ]);
}
