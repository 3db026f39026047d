using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y[m, n] = sum over k of a[m, k] b[k, n], for each pair of matrices: the sum of the sums of 64 terms
/// each.</summary>
internal static class MatMulReference
{
    public static void Compute<T>(ReferenceStep step)
        where T : struct, IReal<T>
    {
        (TensorShape left, TensorShape right) = (step.InputShape, step.InputShapes[1]);
        (int rows, int terms, int columns) = (left[^2], left[^1], right[^1]);
        for (int place = 0; place < step.Output.Length; place++)
        {
            if (!step.Wants(place))
                continue;
            (int matrix, int m, int n) = (place / columns / rows, place / columns % rows, place % columns);
            ReadOnlySpan<float> a = step.Inputs[0].AsSpan((matrix % MatMul.CountOf(left) * rows + m) * terms, terms);
            int length = terms * columns;
            ReadOnlySpan<float> b = step.Inputs[1].AsSpan(matrix % MatMul.CountOf(right) * length, length);
            T sum = default;
            for (int first = 0; first < terms; first += MatMul.Block)
            {
                T block = default;
                for (int k = first; k < Math.Min(first + MatMul.Block, terms); k++)
                    block += T.Of(a[k]) * T.Of(b[k * columns + n]);
                sum += block;
            }
            step.Output[place] = sum.Stored;
        }
    }
}
