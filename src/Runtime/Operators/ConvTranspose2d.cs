using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>2-D transposed convolution, as torch.nn.ConvTranspose2d: (InChannels, H, W) to (OutChannels, (H - 1) Stride
/// - 2 Padding + Dilation (KernelSize - 1) + OutputPadding + 1, ...), and likewise for W. Each element of the input
/// adds a multiple of the kernel to the output. The weight has the shape (InChannels, OutChannels / Groups, kH, kW),
/// the bias (OutChannels).</summary>
/// <param name="InChannels">The number of channels of the input.</param>
/// <param name="OutChannels">The number of channels of the output.</param>
/// <param name="KernelSize">The height and width of the kernel in pixels.</param>
/// <param name="Stride">The step in the output between neighbouring elements of the input, in pixels.</param>
/// <param name="Padding">The rows and columns of the output that are removed on each side, in pixels.</param>
public sealed record ConvTranspose2d(int InChannels, int OutChannels, Size2d KernelSize, Size2d Stride, Size2d Padding)
    : UnaryOperator
{
    // As of Conv2d: beyond any network's use, and small enough that no index can overflow.
    private const int Largest = 4096;

    // The output channels that an invocation computes: the elements of a texel.
    private const int TileChannels = 4;

    /// <summary>The rows and columns that are added to the output at the bottom and the right, in pixels. Less than the
    /// stride or less than the dilation. Default: 0.</summary>
    [JsonRequired]
    public Size2d OutputPadding { get; init; } = 0;

    /// <summary>The distance between the kernel's elements in pixels. Default: 1.</summary>
    [JsonRequired]
    public Size2d Dilation { get; init; } = 1;

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
            var weight = new Parameter(
                "weight", new TensorShape(InChannels, OutChannels / Groups, KernelSize.Height, KernelSize.Width));
            return Bias ? [weight, new("bias", new TensorShape(OutChannels))] : [weight];
        }
    }

    internal override bool FusesPointwise => true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Attributes => $"{InChannels} to {OutChannels}, "
        + $"{Window.Of(KernelSize, Stride, Padding, ceilMode: false, Dilation).Describe(axes: 2)}"
        + (OutputPadding == 0 ? "" : $", output padding {OutputPadding}")
        + (Groups == 1 ? "" : $", {Groups} groups") + (Bias ? "" : ", no bias");

    /// <summary>(C, H, W) to (OutChannels, (H - 1) stride - 2 padding + dilation (kernel - 1) + output padding + 1, the
    /// same of W).</summary>
    private protected override TensorShape Infer(TensorShape input)
    {
        foreach (Size2d size in (ReadOnlySpan<Size2d>)[KernelSize, Stride, Dilation])
            if (!IsWithin(size, 1))
                throw new ShapeMismatchException(
                    $"ConvTranspose2d takes a kernel, a stride and a dilation of 1 to {Largest}; got {Attributes}.");
        if (!IsWithin(Padding, 0) || !IsWithin(OutputPadding, 0))
            throw new ShapeMismatchException($"ConvTranspose2d takes paddings of 0 to {Largest}; got {Attributes}.");
        if (OutputPadding.Height >= Math.Max(Stride.Height, Dilation.Height)
            || OutputPadding.Width >= Math.Max(Stride.Width, Dilation.Width))
            throw new ShapeMismatchException(
                $"ConvTranspose2d takes an output padding below its stride or its dilation; got {Attributes}.");
        if (input.Rank != 3 || input[0] != InChannels)
            throw new ShapeMismatchException($"ConvTranspose2d takes (C, H, W) of {InChannels} channels; got {input}.");
        if (Groups < 1 || OutChannels < 1 || InChannels % Groups != 0 || OutChannels % Groups != 0)
            throw new ShapeMismatchException(
                $"ConvTranspose2d takes a number of groups that divides {InChannels} and {OutChannels} channels; "
                + $"got {Groups}.");
        long height = OutputPadding.Height
            + Extent(input[1], KernelSize.Height, Stride.Height, Padding.Height, Dilation.Height);
        long width = OutputPadding.Width
            + Extent(input[2], KernelSize.Width, Stride.Width, Padding.Width, Dilation.Width);
        return height is > 0 and <= int.MaxValue && width is > 0 and <= int.MaxValue
            ? new TensorShape(OutChannels, (int)height, (int)width)
            : throw new ShapeMismatchException(
                $"ConvTranspose2d of {Attributes} gives {height} by {width} pixels of {input}.");
    }

    internal override void Compute<T>(ReferenceStep step) => ConvTranspose2dReference.Compute<T>(this, step);

    internal override void Lower(LoweringStep step)
    {
        const string Kernel = "conv_transpose2d";
        (TensorShape map, TensorShape output) = (step.InputShape, step.OutputShape);
        int channels = InChannels / Groups, tiles = Division.RoundUp(OutChannels / Groups, TileChannels);
        long weights = (long)Groups * tiles * KernelSize.Height * KernelSize.Width * channels * TileChannels;
        long count = (long)step.Batch * Groups * tiles * output.Plane();
        bool texels = step.TakesTexels(Kernel, step.Input.Count, weights);
        step.Dispatch(
            Kernel,
            [
                ("BATCH", step.Batch), ("CHANNELS", InChannels), ("HEIGHT", map[1]), ("WIDTH", map[2]),
                ("OUT_CHANNELS", OutChannels), ("OUT_HEIGHT", output[1]), ("OUT_WIDTH", output[2]),
                ("KERNEL_HEIGHT", KernelSize.Height), ("KERNEL_WIDTH", KernelSize.Width),
                ("STRIDE_HEIGHT", Stride.Height), ("STRIDE_WIDTH", Stride.Width),
                ("PADDING_HEIGHT", Padding.Height), ("PADDING_WIDTH", Padding.Width),
                ("DILATION_HEIGHT", Dilation.Height), ("DILATION_WIDTH", Dilation.Width),
                ("GROUPS", Groups), .. step.Pointwise.Constants,
            ],
            GroupCount.Linear(count), texels ? 0b101u : 0,
            LoopIterations.Of(KernelSize.Height, KernelSize.Width, channels),
            step.Input, step.Output,
            step.Weight("weight", weights, () => PackWeight(step.Parameter("weight"), tiles)),
            step.Constant("bias", Groups * tiles * TileChannels, () => PackBias(step.Bias, tiles)));
    }

    /// <summary>(C, O / groups, kH, kW) to (groups, tiles of a group, kH, kW, C / groups, channels of a
    /// tile).</summary>
    private float[] PackWeight(ReadOnlySpan<float> weight, int tiles)
    {
        int taps = KernelSize.Height * KernelSize.Width;
        int channels = InChannels / Groups, outChannels = OutChannels / Groups;
        var packed = new float[Groups * tiles * taps * channels * TileChannels];
        for (int c = 0; c < InChannels; c++)
            for (int o = 0; o < outChannels; o++)
                for (int tap = 0; tap < taps; tap++)
                {
                    int row = ((c / channels * tiles + o / TileChannels) * taps + tap) * channels + c % channels;
                    packed[row * TileChannels + o % TileChannels] = weight[(c * outChannels + o) * taps + tap];
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

    private static bool IsWithin(Size2d size, int least) =>
        size.Height >= least && size.Width >= least && size is { Height: <= Largest, Width: <= Largest };

    private static long Extent(int extent, int kernel, int stride, int padding, int dilation) =>
        (extent - 1L) * stride - 2L * padding + (long)dilation * (kernel - 1) + 1;
}
