using System.Text.Json.Serialization;
using SoftPool.Kernels;
using SoftPool.Operators.Convolutions;
using SoftPool.Operators.Convolutions.Cpu;
using SoftPool.Operators.Convolutions.Gpu;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>2-D convolution (cross-correlation) with zero padding, as torch.nn.Conv2d: (InChannels, H, W) to
/// (OutChannels, floor((H + 2 Padding - Dilation (KernelSize - 1) - 1) / Stride) + 1, ...), and likewise for W. The
/// weight has the shape (OutChannels, InChannels / Groups, kH, kW), the bias (OutChannels).</summary>
/// <param name="InChannels">The number of channels of the input.</param>
/// <param name="OutChannels">The number of channels of the output.</param>
/// <param name="KernelSize">The height and width of the kernel in pixels.</param>
/// <param name="Stride">The step between windows in pixels.</param>
/// <param name="Padding">The zeros that are added on each side, in pixels.</param>
public sealed record Conv2d(int InChannels, int OutChannels, Size2d KernelSize, Size2d Stride, Size2d Padding)
    : UnaryOperator
{
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

    /// <summary>(C, H, W) to (OutChannels, floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, the same of
    /// W).</summary>
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

    internal override void Lower(LoweringStep step) => Variants.Lower(this, step);

    /// <summary>The ways to compute it.</summary>
    internal static VariantTable<Conv2d> Variants { get; } = new(
    [
        new ShallowConvolution(),
        new OneByOneConvolution(Vectors: 4),
        new OneByOneConvolution(Vectors: 3),
        new OneByOneConvolution(Vectors: 2),
        new OneByOneConvolution(Vectors: 1),
        .. WordLoads.All.SelectMany(loads => (ConvolutionVariant[])
        [
            new WinogradConvolution(Taps: 3, Vectors: 4, Pixels: 16, loads),
            new WinogradConvolution(Taps: 5, Vectors: 4, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 8, Vectors: 4, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 8, Vectors: 3, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 8, Vectors: 2, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 8, Vectors: 1, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 4, Vectors: 6, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 4, Vectors: 4, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 4, Vectors: 3, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 4, Vectors: 2, Pixels: 16, loads),
            new LanesConvolution(WordFloats: 4, Vectors: 1, Pixels: 16, loads),
        ]),
        .. from taps in (int[])[3, 5]
           from asGemm in (bool[])[false, true]
           select new PlainWinogradConvolution(taps, asGemm),
        .. GemmTile.All.Select(tile => new GemmConvolution(tile)),
        new PackedConvolution(InPlanes: false),
        new PackedConvolution(InPlanes: false, IsNarrow: true),
        new PackedConvolution(InPlanes: true),
        new PackedConvolution(InPlanes: true, IsNarrow: true),
        new TiledConvolution(),
    ]);
}
