using SoftPool.Operators;

namespace SoftPool.Planning;

/// <summary>A convolution's parameters with the batch norm behind it computed into them: weight times its scale, and bias
/// times its scale plus its shift.</summary>
internal static class BatchNormFolding
{
    public static Func<string, Tensor> Fold(
        Conv2d conv, Func<string, Tensor> convParameters, BatchNorm2d norm, Func<string, Tensor> normParameters)
    {
        (double[] scale, double[] shift) = norm.ScaleAndShift(normParameters);
        Tensor weight = convParameters("weight");
        int filter = weight.Shape.Count / conv.OutChannels;
        float[] foldedWeight = new float[weight.Shape.Count], foldedBias = new float[conv.OutChannels];
        ReadOnlySpan<float> bias = conv.Bias ? convParameters("bias").Data.Span : default;
        for (int i = 0; i < foldedWeight.Length; i++)
            foldedWeight[i] = (float)(weight.Data.Span[i] * scale[i / filter]);
        for (int o = 0; o < foldedBias.Length; o++)
            foldedBias[o] = (float)((conv.Bias ? bias[o] : 0) * scale[o] + shift[o]);
        return name => name == "weight"
            ? new Tensor(weight.Shape, foldedWeight)
            : new Tensor(new TensorShape(conv.OutChannels), foldedBias);
    }
}
