using SoftPool.Operators;

namespace SoftPool.Graph;

/// <summary>A convolution's parameters with the batch norm behind it computed into them: weight times its scale, and
/// bias times its scale plus its shift. Computed when they are asked for; a plan can be made without any
/// weights.</summary>
internal static class BatchNormFolding
{
    public static Func<string, Tensor> Fold(
        Conv2d conv, Func<string, Tensor> convParameters, BatchNorm2d norm, Func<string, Tensor> normParameters) =>
        name =>
        {
            (double[] scale, double[] shift) = norm.ScaleAndShift(normParameters);
            return name == "weight"
                ? FoldWeight(convParameters(name), scale)
                : FoldBias(conv.Bias ? convParameters(name).Data.Span : new float[conv.OutChannels], scale, shift);
        };

    /// <summary>Whether the weights are as good folded: those of a channel of tiny variance become so large that they
    /// are infinite where they are stored, though what the convolution and the batch norm compute one after the other
    /// is not.</summary>
    public static bool Fits(
        Conv2d conv, Func<string, Tensor> convParameters, BatchNorm2d norm, Func<string, Tensor> normParameters, bool fp16)
    {
        // Some kernels store a transform of the weights, which is somewhat larger.
        double largest = fp16 ? (double)Half.MaxValue / 2 : float.MaxValue / 2;
        (double[] scale, double[] shift) = norm.ScaleAndShift(normParameters);
        ReadOnlySpan<float> weight = convParameters("weight").Data.Span;
        ReadOnlySpan<float> bias = conv.Bias ? convParameters("bias").Data.Span : new float[scale.Length];
        int filter = weight.Length / scale.Length;
        for (int o = 0; o < scale.Length; o++)
        {
            for (int i = o * filter; i < (o + 1) * filter; i++)
                if (float.IsFinite(weight[i]) && !(Math.Abs(weight[i] * scale[o]) <= largest))
                    return false;
            if (float.IsFinite(bias[o]) && !(Math.Abs(bias[o] * scale[o] + shift[o]) <= float.MaxValue))
                return false;
        }
        return true;
    }

    private static Tensor FoldWeight(Tensor weight, double[] scale)
    {
        int filter = weight.Shape.ElementCount / scale.Length;
        ReadOnlySpan<float> trained = weight.Data.Span;
        var folded = new float[weight.Shape.ElementCount];
        for (int o = 0; o < scale.Length; o++)
            for (int i = o * filter; i < (o + 1) * filter; i++)
                folded[i] = (float)(trained[i] * scale[o]);
        return new Tensor(weight.Shape, folded);
    }

    private static Tensor FoldBias(ReadOnlySpan<float> bias, double[] scale, double[] shift)
    {
        var folded = new float[scale.Length];
        for (int o = 0; o < folded.Length; o++)
            folded[o] = (float)(bias[o] * scale[o] + shift[o]);
        return new Tensor(new TensorShape(folded.Length), folded);
    }
}
