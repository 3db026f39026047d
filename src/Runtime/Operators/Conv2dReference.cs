using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y[o, i, j] = bias[o] + sum over u, v, c of weight[o, c, u, v] x[c, i s + u d - p, j s + v d - p], c running
/// over the channels of o's group: one running sum, in this order.</summary>
internal static class Conv2dReference
{
    public static void Compute<T>(Conv2d op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int height, int width) = (step.InputShape[1], step.InputShape[2]);
        (int outHeight, int outWidth) = (step.OutputShape[1], step.OutputShape[2]);
        ReadOnlySpan<float> input = step.Input, weight = step.Parameter("weight"), bias = op.Bias ? step.Parameter("bias") : default;
        int channels = op.InChannels / op.Groups, taps = op.KernelSize.Height * op.KernelSize.Width;

        for (int o = 0; o < op.OutChannels; o++)
            for (int i = 0; i < outHeight; i++)
                for (int j = 0; j < outWidth; j++)
                {
                    if (!step.Wants((o * outHeight + i) * outWidth + j))
                        continue;
                    T sum = T.Of(op.Bias ? bias[o] : 0f);
                    int first = o / (op.OutChannels / op.Groups) * channels;
                    for (int u = 0; u < op.KernelSize.Height; u++)
                        for (int v = 0; v < op.KernelSize.Width; v++)
                        {
                            int y = i * op.Stride.Height + u * op.Dilation.Height - op.Padding.Height;
                            int x = j * op.Stride.Width + v * op.Dilation.Width - op.Padding.Width;
                            if (y < 0 || y >= height || x < 0 || x >= width)
                                continue;
                            int tap = o * channels * taps + u * op.KernelSize.Width + v;
                            int cell = (first * height + y) * width + x;
                            for (int c = 0; c < channels; c++)
                                sum += T.Of(weight[tap + c * taps]) * T.Of(input[cell + c * height * width]);
                        }
                    step.Output[(o * outHeight + i) * outWidth + j] = sum.Stored;
                }
    }
}
