using SoftPool.Kernels;
using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y[o] = bias[o] + sum over i of weight[o, i] x[i] of each vector x: to the bias are added the sums of 64
/// terms each, then what remains, term by term. More than 65,599 terms are taken in slices of as many blocks each but
/// for the last: of each slice the blocks are summed, of the last also what remains, and then the slices are added to
/// the bias.</summary>
internal static class LinearReference
{
    private const int Block = 64;

    public static void Compute<T>(Linear op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        ReadOnlySpan<float> weight = step.Parameter("weight");
        ReadOnlySpan<float> bias = op.Bias ? step.Parameter("bias") : default;
        int whole = op.Blocks * Block, slices = op.LeastSlices, slice = Division.RoundUp(op.Blocks, slices) * Block;
        for (int place = 0; place < step.Output.Length; place++)
        {
            if (!step.Wants(place))
                continue;
            (int vector, int o) = Math.DivRem(place, op.OutFeatures);
            ReadOnlySpan<float> input = step.Input.Slice(vector * op.InFeatures, op.InFeatures);
            ReadOnlySpan<float> row = weight.Slice(o * op.InFeatures, op.InFeatures);
            T start = T.Of(op.Bias ? bias[o] : 0f), total = start, sum = slices == 1 ? start : default;
            for (int i = 0; i < whole; i += Block)
            {
                if (i > 0 && i % slice == 0)
                {
                    total += sum;
                    sum = default;
                }
                T block = default;
                for (int j = i; j < i + Block; j++)
                    block += T.Of(row[j]) * T.Of(input[j]);
                sum += block;
            }
            for (int i = whole; i < op.InFeatures; i++)
                sum += T.Of(row[i]) * T.Of(input[i]);
            step.Output[place] = (slices == 1 ? sum : total + sum).Stored;
        }
    }
}
