using System.Text.Json.Serialization;

namespace SoftPool.Operators;

/// <summary>Interleaves the channels of several groups, as torch.nn.ChannelShuffle: the first channel of each group,
/// then the second of each. The shape (C, ...) stays the same.</summary>
/// <param name="Groups">The number of groups, which divides the number of channels.</param>
public sealed record ChannelShuffle(int Groups) : Composite
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"{Groups} groups";

    /// <summary>(C, ...) to itself, by way of (groups, C / groups, ...).</summary>
    internal override IReadOnlyList<Operator> PartsOn(TensorShape input) =>
        input.Rank > 1 && Groups > 0 && input[0] % Groups == 0
            ?
            [
                new Reshape(new(Groups, input[0] / Groups, input.Plane())), new Permute([2, 1, 3]), new Reshape(input),
            ]
            : throw new ShapeMismatchException(
                "ChannelShuffle takes (C, ...) and a number of groups that divides its channels; "
                + $"got {input} and {Groups}.");
}
