namespace SoftPool.Reference;

/// <summary>y_c = exp(x_c - m) / sum_k exp(x_k - m) over the channels of each place, m being the largest of them.</summary>
internal static class SoftmaxReference
{
    public static void Compute<T>(ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int channels, int plane) = (step.InputShape[0], step.InputShape.Plane());
        var e = new T[channels];
        for (int i = 0; i < plane; i++)
        {
            T largest = T.Of(step.Input[i]), total = default;
            for (int c = 1; c < channels; c++)
                largest = Shifted.Larger(T.Of(step.Input[c * plane + i]), largest);
            for (int c = 0; c < channels; c++)
            {
                e[c] = T.ExpNonpositive(Shifted.Difference(T.Of(step.Input[c * plane + i]), largest));
                total += e[c];
            }
            for (int c = 0; c < channels; c++)
                step.Output[c * plane + i] = (e[c] / total).Stored;
        }
    }
}
