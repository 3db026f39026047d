using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>
/// y = sum_i w_i x_i over the window's real cells, w_i = e_i / sum_j e_j. Per channel e_i = exp(x_i - m), m being the
/// window's largest value; shared e_i = sum_c exp(x_ci - m), m being the largest value of all channels in the window.
/// In double no difference of two floats overflows, and the largest cell's e_i is at least 1.
/// </summary>
internal static class SoftPoolReference
{
    public static void Compute(SoftPooling op, ReferenceStep step)
    {
        (int plane, int outPlane, int channels) =
            (step.InputShape.Plane(), step.OutputShape.Plane(), step.InputShape[0]);
        foreach (PoolWindow window in PoolWindow.All(op.WindowOn(step.InputShape), step.InputShape, step.OutputShape))
        {
            double[] shared = op.Weights == SoftPoolWeights.SharedAcrossChannels
                ? Exponentials(step.Input, window.Cells, plane, 0, channels)
                : [];
            for (int c = 0; c < channels; c++)
            {
                double[] e = shared.Length > 0 ? shared : Exponentials(step.Input, window.Cells, plane, c, 1);
                double weighted = 0, total = 0;
                for (int i = 0; i < e.Length; i++)
                {
                    weighted += e[i] * step.Input[c * plane + window.Cells[i]];
                    total += e[i];
                }
                step.Output[c * outPlane + window.Place] = (float)(weighted / total);
            }
        }
    }

    /// <summary>The e_i of a window's cells, summed over some channels.</summary>
    private static double[] Exponentials(ReadOnlySpan<float> input, int[] cells, int plane, int firstChannel, int channels)
    {
        double largest = double.NegativeInfinity;
        for (int c = firstChannel; c < firstChannel + channels; c++)
            foreach (int cell in cells)
                largest = Math.Max(largest, input[c * plane + cell]);
        var e = new double[cells.Length];
        for (int c = firstChannel; c < firstChannel + channels; c++)
            for (int i = 0; i < e.Length; i++)
                e[i] += Math.Exp(input[c * plane + cells[i]] - largest);
        return e;
    }
}
