using SoftPool.Reference;

namespace SoftPool.Operators;

/// <summary>y = the largest x of the window's real cells; NaN if one of them is.</summary>
internal static class MaxPoolReference
{
    public static void Compute(MaxPooling op, ReferenceStep step)
    {
        (int plane, int outPlane) = (step.InputShape.Plane(), step.OutputShape.Plane());
        foreach (PoolWindow window in PoolWindow.All(op.WindowOn(step.InputShape), step))
            for (int c = 0; c < step.InputShape[0]; c++)
            {
                if (!step.Wants(c * outPlane + window.Place))
                    continue;
                float largest = float.NegativeInfinity;
                foreach (int cell in window.Cells)
                    largest = MathF.Max(largest, step.Input[c * plane + cell]);
                step.Output[c * outPlane + window.Place] = largest;
            }
    }
}
