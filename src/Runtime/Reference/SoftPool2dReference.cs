using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>
/// y = sum_i w_i x_i over the window's real cells, w_i = e_i / sum_j e_j. Per channel e_i = exp(x_i - m), m being the
/// window's largest value; shared e_i = sum_c exp(x_ci - m), m being the largest value of all channels in the window.
/// In double no difference of two floats overflows, and the largest cell's e_i is at least 1.
/// </summary>
internal static class SoftPool2dReference
{
    public static void Compute(SoftPool2d op, ReferenceStep step)
    {
        (int channels, int height, int width) = (step.InputShape[0], step.InputShape[1], step.InputShape[2]);
        bool shared = op.Weights == SoftPoolWeights.SharedAcrossChannels;
        for (int c = 0; c < channels; c++)
            for (int i = 0; i < step.OutputShape[1]; i++)
                for (int j = 0; j < step.OutputShape[2]; j++)
                {
                    var window = PoolWindow.At(i, j, step.InputShape, op.KernelSize, op.Stride, op.Padding);
                    (int first, int last) = shared ? (0, channels - 1) : (c, c);

                    double largest = double.NegativeInfinity;
                    for (int k = first; k <= last; k++)
                        for (int y = window.Top; y < window.Bottom; y++)
                            for (int x = window.Left; x < window.Right; x++)
                                largest = Math.Max(largest, step.Input[(k * height + y) * width + x]);

                    double weighted = 0, total = 0;
                    for (int y = window.Top; y < window.Bottom; y++)
                        for (int x = window.Left; x < window.Right; x++)
                        {
                            double e = 0;
                            for (int k = first; k <= last; k++)
                                e += Math.Exp(step.Input[(k * height + y) * width + x] - largest);
                            weighted += e * step.Input[(c * height + y) * width + x];
                            total += e;
                        }
                    step.Output[(c * step.OutputShape[1] + i) * step.OutputShape[2] + j] = (float)(weighted / total);
                }
    }
}
