using SoftPool.Planning;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>2-D convolution (cross-correlation) with zero padding and bias, as torch.nn.Conv2d.</summary>
/// <param name="InChannels">C of the input.</param>
/// <param name="OutChannels">C of the output.</param>
/// <param name="KernelSize">Height and width of the kernel in pixels.</param>
/// <param name="Stride">The step from window to window in pixels.</param>
/// <param name="Padding">Zeros added on each side in pixels.</param>
public sealed record Conv2d(int InChannels, int OutChannels, Size2d KernelSize, Size2d Stride, Size2d Padding) : Operator
{
    // The register tile of conv2d.comp: what one invocation computes.
    private const int TileChannels = 16;
    private const int TilePixels = 8;
    private const int WorkgroupSize = 32;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters =>
    [
        new("weight", new TensorShape(OutChannels, InChannels, KernelSize.Height, KernelSize.Width)),
        new("bias", new TensorShape(OutChannels)),
    ];

    internal override bool FusesReLU => true;

    /// <inheritdoc/>
    public override string Attributes => $"{InChannels} to {OutChannels}, kernel {KernelSize}, stride {Stride}, padding {Padding}";

    /// <summary>(C, H, W) to (OutChannels, floor((H + 2 padding - kernel) / stride) + 1, the same of W).</summary>
    /// <inheritdoc/>
    public override TensorShape InferShape(TensorShape input)
    {
        Window2d.Check(nameof(Conv2d), input, KernelSize, Stride, Padding);
        if (input[0] != InChannels)
            throw new ShapeMismatchException($"Conv2d takes {InChannels} channels; got {input}.");
        (int height, int width) = Window2d.OutputSize(input, KernelSize, Stride, Padding);
        return new TensorShape(OutChannels, height, width);
    }

    internal override void Compute(ReferenceStep step) => Conv2dReference.Compute(this, step);

    internal override void Lower(LoweringStep step)
    {
        TensorShape input = step.InputShape, output = step.OutputShape;
        int pixels = step.Batch * output[1] * output[2];
        int tiles = Division.RoundUp(OutChannels, TileChannels);
        step.Dispatch(
            "conv2d",
            [
                (uint)step.Batch, (uint)InChannels, (uint)input[1], (uint)input[2],
                (uint)OutChannels, (uint)output[1], (uint)output[2],
                (uint)KernelSize.Height, (uint)KernelSize.Width, (uint)Stride.Height, (uint)Stride.Width,
                (uint)Padding.Height, (uint)Padding.Width, step.ReLU ? 1u : 0u,
            ],
            new GroupCount(Division.RoundUp(pixels, WorkgroupSize * TilePixels), tiles),
            step.Input, step.Output, new Constant(PackWeight(step.Parameter("weight"), tiles)),
            Constant.Padded(step.Parameter("bias"), tiles * TileChannels));
    }

    /// <summary>(O, C, kH, kW) to (O / tile, kH, kW, C, tile): an invocation reads its tile in one sweep.</summary>
    private float[] PackWeight(ReadOnlySpan<float> weight, int tiles)
    {
        int taps = KernelSize.Height * KernelSize.Width;
        float[] packed = Constant.Room((long)tiles * TileChannels * taps * InChannels);
        for (int o = 0; o < OutChannels; o++)
            for (int c = 0; c < InChannels; c++)
                for (int tap = 0; tap < taps; tap++)
                {
                    int row = (o / TileChannels * taps + tap) * InChannels + c;
                    packed[row * TileChannels + o % TileChannels] = weight[(o * InChannels + c) * taps + tap];
                }
        return packed;
    }
}
