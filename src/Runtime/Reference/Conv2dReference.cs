using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y[o, i, j] = bias[o] + sum over c, u, v of weight[o, c, u, v] x[c, i s + u - p, j s + v - p].</summary>
internal static class Conv2dReference
{
    public static void Compute(Conv2d op, ReferenceStep step)
    {
        (int height, int width) = (step.InputShape[1], step.InputShape[2]);
        (int outHeight, int outWidth) = (step.OutputShape[1], step.OutputShape[2]);
        ReadOnlySpan<float> weight = step.Parameter("weight"), bias = step.Parameter("bias");

        for (int o = 0; o < op.OutChannels; o++)
            for (int i = 0; i < outHeight; i++)
                for (int j = 0; j < outWidth; j++)
                {
                    double sum = bias[o];
                    for (int c = 0; c < op.InChannels; c++)
                        for (int u = 0; u < op.KernelSize.Height; u++)
                            for (int v = 0; v < op.KernelSize.Width; v++)
                            {
                                int y = i * op.Stride.Height + u - op.Padding.Height;
                                int x = j * op.Stride.Width + v - op.Padding.Width;
                                if (y < 0 || y >= height || x < 0 || x >= width)
                                    continue;
                                int tap = ((o * op.InChannels + c) * op.KernelSize.Height + u) * op.KernelSize.Width + v;
                                sum += (double)weight[tap] * step.Input[(c * height + y) * width + x];
                            }
                    step.Output[(o * outHeight + i) * outWidth + j] = (float)sum;
                }
    }
}
