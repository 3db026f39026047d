using System.Globalization;
using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>(x - mean) / sqrt(variance + Eps) weight + bias in each group of channels, as torch.nn.GroupNorm: (C, ...)
/// to itself. With a group for each channel it is torch.nn.InstanceNorm1d, 2d and 3d.</summary>
/// <param name="NumGroups">The number of groups of channels that follow each other; mean and variance are those of a
/// group. Divides NumChannels.</param>
/// <param name="NumChannels">C of the input.</param>
/// <param name="Eps">The number that is added to the variance, at least 1e-12.</param>
public sealed record GroupNorm(int NumGroups, int NumChannels, double Eps = 1e-5) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<Parameter> Parameters =>
        Affine ? [new("weight", new(NumChannels)), new("bias", new(NumChannels))] : [];

    /// <summary>Whether each channel has a weight and a bias. Default: true.</summary>
    [JsonRequired]
    public bool Affine { get; init; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes =>
        string.Create(CultureInfo.InvariantCulture, $"{NumChannels} channels in {NumGroups} groups, eps {Eps}")
        + (Affine ? "" : ", not affine");

    /// <summary>(C, ...) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        RowNorm.CheckEps(nameof(GroupNorm), Eps);
        return input.Rank > 1 && input[0] == NumChannels && NumGroups > 0 && NumChannels % NumGroups == 0
            ? input
            : throw new ShapeMismatchException(
                $"GroupNorm takes (C, ...) of {NumChannels} channels and a number of groups that divides them; "
                + $"got {input} and {NumGroups}.");
    }

    internal override void Compute<T>(ReferenceStep step) =>
        RowNormReference.Compute<T>(RowsOf(step.InputShape), step);

    internal override void Lower(LoweringStep step) => RowsOf(step.InputShape).Lower(step);

    private RowNorm RowsOf(TensorShape input)
    {
        int length = input.ElementCount / NumGroups;
        return new(length, Slices.Interleaved(length, NumGroups), Eps, Affine ? NumChannels : 0, input.Plane());
    }
}
