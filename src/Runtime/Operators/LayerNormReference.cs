using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>(x - mean) / sqrt(variance + eps) weight + bias; mean and variance by the sums of 64 terms each.</summary>
internal static class LayerNormReference
{
    public static void Compute<T>(LayerNorm norm, ReferenceStep step)
        where T : struct, IReal<T>
    {
        int length = norm.NormalizedShape.ElementCount;
        ReadOnlySpan<float> weight = norm.ElementwiseAffine ? step.Parameter("weight") : default;
        ReadOnlySpan<float> bias = norm.ElementwiseAffine ? step.Parameter("bias") : default;
        for (int first = 0; first < step.Output.Length; first += length)
        {
            ReadOnlySpan<float> row = step.Input.Slice(first, length);
            T mean = Mean<T>(row, default, isOfSquares: false);
            T root = T.ReciprocalRoot(Mean(row, mean, isOfSquares: true) + T.Of(norm.Eps)).Passed;
            for (int i = 0; i < length; i++)
            {
                if (!step.Wants(first + i))
                    continue;
                T normed = (T.Of(row[i]) - mean).Passed * root;
                step.Output[first + i] =
                    (normed.Passed * T.Of(weight.IsEmpty ? 1f : weight[i]) + T.Of(bias.IsEmpty ? 0f : bias[i])).Stored;
            }
        }
    }

    /// <summary>The mean of the row, or of the squares of its distances to a value.</summary>
    private static T Mean<T>(ReadOnlySpan<float> row, T from, bool isOfSquares)
        where T : struct, IReal<T>
    {
        T total = default;
        for (int first = 0; first < row.Length; first += LayerNorm.Block)
        {
            T block = default;
            for (int i = first; i < Math.Min(first + LayerNorm.Block, row.Length); i++)
            {
                T distance = (T.Of(row[i]) - from).Passed;
                block += isOfSquares ? distance * distance : distance;
            }
            total += block;
        }
        return (total.Passed * T.Of(1.0 / row.Length)).Passed;
    }
}
