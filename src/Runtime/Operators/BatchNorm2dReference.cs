using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = (x - running_mean) / sqrt(running_var + eps) weight + bias in each channel, as a factor and a
/// summand.</summary>
internal static class BatchNorm2dReference
{
    public static void Compute<T>(BatchNorm2d op, ReferenceStep step)
        where T : struct, IReal<T>
    {
        (double[] scale, double[] shift) = op.ScaleAndShift(step.Parameters);
        int plane = step.InputShape.Plane();
        for (int i = 0; i < step.Input.Length; i++)
            if (step.Wants(i))
                step.Output[i] = (T.Of(step.Input[i]) * T.Of(scale[i / plane]) + T.Of(shift[i / plane])).Stored;
    }
}
