using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y_c = exp(x_c - m) / sum_k exp(x_k - m) over the channels of each place, m being the largest of
/// them.</summary>
internal static class SoftmaxReference
{
    public static void Compute<T>(ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int channels, int plane) = (step.InputShape[0], step.InputShape.Plane());
        ExponentialSum<T>[] sums = ExponentialSum<T>.OfCells(step);
        for (int c = 0; c < channels; c++)
            for (int i = 0; i < plane; i++)
            {
                if (!step.Wants(c * plane + i))
                    continue;
                T x = T.Of(step.Input[c * plane + i]);
                step.Output[c * plane + i] =
                    (T.ExpNonpositive(Shifted.Difference(x, sums[i].Largest)) / sums[i].Total).Stored;
            }
    }
}
