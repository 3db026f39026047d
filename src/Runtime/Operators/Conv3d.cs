using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>3-D convolution (cross-correlation) with zero padding, as torch.nn.Conv3d: (InChannels, D, H, W) to
/// (OutChannels, floor((D + 2 Padding - Dilation (KernelSize - 1) - 1) / Stride) + 1, ...), and likewise for H and W.
/// The weight has the shape (OutChannels, InChannels / Groups, kD, kH, kW), the bias (OutChannels).</summary>
/// <param name="InChannels">The number of channels of the input.</param>
/// <param name="OutChannels">The number of channels of the output.</param>
/// <param name="KernelSize">The depth, height and width of the kernel in voxels.</param>
/// <param name="Stride">The step between windows in voxels.</param>
/// <param name="Padding">The zeros that are added on each side, in voxels.</param>
public sealed record Conv3d(int InChannels, int OutChannels, Size3d KernelSize, Size3d Stride, Size3d Padding)
    : UnaryOperator
{
    // The output channels that an invocation computes: the elements of a texel.
    private const int TileChannels = 4;

    /// <summary>The distance between the kernel's elements in voxels. Default: 1.</summary>
    [JsonRequired]
    public Size3d Dilation { get; init; } = 1;

    /// <summary>The number of groups, which divides InChannels and OutChannels. Each output channel reads the input
    /// channels of its group. Default: 1.</summary>
    [JsonRequired]
    public int Groups { get; init; } = 1;

    /// <summary>Whether each output channel has a bias. Default: true.</summary>
    [JsonRequired]
    public bool Bias { get; init; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<Parameter> Parameters
    {
        get
        {
            var weight = new Parameter("weight", new TensorShape(
                OutChannels, InChannels / Groups, KernelSize.Depth, KernelSize.Height, KernelSize.Width));
            return Bias ? [weight, new("bias", new TensorShape(OutChannels))] : [weight];
        }
    }

    internal override bool FusesPointwise => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"{InChannels} to {OutChannels}, {Window.Describe(axes: 3)}"
        + (Groups == 1 ? "" : $", {Groups} groups") + (Bias ? "" : ", no bias");

    private Window Window => new(KernelSize, Stride, Padding, Dilation);

    private int Taps => KernelSize.Depth * KernelSize.Height * KernelSize.Width;

    /// <summary>(C, D, H, W) to (OutChannels, the places along each axis).</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        Window.Check(nameof(Conv3d), input, axes: 3);
        if (input[0] != InChannels)
            throw new ShapeMismatchException($"Conv3d takes {InChannels} channels; got {input}.");
        if (Groups < 1 || OutChannels < 1 || InChannels % Groups != 0 || OutChannels % Groups != 0)
            throw new ShapeMismatchException(
                $"Conv3d takes a number of groups that divides {InChannels} and {OutChannels} channels; got {Groups}.");
        return Window.OutputShape(OutChannels, input);
    }

    internal override void Compute<T>(ReferenceStep step) => Conv3dReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        const string Kernel = "conv3d";
        Size3d map = Window.Extents(step.InputShape), places = Window.Extents(step.OutputShape);
        int channels = InChannels / Groups, tiles = Division.RoundUp(OutChannels / Groups, TileChannels);
        long weights = (long)Groups * tiles * Taps * channels * TileChannels;
        long count = (long)step.Batch * Groups * tiles * step.OutputShape.Plane();
        bool texels = step.TakesTexels(Kernel, step.Input.Count, weights);
        step.Dispatch(
            Kernel,
            [
                ("BATCH", step.Batch), ("CHANNELS", InChannels), ("OUT_CHANNELS", OutChannels), .. Named("", map),
                .. Named("OUT_", places), .. Named("KERNEL_", KernelSize), .. Named("STRIDE_", Stride),
                .. Named("PADDING_", Padding), .. Named("DILATION_", Dilation), ("GROUPS", Groups),
                .. step.Pointwise.Constants,
            ],
            GroupCount.Linear(count), texels ? 0b101u : 0,
            LoopIterations.Of(KernelSize.Depth, KernelSize.Height, KernelSize.Width, channels),
            step.Input, step.Output,
            step.Weight("weight", weights, () => PackWeight(step.Parameter("weight"), tiles)),
            step.Constant("bias", Groups * tiles * TileChannels, () => PackBias(step.Bias, tiles)));

        static SpecializationConstant[] Named(string prefix, Size3d size) =>
            [($"{prefix}DEPTH", size.Depth), ($"{prefix}HEIGHT", size.Height), ($"{prefix}WIDTH", size.Width)];
    }

    /// <summary>(O, C / groups, taps) to (groups, tiles of a group, taps, C / groups, channels of a tile).</summary>
    private float[] PackWeight(ReadOnlySpan<float> weight, int tiles)
    {
        int channels = InChannels / Groups, outChannels = OutChannels / Groups;
        var packed = new float[Groups * tiles * Taps * channels * TileChannels];
        for (int o = 0; o < OutChannels; o++)
            for (int c = 0; c < channels; c++)
                for (int tap = 0; tap < Taps; tap++)
                {
                    int tile = o / outChannels * tiles + o % outChannels / TileChannels;
                    int row = (tile * Taps + tap) * channels + c;
                    packed[row * TileChannels + o % outChannels % TileChannels] =
                        weight[(o * channels + c) * Taps + tap];
                }
        return packed;
    }

    /// <summary>The bias, or nothing, to (groups, tiles of a group, channels of a tile).</summary>
    private float[] PackBias(ReadOnlySpan<float> bias, int tiles)
    {
        int outChannels = OutChannels / Groups;
        var packed = new float[Groups * tiles * TileChannels];
        for (int o = 0; o < bias.Length; o++)
            packed[o / outChannels * tiles * TileChannels + o % outChannels] = bias[o];
        return packed;
    }
}
