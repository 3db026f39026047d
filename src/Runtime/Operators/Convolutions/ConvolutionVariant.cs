using SoftPool.Kernels;

namespace SoftPool.Operators.Convolutions;

/// <summary>One way to compute a convolution. Its kernels work only together, except where a variant says
/// otherwise.</summary>
internal abstract record ConvolutionVariant : Variant<Conv2d>
{
    public override bool HasIndependentKernels => false;

    /// <summary>The bias, or nothing, to (groups, padded channels of a group), zero beyond its own.</summary>
    internal static FloatConstant PackBias(Conv2d convolution, LoweringStep step, int paddedChannels) => step.Constant(
        $"bias*{paddedChannels}", (long)convolution.Groups * paddedChannels, () =>
        {
            int channels = convolution.OutChannels / convolution.Groups;
            var packed = new float[convolution.Groups * paddedChannels];
            ReadOnlySpan<float> bias = step.Bias;
            for (int o = 0; o < bias.Length; o++)
                packed[o / channels * paddedChannels + o % channels] = bias[o];
            return packed;
        });
}
