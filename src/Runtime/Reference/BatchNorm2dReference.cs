using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y = (x - running_mean) / sqrt(running_var + eps) weight + bias in each channel.</summary>
internal static class BatchNorm2dReference
{
    public static void Compute(BatchNorm2d op, ReferenceStep step)
    {
        (double[] scale, double[] shift) = op.ScaleAndShift(step.Parameters);
        int plane = step.InputShape.Plane();
        for (int i = 0; i < step.Input.Length; i++)
            step.Output[i] = (float)(step.Input[i] * scale[i / plane] + shift[i / plane]);
    }
}
