using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y[o] = bias[o] + sum over i of weight[o, i] x[i].</summary>
internal static class LinearReference
{
    public static void Compute(Linear op, ReferenceStep step)
    {
        ReadOnlySpan<float> weight = step.Parameter("weight"), bias = op.Bias ? step.Parameter("bias") : default;
        for (int o = 0; o < op.OutFeatures; o++)
        {
            double sum = op.Bias ? bias[o] : 0;
            for (int i = 0; i < op.InFeatures; i++)
                sum += (double)weight[o * op.InFeatures + i] * step.Input[i];
            step.Output[o] = (float)sum;
        }
    }
}
