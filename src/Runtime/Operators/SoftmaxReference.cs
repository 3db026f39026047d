using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y_c = exp(x_c - m) / sum_k exp(x_k - m) along an axis, m being the largest x of it.</summary>
internal static class SoftmaxReference
{
    public static void Compute<T>(Softmax op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (int outer, int extent, int inner) = AxisSplit.Of(step.InputShape, op.Dim);
        for (int part = 0; part < outer; part++)
        {
            int first = part * extent * inner;
            ReadOnlySpan<float> input = step.Input.Slice(first, extent * inner);
            ExponentialSum<T>[] sums = ExponentialSum<T>.OfCells(input, extent);
            for (int i = 0; i < input.Length; i++)
            {
                if (!step.Wants(first + i))
                    continue;
                ExponentialSum<T> sum = sums[i % inner];
                step.Output[first + i] =
                    (T.ExpNonpositive(Shifted.Difference(T.Of(input[i]), sum.Largest)) / sum.Total).Stored;
            }
        }
    }
}
