using SoftPool.Operators;

namespace SoftPool.Reference;

/// <summary>y = the sum of the window's real cells, over their number or over that with padding.</summary>
internal static class AvgPoolReference
{
    public static void Compute(AvgPooling op, ReferenceStep step)
    {
        (int plane, int outPlane) = (step.InputShape.Plane(), step.OutputShape.Plane());
        foreach (PoolWindow window in PoolWindow.All(op.WindowOn(step.InputShape), step.InputShape, step.OutputShape))
            for (int c = 0; c < step.InputShape[0]; c++)
            {
                double sum = 0;
                foreach (int cell in window.Cells)
                    sum += step.Input[c * plane + cell];
                int count = op.CountIncludePad ? window.PaddedCount : window.Cells.Length;
                step.Output[c * outPlane + window.Place] = (float)(sum / count);
            }
    }
}
