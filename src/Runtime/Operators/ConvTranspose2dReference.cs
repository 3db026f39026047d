using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y[o, i, j] = bias[o] + sum over u, v, c of weight[c, o, u, v] x[c, (i + p - u d) / s, (j + p - v d) / s],
/// where both quotients are whole and in the map, c running over the channels of o's group: one running sum, in this
/// order.</summary>
internal static class ConvTranspose2dReference
{
    public static void Compute<T>(ConvTranspose2d op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int height, int width) = (step.InputShape[1], step.InputShape[2]);
        (int outHeight, int outWidth) = (step.OutputShape[1], step.OutputShape[2]);
        ReadOnlySpan<float> input = step.Input, weight = step.Parameter("weight");
        ReadOnlySpan<float> bias = op.Bias ? step.Parameter("bias") : default;
        int channels = op.InChannels / op.Groups, outChannels = op.OutChannels / op.Groups;
        int taps = op.KernelSize.Height * op.KernelSize.Width;

        for (int o = 0; o < op.OutChannels; o++)
            for (int i = 0; i < outHeight; i++)
                for (int j = 0; j < outWidth; j++)
                {
                    if (!step.Wants((o * outHeight + i) * outWidth + j))
                        continue;
                    T sum = T.Of(op.Bias ? bias[o] : 0f);
                    int first = o / outChannels * channels;
                    for (int u = 0; u < op.KernelSize.Height; u++)
                        for (int v = 0; v < op.KernelSize.Width; v++)
                        {
                            int row = i + op.Padding.Height - u * op.Dilation.Height;
                            int column = j + op.Padding.Width - v * op.Dilation.Width;
                            (int y, int offRow) = Math.DivRem(row, op.Stride.Height);
                            (int x, int offColumn) = Math.DivRem(column, op.Stride.Width);
                            if (offRow != 0 || offColumn != 0 || y < 0 || y >= height || x < 0 || x >= width)
                                continue;
                            int tap = o % outChannels * taps + u * op.KernelSize.Width + v;
                            for (int c = first; c < first + channels; c++)
                                sum += T.Of(weight[c * outChannels * taps + tap])
                                    * T.Of(input[(c * height + y) * width + x]);
                        }
                    step.Output[(o * outHeight + i) * outWidth + j] = sum.Stored;
                }
    }
}
