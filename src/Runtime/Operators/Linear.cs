using System.Text.Json.Serialization;
using SoftPool.Planning;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = x W' + b, as torch.nn.Linear.</summary>
/// <param name="InFeatures">The length of an input vector.</param>
/// <param name="OutFeatures">The length of an output vector.</param>
public sealed record Linear(int InFeatures, int OutFeatures) : UnaryOperator
{
    // What one invocation of linear.comp computes, and how many items it takes at most.
    private const int TileFeatures = 2;
    private const int LargestTileItems = 8;
    private const int WorkgroupSize = 32;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<Parameter> Parameters =>
        Bias
            ? [new("weight", new TensorShape(OutFeatures, InFeatures)), new("bias", new TensorShape(OutFeatures))]
            : [new("weight", new TensorShape(OutFeatures, InFeatures))];

    /// <summary>Whether b is there.</summary>
    [JsonRequired]
    public bool Bias { get; init; } = true;

    internal override bool FusesPointwise => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"{InFeatures} to {OutFeatures}" + (Bias ? "" : ", no bias");

    /// <summary>(InFeatures) to (OutFeatures).</summary>
    private protected override TensorShape Infer(TensorShape input) =>
        input == new TensorShape(InFeatures)
            ? new TensorShape(OutFeatures)
            : throw new ShapeMismatchException($"Linear takes {InFeatures} features; got {input}.");

    internal override void Compute<T>(ReferenceStep step) => LinearReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        int items = Math.Min(step.Batch, LargestTileItems);
        // The weight may exceed what one buffer holds on a device: then some features after others, each with their part of it.
        long largestPairs = step.LargestWeight / ((long)InFeatures * TileFeatures);
        int pairsAtOnce = (int)Math.Clamp(largestPairs, 1, Division.RoundUp(OutFeatures, TileFeatures));
        for (int first = 0; first < OutFeatures; first += pairsAtOnce * TileFeatures)
        {
            int features = Math.Min(OutFeatures - first, pairsAtOnce * TileFeatures);
            int pairs = Division.RoundUp(features, TileFeatures);
            int begin = first;
            step.Dispatch(
                "linear",
                [
                    (uint)step.Batch, (uint)InFeatures, (uint)OutFeatures, (uint)first, (uint)features, (uint)items,
                    .. PointwiseConstants.Of(step.Pointwise),
                ],
                new GroupCount(Division.RoundUp(pairs, WorkgroupSize), Division.RoundUp(step.Batch, items)),
                step.Input, step.Output,
                step.Weight(
                    $"weight[{begin}]", (long)InFeatures * pairs * TileFeatures,
                    () => PackWeight(
                        step.Parameter("weight").Slice(begin * InFeatures, features * InFeatures), features, pairs)),
                step.PaddedBias(pairs * TileFeatures, begin, features));
        }
    }

    /// <summary>(out, in) to (in, out / 2, 2): neighbouring invocations read neighbouring pairs.</summary>
    private float[] PackWeight(ReadOnlySpan<float> weight, int features, int pairs)
    {
        int stride = pairs * TileFeatures;
        var packed = new float[InFeatures * stride];
        for (int o = 0; o < features; o++)
            for (int i = 0; i < InFeatures; i++)
                packed[i * stride + o] = weight[o * InFeatures + i];
        return packed;
    }
}
