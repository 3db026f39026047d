using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>(x - mean) / sqrt(variance + eps) weight + bias in each row; mean and variance by the sums of 64 terms
/// each, or by the moments of slices.</summary>
internal static class RowNormReference
{
    public static void Compute<T>(RowNorm norm, ReferenceStep step)
        where T : struct, IReal<T>
    {
        ReadOnlySpan<float> weight = norm.Weights > 0 ? step.Parameter("weight") : default;
        ReadOnlySpan<float> bias = norm.Weights > 0 ? step.Parameter("bias") : default;
        for (int first = 0; first < step.Output.Length; first += norm.Length)
        {
            ReadOnlySpan<float> row = step.Input.Slice(first, norm.Length);
            (T mean, T variance) = norm.Slices.Count == 1 ? Moments<T>(row) : Moments<T>(row, norm.Slices.Count);
            T root = T.ReciprocalRoot(variance + T.Of(norm.Eps)).Passed;
            for (int i = 0; i < row.Length; i++)
            {
                if (!step.Wants(first + i))
                    continue;
                T normed = (T.Of(row[i]) - mean).Passed * root;
                int place = norm.Weights > 0 ? (first + i) / norm.Shared % norm.Weights : 0;
                step.Output[first + i] =
                    (normed.Passed * T.Of(weight.IsEmpty ? 1f : weight[place]) + T.Of(bias.IsEmpty ? 0f : bias[place]))
                    .Stored;
            }
        }
    }

    private static (T Mean, T Variance) Moments<T>(ReadOnlySpan<float> row)
        where T : struct, IReal<T>
    {
        T mean = Mean<T>(row, default, isOfSquares: false);
        return (mean, Mean(row, mean, isOfSquares: true));
    }

    /// <summary>The mean of the row, or of the squares of its distances to a value.</summary>
    private static T Mean<T>(ReadOnlySpan<float> row, T from, bool isOfSquares)
        where T : struct, IReal<T>
    {
        T total = default;
        for (int first = 0; first < row.Length; first += RowNorm.Block)
        {
            T block = default;
            for (int i = first; i < Math.Min(first + RowNorm.Block, row.Length); i++)
            {
                T distance = (T.Of(row[i]) - from).Passed;
                block += isOfSquares ? distance * distance : distance;
            }
            total += block;
        }
        return (total.Passed * T.Of(1.0 / row.Length)).Passed;
    }

    /// <summary>Of slices whose elements lie between each other the means and the sums of squared distances to them,
    /// and of these the row's (Chan, Golub and LeVeque 1979).</summary>
    private static (T Mean, T Variance) Moments<T>(ReadOnlySpan<float> row, int slices)
        where T : struct, IReal<T>
    {
        var parts = new (T Count, T Mean, T Squares)[slices];
        for (int slice = 0; slice < slices; slice++)
        {
            T count = T.Of((float)((row.Length - slice + slices - 1) / slices)), total = default, squares = default;
            for (int i = slice; i < row.Length; i += slices)
                total += T.Of(row[i]);
            T mean = (total.Passed * (T.Of(1f) / count)).Passed;
            for (int i = slice; i < row.Length; i += slices)
            {
                T distance = (T.Of(row[i]) - mean).Passed;
                squares += distance * distance;
            }
            parts[slice] = (count, mean, squares);
        }
        T whole = default, around = default, share = T.Of(1.0 / row.Length);
        foreach ((T count, T mean, _) in parts)
            whole += count * mean;
        whole = (whole.Passed * share).Passed;
        foreach ((T count, T mean, T squares) in parts)
        {
            T distance = (mean - whole).Passed;
            around += squares + count * (distance * distance);
        }
        return (whole, (around.Passed * share).Passed);
    }
}
