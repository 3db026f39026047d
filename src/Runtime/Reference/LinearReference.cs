using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y[o] = bias[o] + sum over i of weight[o, i] x[i]: to the bias are added the sums of 64 terms each, then what remains,
/// term by term.</summary>
internal static class LinearReference
{
    private const int Block = 64;

    public static void Compute<T>(Linear op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        ReadOnlySpan<float> input = step.Input, weight = step.Parameter("weight"), bias = op.Bias ? step.Parameter("bias") : default;
        int whole = op.InFeatures / Block * Block;
        for (int o = 0; o < op.OutFeatures; o++)
        {
            ReadOnlySpan<float> row = weight.Slice(o * op.InFeatures, op.InFeatures);
            T sum = T.Of(op.Bias ? bias[o] : 0f);
            for (int i = 0; i < whole; i += Block)
            {
                T block = default;
                for (int j = i; j < i + Block; j++)
                    block += T.Of(row[j]) * T.Of(input[j]);
                sum += block;
            }
            for (int i = whole; i < op.InFeatures; i++)
                sum += T.Of(row[i]) * T.Of(input[i]);
            step.Output[o] = sum.Stored;
        }
    }
}
