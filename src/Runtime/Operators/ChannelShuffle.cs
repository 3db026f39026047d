using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>The channels of several groups in turns, as torch.nn.ChannelShuffle: the first of each group, then the second of
/// each.</summary>
/// <param name="Groups">The number of groups; it divides the channels.</param>
public sealed record ChannelShuffle(int Groups) : UnaryOperator
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"{Groups} groups";

    /// <summary>(C, ...) to itself.</summary>
    private protected override TensorShape Infer(TensorShape input) =>
        input.Rank > 1 && Groups > 0 && input[0] % Groups == 0
            ? input
            : throw new ShapeMismatchException(
                $"ChannelShuffle takes (C, ...) and a number of groups that divides its channels; got {input} and {Groups}.");

    internal override void Compute<T>(ReferenceStep step)
    {
        (int channels, int plane) = (step.InputShape[0], step.InputShape.Plane());
        for (int c = 0; c < channels; c++)
        {
            int from = c % Groups * (channels / Groups) + c / Groups;
            step.Input.Slice(from * plane, plane).CopyTo(step.Output[(c * plane)..]);
        }
    }

    internal override void Lower(LoweringStep step)
    {
        (int channels, int plane, int count) = (step.InputShape[0], step.InputShape.Plane(), step.Batch * step.InputShape.ElementCount);
        // A texel lies within a channel.
        step.DispatchElements(
            "channel_shuffle", [("COUNT", count), ("CHANNELS", channels), ("PLANE", plane), ("GROUPS", Groups)], count, plane % 4 == 0 ? 0b1u : 0,
            step.Input, step.Output);
    }
}
