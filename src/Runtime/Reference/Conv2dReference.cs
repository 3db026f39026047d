using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y[o, i, j] = bias[o] + sum over c, u, v of weight[o, c, u, v] x[c, i s + u d - p, j s + v d - p], c running over the
/// channels of o's group.</summary>
internal static class Conv2dReference
{
    public static void Compute(Conv2d op, ReferenceStep step)
    {
        (int height, int width) = (step.InputShape[1], step.InputShape[2]);
        (int outHeight, int outWidth) = (step.OutputShape[1], step.OutputShape[2]);
        ReadOnlySpan<float> weight = step.Parameter("weight"), bias = op.Bias ? step.Parameter("bias") : default;
        int channels = op.InChannels / op.Groups;

        for (int o = 0; o < op.OutChannels; o++)
            for (int i = 0; i < outHeight; i++)
                for (int j = 0; j < outWidth; j++)
                {
                    double sum = op.Bias ? bias[o] : 0;
                    int first = o / (op.OutChannels / op.Groups) * channels;
                    for (int c = 0; c < channels; c++)
                        for (int u = 0; u < op.KernelSize.Height; u++)
                            for (int v = 0; v < op.KernelSize.Width; v++)
                            {
                                int y = i * op.Stride.Height + u * op.Dilation.Height - op.Padding.Height;
                                int x = j * op.Stride.Width + v * op.Dilation.Width - op.Padding.Width;
                                if (y < 0 || y >= height || x < 0 || x >= width)
                                    continue;
                                int tap = ((o * channels + c) * op.KernelSize.Height + u) * op.KernelSize.Width + v;
                                sum += (double)weight[tap] * step.Input[((first + c) * height + y) * width + x];
                            }
                    step.Output[(o * outHeight + i) * outWidth + j] = (float)sum;
                }
    }
}
