namespace SoftPool.Reference;

/// <summary>y_c = exp(x_c - m) / sum_k exp(x_k - m) over the channels of each place, m being the largest of them.</summary>
internal static class SoftmaxReference
{
    public static void Compute(ReferenceStep step)
    {
        (int channels, int plane) = (step.InputShape[0], step.InputShape.Plane());
        for (int i = 0; i < plane; i++)
        {
            double largest = double.NegativeInfinity, total = 0;
            for (int c = 0; c < channels; c++)
                largest = Math.Max(largest, step.Input[c * plane + i]);
            for (int c = 0; c < channels; c++)
                total += Math.Exp(step.Input[c * plane + i] - largest);
            for (int c = 0; c < channels; c++)
                step.Output[c * plane + i] = (float)(Math.Exp(step.Input[c * plane + i] - largest) / total);
        }
    }
}
