using System.Text.Json.Serialization;
using SoftPool.Planning;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>2-D convolution (cross-correlation) with zero padding, as torch.nn.Conv2d.</summary>
/// <param name="InChannels">C of the input.</param>
/// <param name="OutChannels">C of the output.</param>
/// <param name="KernelSize">Height and width of the kernel in pixels.</param>
/// <param name="Stride">The step from window to window in pixels.</param>
/// <param name="Padding">Zeros added on each side in pixels.</param>
public sealed record Conv2d(int InChannels, int OutChannels, Size2d KernelSize, Size2d Stride, Size2d Padding) : UnaryOperator
{
    // The register tiles of conv2d.comp and conv2d_narrow.comp: what one invocation computes.
    private const int TileChannels = 16;
    private const int NarrowTileChannels = 4;
    private const int TilePixels = 8;
    private const int WorkgroupSize = 32;

    /// <summary>The step from tap to tap in pixels.</summary>
    [JsonRequired]
    public Size2d Dilation { get; init; } = 1;

    /// <summary>Into how many groups the channels fall; each output channel reads the input channels of its group.</summary>
    [JsonRequired]
    public int Groups { get; init; } = 1;

    /// <summary>Whether each output channel has a bias.</summary>
    [JsonRequired]
    public bool Bias { get; init; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<Parameter> Parameters
    {
        get
        {
            var weight = new Parameter(
                "weight", new TensorShape(OutChannels, InChannels / Groups, KernelSize.Height, KernelSize.Width));
            return Bias ? [weight, new("bias", new TensorShape(OutChannels))] : [weight];
        }
    }

    internal override bool FusesPointwise => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"{InChannels} to {OutChannels}, {Window.Describe(axes: 2)}"
        + (Groups == 1 ? "" : $", {Groups} groups") + (Bias ? "" : ", no bias");

    internal Window Window => Window.Of(KernelSize, Stride, Padding, ceilMode: false, Dilation);

    /// <summary>(C, H, W) to (OutChannels, floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, the same of W).
    /// </summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        Window.Check(nameof(Conv2d), input, axes: 2);
        if (input[0] != InChannels)
            throw new ShapeMismatchException($"Conv2d takes {InChannels} channels; got {input}.");
        if (Groups < 1 || InChannels % Groups != 0 || OutChannels % Groups != 0)
            throw new ShapeMismatchException(
                $"Conv2d takes a number of groups that divides {InChannels} and {OutChannels} channels; got {Groups}.");
        return Window.OutputShape(OutChannels, input);
    }

    internal override void Compute<T>(ReferenceStep step) => Conv2dReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        TensorShape input = step.InputShape, output = step.OutputShape;
        int pixels = step.Batch * output[1] * output[2];
        // A tile lies in one group; of a wide one, narrow groups would use a small part.
        int groupChannels = OutChannels / Groups;
        bool narrow = groupChannels <= TileChannels / 2;
        int tileChannels = narrow ? NarrowTileChannels : TileChannels;
        int tiles = Division.RoundUp(groupChannels, tileChannels);
        step.Dispatch(
            narrow ? "conv2d_narrow" : "conv2d",
            [
                (uint)step.Batch, (uint)InChannels, (uint)input[1], (uint)input[2],
                (uint)OutChannels, (uint)output[1], (uint)output[2],
                (uint)KernelSize.Height, (uint)KernelSize.Width, (uint)Stride.Height, (uint)Stride.Width,
                (uint)Padding.Height, (uint)Padding.Width, (uint)Dilation.Height, (uint)Dilation.Width, (uint)Groups,
                .. PointwiseConstants.Of(step.Pointwise),
            ],
            new GroupCount(Division.RoundUp(pixels, WorkgroupSize * TilePixels), tiles * Groups),
            step.Input, step.Output,
            step.Weight(
                "weight", (long)Groups * tiles * tileChannels * KernelSize.Height * KernelSize.Width * (InChannels / Groups),
                () => PackWeight(step.Parameter("weight"), tiles, tileChannels)),
            step.Constant("bias", Groups * tiles * tileChannels, () => PackBias(step.Bias, tiles, tileChannels)));
    }

    /// <summary>(O, C / groups, kH, kW) to (groups, tiles of a group, kH, kW, C / groups, channels of a tile): an invocation
    /// reads its tile in one sweep.</summary>
    private float[] PackWeight(ReadOnlySpan<float> weight, int tiles, int tileChannels)
    {
        int taps = KernelSize.Height * KernelSize.Width, inChannels = InChannels / Groups, outChannels = OutChannels / Groups;
        var packed = new float[Groups * tiles * tileChannels * taps * inChannels];
        for (int o = 0; o < OutChannels; o++)
        {
            (int group, int channel) = Math.DivRem(o, outChannels);
            for (int c = 0; c < inChannels; c++)
                for (int tap = 0; tap < taps; tap++)
                {
                    int row = ((group * tiles + channel / tileChannels) * taps + tap) * inChannels + c;
                    packed[row * tileChannels + channel % tileChannels] = weight[(o * inChannels + c) * taps + tap];
                }
        }
        return packed;
    }

    /// <summary>(O), or nothing, to (groups, tiles of a group, channels of a tile).</summary>
    private float[] PackBias(ReadOnlySpan<float> bias, int tiles, int tileChannels)
    {
        int outChannels = OutChannels / Groups;
        var packed = new float[Groups * tiles * tileChannels];
        for (int o = 0; o < bias.Length; o++)
            packed[o / outChannels * tiles * tileChannels + o % outChannels] = bias[o];
        return packed;
    }
}
